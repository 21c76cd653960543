"""One goal: its target, its plan line, the shares of the districts, and all earlier versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any  # form classes made for districts and rows

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.administration import forms
from registry.administration.board import GoalColumn, read_board
from registry.administration.queries import (
    get_goal,
    list_plan_versions,
    list_share_versions,
    list_target_versions,
)
from registry.administration.service import check_effective
from registry.administration.views.blueprint import BAD_INPUT, administration, done
from registry.administration.words import MEASURES
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import claim_key, new_key
from registry.core.errors import Invalid
from registry.core.forms import DeedForm
from registry.core.language import _
from registry.core.templating import grouped
from registry.districts.queries import list_districts
from registry.ledger import goals as ledger
from registry.programme.models import Goal
from registry.programme.plan import Milestone, find_faults

ROWS_BLANK, ROWS_MOST = 2, 60


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
    try:
        if _is_new(form):
            ledger.set_target(
                found,
                form.target.data or 0,
                measures=forms.measures_of(found.kind, form),
                effective_on=form.day,
                by=get_actor(),
                source=form.target_source.data or "",
            )
    except Invalid as fault:
        db.session.rollback()
        form[fault.field].errors = [str(fault.message)]
        return make_response(_page(get_goal(kind), target=form), BAD_INPUT)
    return done(_("The target is set."), url_for("administration.goal", kind=kind))


@administration.post("/programme/goals/<kind>/plan")
@requires(Role.ADMINISTRATOR)
def set_milestones(kind: str) -> ResponseReturnValue:
    """Set the milestones of a goal's plan line, from a day on; none at all is an even pace."""
    found = get_goal(kind)
    form = forms.milestones_form(_count_rows())()
    if not _is_good(form, found) or not _has_good_milestones(form, found):
        return make_response(_page(found, plan=form), BAD_INPUT)
    milestones = [milestone for _place, milestone in form.milestones()]
    if _is_new(form):
        ledger.set_milestones(
            found,
            milestones,
            effective_on=form.day,
            by=get_actor(),
            source=form.plan_source.data or "",
        )
    told = (
        _("The plan line goes through the milestones now.")
        if milestones
        else _("The plan line is an even pace now.")
    )
    return done(told, url_for("administration.goal", kind=kind, _anchor="plan"))


@administration.post("/programme/goals/<kind>/shares")
@requires(Role.ADMINISTRATOR)
def allocate(kind: str) -> ResponseReturnValue:
    """Set the shares of all districts in a goal, from a day on; blank takes a share back."""
    found, districts = get_goal(kind), list_districts()
    form = forms.allocation_form(districts)()
    if not _is_good(form, found):
        return make_response(_page(found, allocation=form), BAD_INPUT)
    if "check" in request.form:
        return _page(found, allocation=form, is_checked=True)
    if _is_new(form):
        shares = form.shares(districts)
        ledger.allocate(
            found,
            shares,
            effective_on=form.day,
            by=get_actor(),
            source=form.shares_source.data or "",
        )
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


def _has_good_milestones(form: forms.MilestonesForm, found: Goal) -> bool:
    """Say whether the milestones fit the programme and the target; put each fault on its field."""
    given = form.milestones()
    faults = find_faults(
        [milestone for _place, milestone in given],
        starts_on=found.programme.starts_on,
        ends_on=found.programme.ends_on,
        target=ledger.find_lowest_target(found, since=form.day),
    )
    for fault in faults:
        place, _milestone = given[fault.place]
        form[f"{fault.name}_{place}"].errors = [str(fault.message)]
    return not faults


def _count_rows() -> int:
    """Return how many rows of milestones the page had that was sent."""
    names = [name for name in request.form if name.startswith("on_")]
    return min(len(names), ROWS_MOST)


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


def _page(
    found: Goal,
    *,
    target: Any = None,
    plan: Any = None,
    allocation: Any = None,
    is_checked: bool = False,
) -> str:
    board, districts = read_board(found.programme), list_districts()
    column, day = board.of(found.kind), board.on
    shares = board.shares_of(found.kind)
    given = allocation or forms.allocation_form(districts)(
        formdata=None,
        shares_from=day,
        shares_source=column.shares_source,
        **{f"share_{place.code}": shares[place.id] for place in districts},
    )
    typed = sum(quantity or 0 for quantity in given.shares(districts).values())
    return render_template(
        "administration/goal.html",
        goal=found,
        column=column,
        districts=districts,
        measures=MEASURES,
        target=target or _target_form(found, column, day=day),
        plan=plan or _plan_form(found, column, day=day),
        allocation=given,
        typed=typed,
        difference=typed - (column.target or 0),
        is_checked=is_checked,
        target_versions=list_target_versions(found),
        plan_versions=list_plan_versions(found),
        share_versions=list_share_versions(found),
        district_name=forms.district_name,
    )


def _target_form(found: Goal, column: GoalColumn, *, day: object) -> forms.TargetForm:
    joined = {f"with_{measure.value}": True for measure in column.joined}
    make = forms.target_form(found.kind)
    return make(
        formdata=None,
        target=column.target,
        target_from=day,
        target_source=column.target_source,
        **joined,
    )


def _plan_form(found: Goal, column: GoalColumn, *, day: object) -> forms.MilestonesForm:
    """Offer the milestones in force, the ends of the years that have none yet, and blank rows."""
    rows = _offer(found, column.milestones)
    words: dict[str, object] = {}
    for place, (on, quantity) in enumerate(rows):
        words |= {f"on_{place}": on, f"quantity_{place}": quantity}
    make = forms.milestones_form(len(rows))
    return make(formdata=None, plan_from=day, plan_source=column.plan_source, **words)


def _offer(found: Goal, milestones: Sequence[Milestone]) -> list[tuple[date | None, int | None]]:
    programme = found.programme
    given = {each.on: each.quantity for each in milestones}
    years = range(programme.starts_on.year, programme.ends_on.year + 1)
    ends = [date(year, 12, 31) for year in years]
    within = [day for day in ends if programme.starts_on < day < programme.ends_on]
    days = sorted({*given, *within})[: ROWS_MOST - ROWS_BLANK]
    return [*((day, given.get(day)) for day in days), *([(None, None)] * ROWS_BLANK)]
