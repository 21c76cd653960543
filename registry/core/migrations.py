"""Bring the schema of the database up or down; loaded only by what does so."""

from __future__ import annotations

import flask_migrate
from flask import current_app

from registry.core.database import db
from registry.core.schema import MIGRATIONS


def upgrade(revision: str = "head") -> None:
    """Bring the database of the application up to a revision."""
    _prepare()
    flask_migrate.upgrade(revision=revision)


def downgrade(revision: str) -> None:
    """Bring the database of the application down to a revision; "base" is nothing at all."""
    _prepare()
    flask_migrate.downgrade(revision=revision)


def _prepare() -> None:
    if "migrate" not in current_app.extensions:
        flask_migrate.Migrate(current_app, db, directory=str(MIGRATIONS), render_as_batch=True)
