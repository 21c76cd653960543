"""One's own account: name, telephone, language, password, and where one is signed in."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import EVERYONE
from registry.accounts.views.blueprint import accounts


@accounts.get("/account")
@requires(*EVERYONE)
def account() -> ResponseReturnValue:
    """Show one's own account."""
    return render_template("accounts/account.html", user=get_actor())
