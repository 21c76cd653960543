"""Long reads, a part at a time, closed however they end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from itertools import count
from typing import Any  # rows of any statement

import sqlalchemy as sa

from registry.core.database import db, is_sqlite

ROWS_AT_ONCE = 1_000
Select = sa.Select[*tuple[Any, ...]]
Union = sa.CompoundSelect[*tuple[Any, ...]]
_numbers = count(1)


def stream_raw(found: Select, *, rows_at_once: int = ROWS_AT_ONCE) -> Iterator[tuple[Any, ...]]:
    """Go through the rows as the driver has them: for a million of them, conversions are dear."""
    connection = db.session.connection()
    text = str(found.compile(connection, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection.driver_connection
    name = (
        {} if is_sqlite(connection) else {"name": f"stream{next(_numbers)}"}
    )  # held by the server
    with closing(driver.cursor(**name)) as cursor:
        cursor.execute(text)
        while rows := cursor.fetchmany(rows_at_once):
            yield from rows


def fetch_raw(found: Select | Union, values: Mapping[str, Any]) -> list[Any]:
    """Return all rows of a statement as the driver has them."""
    with db.session.connection().execute(found, values) as result:
        return list(result.cursor.fetchall())


def raw_day(day: date) -> Any:
    """Return a day as the driver has it, to be compared with days of raw rows."""
    return day.isoformat() if is_sqlite(db.session.connection()) else day


def stream(found: Select, *, rows_at_once: int = ROWS_AT_ONCE) -> Iterator[Any]:
    """Go through the rows of a statement without holding them all; past the identity map."""
    by_parts = {"yield_per": rows_at_once}
    with db.session.connection().execute(found, execution_options=by_parts) as rows:
        yield from rows
