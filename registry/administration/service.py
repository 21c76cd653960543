"""What is done to the programme: words, dates, public pages, and rounds; all of it sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # the columns of a programme are of several types

import sqlalchemy as sa

from registry.accounts.models import User
from registry.administration.queries import is_posted
from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.entries.models import Entry, Standing
from registry.ledger.goals import set_milestones, set_target
from registry.ledger.queries import read_goals, read_head
from registry.ledger.service import deed
from registry.programme.kinds import Kind
from registry.programme.models import Goal, Programme, Round

SAID = ("starts_on", "ends_on", "is_public", "has_open_data")


def change_programme(programme: Programme, given: Mapping[str, Any], *, by: User) -> list[str]:
    """Change what is given of the programme, by column; return the columns that changed.

    Raise Invalid where it would end before it starts, or start on another day although figures are
    posted already.
    """
    changed = [name for name, value in given.items() if getattr(programme, name) != value]
    if not changed:
        return []
    before = programme.starts_on
    with deed(by=by, cause="change_programme") as opened:
        if "starts_on" in changed and is_posted(programme.id):
            raise Invalid(_("Figures are posted: the first day is fixed."), field="starts_on")
        for name in changed:
            setattr(programme, name, given[name])
        if programme.ends_on < programme.starts_on:
            raise Invalid(_("The last day lies before the first one."), field="ends_on")
        facts = {name: _fact(given[name]) for name in changed if name in SAID}
        opened.record("programme_changed", {"changed": sorted(changed), **facts})
        if "starts_on" in changed:
            opened.touch(_registered_ids())
    if programme.starts_on < before:
        _set_targets_from(programme, before=before, by=by)
    return changed


def _fact(value: date | bool) -> str | bool:
    return value if isinstance(value, bool) else value.isoformat()


def _registered_ids() -> Sequence[int]:
    return db.session.scalars(
        sa.select(Entry.id).where(Entry.standing == Standing.REGISTERED).order_by(Entry.id)
    ).all()


def _set_targets_from(programme: Programme, *, before: date, by: User) -> None:
    """Let the first targets hold from the new first day, so that no day is without them."""
    first = {goal.goal_id: goal for goal in read_goals(before, read_head())}
    for goal in programme.goals:
        known = first[goal.id]
        if known.target is not None:
            set_target(
                goal,
                known.target,
                measures=known.measures,
                effective_on=programme.starts_on,
                by=by,
                source=known.target_basis.source if known.target_basis else "",
            )
        if known.milestones and known.plan_basis is not None:
            set_milestones(
                goal,
                known.milestones,
                effective_on=programme.starts_on,
                by=by,
                source=known.plan_basis.source,
            )


def check_effective(goal: Goal, day: date) -> None:
    """Raise Invalid for a day on which no version of a goal can begin."""
    programme = goal.programme
    if not programme.starts_on <= day <= programme.ends_on:
        raise Invalid(
            _(
                "The programme runs from %(first)s to %(last)s. Choose a day within.",
                first=programme.starts_on,
                last=programme.ends_on,
            ),
            field="effective_on",
        )


@dataclass(frozen=True)
class Window:
    """Name and days of a round, both days included."""

    name: str
    opens_on: date
    closes_on: date


def open_round(programme: Programme, kind: Kind, window: Window, *, by: User) -> Round:
    """Add a round of a kind; from then on the kind is open in its rounds only."""
    made = Round(programme_id=programme.id, kind=kind)
    return _store(made, window, by=by, event="round_opened")


def change_round(round_: Round, window: Window, *, by: User) -> Round:
    """Change name and days of a round."""
    return _store(round_, window, by=by, event="round_changed")


def _store(round_: Round, window: Window, *, by: User, event: str) -> Round:
    if window.closes_on < window.opens_on:
        raise Invalid(_("The round would close before it opens."), field="closes_on")
    with deed(by=by, cause="set_round") as opened:
        _check_name(round_, window.name)
        round_.name = window.name
        round_.opens_on, round_.closes_on = window.opens_on, window.closes_on
        db.session.add(round_)
        opened.record(
            event,
            {
                "kind": round_.kind.value,
                "name": window.name,
                "opens_on": window.opens_on.isoformat(),
                "closes_on": window.closes_on.isoformat(),
            },
        )
    return round_


def _check_name(round_: Round, name: str) -> None:
    same = sa.select(Round.id).where(
        Round.programme_id == round_.programme_id, Round.kind == round_.kind, Round.name == name
    )
    found = db.session.scalars(same).all()
    if any(other != round_.id for other in found):
        raise Invalid(_("A round of this kind has this name already."), field="name")
