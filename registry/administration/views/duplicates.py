"""Firms known twice: by their name from an old list, and by the code of a sign-up."""

from __future__ import annotations

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK, Role
from registry.administration import joining
from registry.administration.forms import district_name
from registry.administration.views.blueprint import administration, done
from registry.core.language import _
from registry.entries.catalogue import CATALOGUE


@administration.get("/programme/duplicates")
@requires(Role.ADMINISTRATOR, *DESK)
def duplicates() -> ResponseReturnValue:
    """List the pairs that may be one firm, with what stands under each."""
    pairs = joining.list_pairs(get_actor())
    firms = [firm for pair in pairs for firm in (pair.duplicate, pair.survivor)]
    return render_template(
        "administration/duplicates.html",
        pairs=pairs,
        entries=joining.list_entries_of(firms),
        facts=CATALOGUE,
        district_name=district_name,
    )


@administration.post("/programme/duplicates")
@requires(Role.ADMINISTRATOR, *DESK)
def join_enterprises() -> ResponseReturnValue:
    """Say that two records are one firm: the entries of the old list stand under the code."""
    survivor = joining.join(_id("duplicate"), _id("survivor"), by=get_actor())
    words = _("Joined: the entries of the old list stand under %(code)s now.", code=survivor.uscc)
    return done(words, url_for("administration.duplicates"))


def _id(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        abort(400)
    return int(text)
