"""The district's desk for members: whose licence was seen, who does not belong to the firm."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import membership
from registry.accounts.access import get_actor, requires
from registry.accounts.models import User
from registry.accounts.queries import get_of_desk, list_proven_beside, list_undecided
from registry.accounts.roles import DESK
from registry.accounts.views.blueprint import accounts
from registry.accounts.words import MEMBERSHIPS
from registry.core import clock
from registry.core.language import _
from registry.core.wire import read_number
from registry.enterprises.models import Enterprise
from registry.enterprises.queries import list_without_code


@accounts.get("/members")
@requires(*DESK)
def members() -> ResponseReturnValue:
    """List those whose belonging the district decides, firm by firm, the longest waiting first."""
    actor = get_actor()
    undecided = list_undecided(actor)
    firms = {user.enterprise.id: user.enterprise for user in undecided if user.enterprise}
    people = [*undecided, *list_proven_beside(actor, list(firms))]
    return render_template(
        "accounts/members.html",
        groups=[(firm, _of(firm, people)) for firm in firms.values()],
        matches=_matches(list(firms.values())),
        memberships=MEMBERSHIPS,
    )


def _of(firm: Enterprise, people: Sequence[User]) -> list[User]:
    return [user for user in people if user.enterprise_id == firm.id]


def _matches(firms: Sequence[Enterprise]) -> dict[int, list[Enterprise]]:
    """Find, for each firm, the records of old lists that bear its name and no code."""
    found = list_without_code([firm.name_key for firm in firms])
    return {firm.id: [old for old in found if old.name_key == firm.name_key] for firm in firms}


@accounts.post("/members/<int:user_id>/prove")
@requires(*DESK)
def prove(user_id: int) -> ResponseReturnValue:
    """Say that the licence was seen."""
    actor = get_actor()
    user = get_of_desk(actor, user_id)
    membership.prove_membership(user, enterprise_id=_seen(), by=actor, at=clock.now())
    return _done(_("The membership of %(name)s is proven.", name=user.name))


@accounts.post("/members/<int:user_id>/disown")
@requires(*DESK)
def disown(user_id: int) -> ResponseReturnValue:
    """Say that a person does not belong to the firm."""
    actor = get_actor()
    user = get_of_desk(actor, user_id)
    membership.disown(user, enterprise_id=_seen(), by=actor, at=clock.now())
    return _done(_("%(name)s was turned away.", name=user.name))


def _seen() -> int:
    """Return the firm under which the page showed the person, who may have gone to another."""
    return read_number(request.form.get("enterprise"))


def _done(words: object) -> ResponseReturnValue:
    flash(str(words), "good")
    return redirect(url_for("accounts.members"), 303)
