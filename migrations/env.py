"""Run the migrations on the database of the application, SQLite and PostgreSQL alike."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

import registry.models  # noqa: F401 - all tables must be known
from registry.core.database import Base

engine = current_app.extensions["migrate"].db.engine


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    """Switch the check of SQLite, which works only between transactions."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
    cursor.close()


def run() -> None:
    """Run in one transaction; SQLite rebuilds tables in batch mode with foreign keys off."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _foreign_keys(connection, on=False)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=lambda _object, name, kind, _reflected, _other: (
                not (kind == "table" and name not in Base.metadata.tables)
            ),
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.rollback()
        if connection.dialect.name == "sqlite":
            _foreign_keys(connection, on=True)


run()
