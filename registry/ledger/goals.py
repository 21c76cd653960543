"""Targets, plan lines, allocations: versions in the ledger's order, so what was shown stays known.

`source` is the document that each was decided by, in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple  # a version's columns are of several types

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from registry.accounts.models import User
from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.ledger.models import Allocation, GoalVersion, PlanVersion
from registry.ledger.service import deed
from registry.programme.kinds import Measure
from registry.programme.models import Goal
from registry.programme.plan import Milestone, find_faults, read_milestones, write_milestones


def set_target(
    goal: Goal,
    target: int,
    *,
    measures: Sequence[Measure],
    effective_on: date,
    by: User | None,
    source: str = "",
) -> None:
    """Set a goal's target and the measures it adds up, from a day on.

    Raise Invalid where a milestone that holds then or later would be above it.
    """
    names = " ".join(sorted(measures))
    with deed(by=by, cause="set_target") as opened:
        _check_target(goal, target, since=effective_on)
        db.session.add(
            GoalVersion(
                sequence=opened.sequence,
                goal_id=goal.id,
                effective_on=effective_on,
                target=target,
                measures=names,
                source=source,
            )
        )
        payload = {"goal": goal.kind.value, "target": target, "measures": names, "source": source}
        opened.record("target_set", {**payload, "effective_on": effective_on.isoformat()})


def set_milestones(
    goal: Goal,
    milestones: Sequence[Milestone],
    *,
    effective_on: date,
    by: User | None,
    source: str = "",
) -> None:
    """Let a goal's plan line go through milestones, from a day on; none at all is an even pace.

    Raise Invalid with the first thing that is wrong with their days, order or quantities.
    """
    text = write_milestones(milestones)
    with deed(by=by, cause="set_milestones") as opened:
        programme = goal.programme
        faults = find_faults(
            sorted(milestones),
            starts_on=programme.starts_on,
            ends_on=programme.ends_on,
            target=find_lowest_target(goal, since=effective_on),
        )
        for fault in faults:
            raise Invalid(fault.message, field=f"{fault.name}_{fault.place}")
        db.session.add(
            PlanVersion(
                sequence=opened.sequence,
                goal_id=goal.id,
                effective_on=effective_on,
                milestones=text,
                source=source,
            )
        )
        payload = {"goal": goal.kind.value, "milestones": text, "source": source}
        opened.record("plan_set", {**payload, "effective_on": effective_on.isoformat()})


def allocate(
    goal: Goal,
    shares: Mapping[int, int | None],
    *,
    effective_on: date,
    by: User | None,
    source: str = "",
) -> None:
    """Set the shares of districts (by id) of one goal, from a day on; None takes a share back."""
    with deed(by=by, cause="allocate") as opened:
        for district_id, quantity in sorted(shares.items()):
            db.session.add(
                Allocation(
                    sequence=opened.sequence,
                    goal_id=goal.id,
                    district_id=district_id,
                    effective_on=effective_on,
                    quantity=quantity,
                    source=source,
                )
            )
        named = {str(district_id): quantity for district_id, quantity in shares.items()}
        payload = {"goal": goal.kind.value, "shares": named, "source": source}
        opened.record("allocated", {**payload, "effective_on": effective_on.isoformat()})


class Held(NamedTuple):
    """What a version says, and from which day it holds."""

    effective_on: date
    value: Any


def find_lowest_target(goal: Goal, *, since: date) -> int | None:
    """Return the lowest target in force on a day or later, as known now; None where none is then.

    Milestones that hold from that day on must not be above it.
    """
    held = _held_since(GoalVersion.target, goal, since=since)
    is_set = bool(held) and held[0].effective_on <= since
    lowest: int | None = min(version.value for version in held) if is_set else None
    return lowest


def _check_target(goal: Goal, target: int, *, since: date) -> None:
    for version in _held_since(PlanVersion.milestones, goal, since=since):
        for milestone in read_milestones(version.value):
            if milestone.quantity > target:
                message = _(
                    "The plan line has %(quantity)s on %(day)s, which is above this target. Set"
                    " lower milestones first.",
                    quantity=f"{milestone.quantity:,}",
                    day=milestone.on,
                )
                raise Invalid(message, field="target")


def _held_since(column: InstrumentedAttribute[Any], goal: Goal, *, since: date) -> list[Held]:
    """Return the version in force on a day, and those that follow it, one a day."""
    model = column.class_
    rows = db.session.execute(
        sa.select(model.effective_on, column)
        .where(model.goal_id == goal.id)
        .order_by(model.effective_on, model.sequence)
    )
    latest = {effective_on: Held(effective_on, value) for effective_on, value in rows}
    before = [version for version in latest.values() if version.effective_on <= since]
    return [*before[-1:], *(each for each in latest.values() if each.effective_on > since)]
