"""Pages of tally."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.accounts.access import public, to_sign_in
from registry.accounts.roles import Role
from registry.programme.queries import find_programme

tally = Blueprint("tally", __name__)
FIRST_SCREENS = {
    Role.MEMBER: "/applications",
    Role.OFFICER: "/approval",
    Role.SUPERVISOR: "/approval",
    Role.LEADER: "/tally",
    Role.ADMINISTRATOR: "/programme",
}


@tally.before_request
def admit_visitor() -> ResponseReturnValue | None:
    """Let visitors see figures only where the city shows them to the public."""
    if current_user.is_authenticated or request.endpoint == "tally.home" or is_public():
        return None
    return to_sign_in()


def is_public() -> bool:
    programme = find_programme()
    return programme is not None and programme.is_public


@tally.get("/")
@public
def home() -> ResponseReturnValue:
    """Lead everybody to the first screen of their role."""
    if current_user.is_authenticated:
        return redirect(FIRST_SCREENS[current_user.role], 303)
    return redirect(url_for("tally.index" if is_public() else "accounts.sign_in"), 303)
