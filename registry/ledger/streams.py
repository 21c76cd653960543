"""Long reads, a part at a time, closed however they end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any  # rows of any statement

import sqlalchemy as sa

from registry.core.database import db

ROWS_AT_ONCE = 20_000


def stream(
    found: sa.Select[*tuple[Any, ...]], *, rows_at_once: int = ROWS_AT_ONCE
) -> Iterator[Any]:
    """Go through the rows of a statement without holding them all; past the identity map."""
    by_parts = {"yield_per": rows_at_once}
    with db.session.connection().execute(found, execution_options=by_parts) as rows:
        yield from rows
