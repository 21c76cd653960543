"""Counts what a page asks the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any  # the driver's own objects have no common type

from sqlalchemy import event

from registry.core.database import db

NOT_COUNTED = ("PRAGMA", "BEGIN", "SET ", "SAVEPOINT", "RELEASE")


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Collect the statements sent within the block; those that only open transactions are left out.

    with counted_statements() as statements:
        browser.get("/tally")
    assert len(statements) == 12
    """
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: object) -> None:
        if not statement.lstrip().upper().startswith(NOT_COUNTED):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
