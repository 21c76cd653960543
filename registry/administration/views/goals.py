"""One goal: its target, the shares of the districts, and all earlier versions of both."""

from __future__ import annotations

from typing import Any  # a form class made for the districts

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.administration import forms
from registry.administration.board import GoalColumn, read_board
from registry.administration.queries import get_goal, list_share_versions, list_target_versions
from registry.administration.service import check_effective
from registry.administration.views.blueprint import BAD_INPUT, administration, done
from registry.administration.words import MEASURES
from registry.core import clock
from registry.core.deeds import claim_key, new_key
from registry.core.errors import Invalid
from registry.core.forms import DeedForm
from registry.core.language import _
from registry.core.templating import grouped
from registry.districts.queries import list_districts
from registry.ledger import goals as ledger
from registry.programme.models import Goal


@administration.get("/programme/goals/<kind>")
@requires(Role.ADMINISTRATOR)
def goal(kind: str) -> ResponseReturnValue:
    """Show a goal: what is in force, the forms for a new version, and the history."""
    return _page(get_goal(kind))


@administration.post("/programme/goals/<kind>/target")
@requires(Role.ADMINISTRATOR)
def set_target(kind: str) -> ResponseReturnValue:
    """Set the target of a goal, from a day on."""
    found = get_goal(kind)
    form = forms.target_form(found.kind)()
    if not _is_good(form, found):
        return make_response(_page(found, target=form), BAD_INPUT)
    if _is_new(form):
        ledger.set_target(
            found,
            form.target.data or 0,
            measures=forms.measures_of(found.kind, form),
            effective_on=form.day,
            by=get_actor(),
        )
    return done(_("The target is set."), url_for("administration.goal", kind=kind))


@administration.post("/programme/goals/<kind>/shares")
@requires(Role.ADMINISTRATOR)
def allocate(kind: str) -> ResponseReturnValue:
    """Set the shares of all districts in a goal, from a day on; blank takes a share back."""
    found, districts = get_goal(kind), list_districts()
    form = forms.allocation_form(districts)()
    if not _is_good(form, found):
        return make_response(_page(found, allocation=form), BAD_INPUT)
    if _is_new(form):
        shares = form.shares(districts)
        ledger.allocate(found, shares, effective_on=form.day, by=get_actor())
    column = read_board(found.programme).of(found.kind)
    return done(_told(column), url_for("administration.goal", kind=kind))


def _is_good(form: Any, found: Goal) -> bool:
    """Say whether a form can be taken; the day has to lie within the programme."""
    if not form.validate():
        return False
    try:
        check_effective(found, form.day)
    except Invalid as fault:
        form.day_field.errors = [str(fault.message)]
        return False
    return True


def _is_new(form: DeedForm) -> bool:
    key = form.key.data or new_key()
    return claim_key(key, user_id=get_actor().id, at=clock.now()) is None


def _told(column: GoalColumn) -> object:
    """Say what is allocated now, and how far that is from the target."""
    shares, unit = grouped(column.allocated), column.unit
    if column.difference is None:
        return _("The shares are set: %(shares)s %(unit)s.", shares=shares, unit=unit)
    if column.difference == 0:
        return _(
            "The shares are set: %(shares)s %(unit)s, all of the target.", shares=shares, unit=unit
        )
    words = (
        _("The shares are set: %(shares)s %(unit)s, %(more)s more than the target.")
        if column.difference > 0
        else _("The shares are set: %(shares)s %(unit)s, %(more)s short of the target.")
    )
    return str(words) % {"shares": shares, "unit": unit, "more": grouped(abs(column.difference))}


def _page(found: Goal, *, target: Any = None, allocation: Any = None) -> str:
    board, districts = read_board(found.programme), list_districts()
    column = board.of(found.kind)
    shares = board.shares_of(found.kind)
    day = board.on
    return render_template(
        "administration/goal.html",
        goal=found,
        column=column,
        districts=districts,
        shares=shares,
        measures=MEASURES,
        target=target or _target_form(found, column, day=day),
        allocation=allocation
        or forms.allocation_form(districts)(
            formdata=None,
            shares_from=day,
            **{f"share_{place.code}": shares[place.id] for place in districts},
        ),
        target_versions=list_target_versions(found),
        share_versions=list_share_versions(found),
        district_name=forms.district_name,
    )


def _target_form(found: Goal, column: GoalColumn, *, day: object) -> forms.TargetForm:
    joined = {f"with_{measure.value}": True for measure in column.joined}
    make = forms.target_form(found.kind)
    return make(formdata=None, target=column.target, target_from=day, **joined)
