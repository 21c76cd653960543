"""What operators and machines ask: is it alive, can it serve."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from registry.accounts.access import public
from registry.config import Settings
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.metrics import write_metrics
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


@operations.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Give the counts to this machine, or to who has the token; to all others it is not there."""
    settings: Settings = current_app.config["SETTINGS"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    has_token = bool(settings.metrics_token) and hmac.compare_digest(
        given.encode(), settings.metrics_token.encode()
    )
    if not has_token and not _is_this_machine():
        raise NotFound
    return Response(write_metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_this_machine() -> bool:
    """Say whether the request came straight from this machine, not through a proxy on it."""
    address = ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - an address, not a bind
    return address.is_loopback and "X-Forwarded-For" not in request.headers
