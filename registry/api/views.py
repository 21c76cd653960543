"""The interface for programs: /api/v1."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.accounts.access import public
from registry.api.tokens import find_token
from registry.core.error_pages import error_page
from registry.core.language import _
from registry.ledger.answers import read_tally, to_json
from registry.ledger.queries import parse_as_of, parse_known_at
from registry.releases.answers import describe, describe_all
from registry.releases.queries import get_release, list_every

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.get("/tally")
@public
def tally() -> ResponseReturnValue:
    """Answer as of a day and as known at a moment, to who is signed in or has a token."""
    if not _may_read():
        return _ask_for_token()
    as_of = parse_as_of(request.args.get("as_of"))
    known_at = parse_known_at(request.args.get("known_at"))
    return jsonify(to_json(read_tally(as_of, known_at)))


@api.get("/releases")
@public
def releases() -> ResponseReturnValue:
    """List all releases, the newest month and revision first."""
    return jsonify(describe_all(list_every())) if _may_read() else _ask_for_token()


@api.get("/releases/<int:sequence>")
@public
def release(sequence: int) -> ResponseReturnValue:
    """Give one release: as released, as it is now, and every revision between."""
    return jsonify(describe(get_release(sequence))) if _may_read() else _ask_for_token()


def _may_read() -> bool:
    """Take the token where one is sent, good or bad; else the signed-in session."""
    sent = request.headers.get("Authorization")
    if sent is None:
        return bool(current_user.is_authenticated)
    scheme, _blank, key = sent.partition(" ")
    return scheme.lower() == "bearer" and find_token(key.strip()) is not None


def _ask_for_token() -> ResponseReturnValue:
    answer = error_page(401, _("Sign in, or send a valid token: Authorization: Bearer …"))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
