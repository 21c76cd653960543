"""The pattern page: every component in every state, in the demonstration and in tests only."""

from __future__ import annotations

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from registry.accounts.access import public
from registry.administration.views.blueprint import administration
from registry.core.errors import NotFound


@administration.get("/patterns")
@public
def patterns() -> ResponseReturnValue:
    """Show every component; a real register does not know this page."""
    settings = current_app.config["SETTINGS"]
    if not (settings.demonstration or settings.testing):
        raise NotFound
    return render_template("patterns.html")
