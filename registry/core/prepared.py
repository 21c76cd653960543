"""Statements that every page asks: put into words once, and given to the driver as they are.

SQLAlchemy looks up the words of a statement by all its parts, and converts each value by the type
of its column. For many columns of few rows both take longer than the database does.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any  # columns of several types

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from registry.core.database import db

Words = tuple[str, tuple[str, ...] | None, dict[str, Any]]


class Prepared:
    """One statement that only reads. What is put into it are plain values: texts, numbers, days."""

    def __init__(self, found: sa.Select[*tuple[Any, ...]]) -> None:
        self._found = found
        self._words: dict[str, Words] = {}

    def fetch(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows as the driver has them; `read_day` and `read_moment` read its values.

        Who listens to the engine hears of it as of any other statement, and what goes wrong is
        raised as it is elsewhere.
        """
        connection = db.session.connection()
        text, order, fixed = self._words.get(connection.dialect.name) or self._put(connection)
        given: Any = {**fixed, **values}
        if order is not None:
            given = [given[name] for name in order]
        for tell in connection.dispatch.before_cursor_execute:
            tell(connection, None, text, given, None, False)
        driver: Any = connection.connection.driver_connection
        failures: Any = connection.dialect.loaded_dbapi.Error
        try:
            rows: list[tuple[Any, ...]] = driver.execute(text, given).fetchall()
        except failures as error:
            raise sa.exc.DBAPIError.instance(
                text, None, error, failures, hide_parameters=True, dialect=connection.dialect
            ) from error
        return rows

    def _put(self, connection: Connection) -> Words:
        """Put the statement into the words of a sort of database, by name or by place."""
        made: Any = self._found.compile(connection)
        order = tuple(made.positiontup) if made.positional else None
        words = (made.string, order, dict(made.params))
        self._words[connection.dialect.name] = words
        return words


def read_day(value: Any) -> date:
    """Return a day as the driver has it; SQLite has its letters."""
    day: date = date.fromisoformat(value) if isinstance(value, str) else value
    return day


def read_moment(value: Any) -> datetime:
    """Return a moment as the driver has it, aware and in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(f"{value}+00:00")
    moment: datetime = value.astimezone(UTC)
    return moment
