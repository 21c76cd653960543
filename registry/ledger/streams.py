"""Long reads, a part at a time, closed however they end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any  # rows of any statement

import sqlalchemy as sa

from registry.core.database import db

ROWS_AT_ONCE = 20_000


def stream(found: sa.Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Go through the rows of a statement without holding them all."""
    with db.session.execute(found.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        yield from rows
