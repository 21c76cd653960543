"""Districts as a field offers them."""

from __future__ import annotations

from registry.core.language import is_chinese
from registry.districts.queries import list_districts


def list_district_choices() -> list[tuple[str, str]]:
    """List code and name of the districts, in official order."""
    return [(d.code, d.name_zh if is_chinese() else d.name_en) for d in list_districts()]
