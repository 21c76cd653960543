"""Districts as a field offers them, and the enterprise that a form names."""

from __future__ import annotations

from registry.accounts.firms import Firm
from registry.accounts.forms import FirmForm
from registry.core.language import is_chinese
from registry.districts.queries import find_district, list_districts


def list_district_choices() -> list[tuple[str, str]]:
    """List code and name of the districts, in official order."""
    return [(d.code, d.name_zh if is_chinese() else d.name_en) for d in list_districts()]


def read_firm(form: FirmForm) -> Firm:
    """Return the enterprise of a form that was found valid."""
    district = find_district(form.district.data)
    return Firm(
        uscc=form.uscc.data or "",
        name=form.enterprise.data or "",
        district_id=district.id if district else 0,
        industry=form.industry.data,
    )
