"""The schema: at which revision a database stands, and whether this program knows that one."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from registry.core.database import reading

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
STAMP = sa.table("alembic_version", sa.column("version_num", sa.String))


def read_revision(engine: Engine) -> str | None:
    """Return the revision of a database, None where it has none; makes no file and no table."""
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists():
        return None
    with reading(), engine.connect() as connection:
        if not sa.inspect(connection).has_table(STAMP.name):
            return None
        return connection.scalar(sa.select(STAMP.c.version_num))


def newest_revision() -> str:
    """Return the revision that this program works with."""
    return max(list_revisions())


def is_known(revision: str) -> bool:
    """Say whether this program can bring a database of that revision up to date."""
    return revision in list_revisions()


def list_revisions() -> set[str]:
    """List the revisions there are: each is the number before the name of its file."""
    return {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")}
