"""What operators and machines ask: is it alive, can it serve."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from registry.accounts.access import public
from registry.core.database import db
from registry.programme.queries import find_programme

operations = Blueprint("operations", __name__)


@operations.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers; touches nothing else."""
    return jsonify(status="ok")


@operations.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say that the database answers and has been set up."""
    db.session.execute(sa.select(1))
    ready = find_programme() is not None
    return jsonify(status="ok" if ready else "not set up"), 200 if ready else 503
