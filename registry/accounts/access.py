"""The door of every page: a view says who may enter, or it is not served at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.local import LocalProxy

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core.errors import NotFound

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
DOOR = "registry_door"
VISITOR = "visitor"
UNGUARDED = frozenset({None, "static"})  # no such address, and style sheets that anybody may load


def requires(*roles: Role) -> Callable[[View], View]:
    """Let in only signed-in people of these roles; to all others the page is not found."""

    def mark(view: View) -> View:
        setattr(view, DOOR, frozenset(role.value for role in roles))
        return view

    return mark


def public(view: View) -> View:
    """Let everybody in, visitors included."""
    setattr(view, DOOR, frozenset({VISITOR, *(role.value for role in Role)}))
    return view


def door_of(endpoint: str | None) -> frozenset[str]:
    """Return who may enter an endpoint; nobody, where its view says nothing."""
    if endpoint is None:
        return frozenset()
    view = current_app.view_functions.get(endpoint)
    return getattr(view, DOOR, frozenset())


def admit() -> ResponseReturnValue | None:
    """Refuse by default: send visitors to the sign-in page, hide from others what is not theirs."""
    if request.endpoint in UNGUARDED:
        return None
    allowed = door_of(request.endpoint)
    if VISITOR in allowed:
        return None
    if current_user.is_authenticated:
        if current_user.role.value not in allowed:
            raise NotFound
        return None
    return to_sign_in()


def to_sign_in() -> ResponseReturnValue:
    """Ask a visitor to sign in, and come back to this page afterwards."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
    answer: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]  # flask-login sets it
    return answer


def get_actor() -> User:
    """Return the signed-in person of this request; for views behind `requires` only."""
    if isinstance(current_user, LocalProxy):
        return current_user._get_current_object()  # type: ignore[no-any-return]  # noqa: SLF001 - werkzeug's own door
    return current_user  # type: ignore[no-any-return]  # flask-login ships no types
