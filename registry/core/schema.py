"""The schema: at which revision a database stands, and whether this program knows that one."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.engine import Engine

from registry.core.database import reading


def read_revision(engine: Engine) -> str | None:
    """Return the revision of a database, None where it has none; makes no file and no table."""
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists():
        return None
    with reading(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Return the revision that this program works with."""
    return str(_scripts().get_current_head())


def is_known(revision: str) -> bool:
    """Say whether this program can bring a database of that revision up to date."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(current_app.extensions["migrate"].directory))
