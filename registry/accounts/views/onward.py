"""Where to go on after signing in: only to a path of our own."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, url_for

from registry.accounts.membership import OUTSIDE
from registry.accounts.models import User
from registry.accounts.roles import Role

FIRST_PAGES = {
    Role.MEMBER: "applications.index",
    Role.OFFICER: "approval.queue",
    Role.SUPERVISOR: "approval.queue",
    Role.LEADER: "tally.index",
    Role.ADMINISTRATOR: "administration.index",
}


def safe_path(text: str | None, *, default: str = "/") -> str:
    """Return a path of this site, else the default: nothing may lead a person elsewhere."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return default
    if any(character.isspace() or not character.isprintable() for character in text):
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text


def first_page(user: User | None) -> str:
    """Return the address of the page that a person starts on."""
    if user is None:
        return url_for("accounts.sign_in")
    if user.membership in OUTSIDE:
        return url_for("accounts.ask")
    endpoint = FIRST_PAGES[user.role]
    return url_for(endpoint if endpoint in current_app.view_functions else "tally.index")
