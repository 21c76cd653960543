"""What the city has set: targets, plan lines and shares, by the versions in force on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar  # a version's columns are of several types

import sqlalchemy as sa

from registry.core.database import db
from registry.core.kept import Settled
from registry.ledger.growing import OF_ENTRIES, Growing, Since
from registry.ledger.heads import Head
from registry.ledger.models import Allocation, GoalVersion, PlanVersion
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal
from registry.programme.plan import Milestone, read_milestones

TARGET, PLAN = "target", "plan"
Kept = TypeVar("Kept")


class Basis(NamedTuple):
    """Where a number that the city set comes from: document, first day, number of the record."""

    source: str
    effective_on: date
    sequence: int


@dataclass(frozen=True, eq=False)
class GoalInForce(Settled):
    """A goal as it stood: target (None: not set yet), what it adds up, milestones (none: even)."""

    goal_id: int
    kind: Kind
    unit_zh: str
    unit_en: str
    target: int | None
    measures: tuple[Measure, ...]
    milestones: tuple[Milestone, ...] = ()
    target_basis: Basis | None = None
    plan_basis: Basis | None = None


Goals = tuple[GoalInForce, ...]


def read_goals(as_of: date, head: Head) -> Goals:
    """Return the goals in order, by the versions in force on a day as known at the head."""
    day = _last_set(as_of, head)
    return _goals.read(day, head, whole=lambda: _read_goals(day, head), grow=_unless_set)


def _last_set(as_of: date, head: Head) -> date:
    """Return the last day by which something set took effect: from it on all days are alike."""
    days = _days.read(None, head, whole=lambda: _read_days(head), grow=_unless_set)
    return days[bisect_right(days, as_of) - 1] if days and days[0] <= as_of else date.min


def _read_days(head: Head) -> Sequence[date]:
    parts = (
        sa.select(model.effective_on).where(model.sequence <= head.sequence)
        for model in (GoalVersion, PlanVersion, Allocation)
    )
    return sorted(db.session.scalars(sa.union(*parts)))


def _unless_set(kept: Kept, since: Since) -> Kept | None:
    """Keep goals and allocations where no deed since may have set them."""
    return kept if since.causes <= OF_ENTRIES else None


def _read_goals(as_of: date, head: Head) -> Goals:
    said = _read_in_force(as_of, head)
    goals = db.session.execute(
        sa.select(Goal.id, Goal.kind, Goal.unit_zh, Goal.unit_en).order_by(Goal.position)
    )
    return tuple(
        _in_force(goal, target=said.get((TARGET, goal.id)), plan=said.get((PLAN, goal.id)))
        for goal in goals
    )


def _read_in_force(as_of: date, head: Head) -> dict[tuple[str, int], Any]:
    """Return the versions of targets and plan lines in force, by one statement."""
    kinds = (
        (TARGET, GoalVersion, GoalVersion.target, GoalVersion.measures),
        (PLAN, PlanVersion, sa.literal(0), PlanVersion.milestones),
    )
    versions = sa.union_all(
        *(
            sa.select(
                sa.literal(name).label("name"),
                model.goal_id,
                model.effective_on.label("effective_on"),
                model.sequence.label("sequence"),
                target.label("target"),
                text.label("text"),
                model.source,
            ).where(model.effective_on <= as_of, model.sequence <= head.sequence)
            for name, model, target, text in kinds
        )
    ).order_by("effective_on", "sequence")
    return {(row.name, row.goal_id): row for row in db.session.execute(versions)}


def _in_force(goal: Any, *, target: Any, plan: Any) -> GoalInForce:
    return GoalInForce(
        goal_id=goal.id,
        kind=goal.kind,
        unit_zh=goal.unit_zh,
        unit_en=goal.unit_en,
        target=target.target if target else None,
        measures=tuple(map(Measure, target.text.split())) if target else (),
        milestones=read_milestones(plan.text) if plan else (),
        target_basis=_basis(target) if target else None,
        plan_basis=_basis(plan) if plan else None,
    )


def _basis(version: Any) -> Basis:
    return Basis(version.source, version.effective_on, version.sequence)


@dataclass(frozen=True, eq=False)
class Shares(Settled):
    """The shares by (district, kind) in force (None or absent: none is given), and their bases."""

    quantities: Mapping[tuple[int, Kind], int | None]
    bases: Mapping[tuple[int, Kind], Basis]

    def basis_of(self, kind: Kind) -> Basis | None:
        """Return where the newest of a kind's shares comes from."""
        return self._newest.get(kind)

    @cached_property
    def _newest(self) -> Mapping[Kind, Basis]:
        found: dict[Kind, Basis] = {}
        for (place, kind), basis in self.bases.items():
            if self.quantities[place, kind] is not None:
                found[kind] = max(found.get(kind, basis), basis, key=_newest)
        return found


def _newest(basis: Basis) -> tuple[date, int]:
    return basis.effective_on, basis.sequence


def read_shares(as_of: date, head: Head) -> Shares:
    """Return the shares in force on a day as known at the head."""
    day = _last_set(as_of, head)
    return _shares.read(day, head, whole=lambda: _read_shares(day, head), grow=_unless_set)


def _read_shares(as_of: date, head: Head) -> Shares:
    versions = (
        sa.select(
            Allocation.district_id,
            Goal.kind,
            Allocation.quantity,
            Allocation.source,
            Allocation.effective_on,
            Allocation.sequence,
        )
        .join(Goal, Goal.id == Allocation.goal_id)
        .where(Allocation.effective_on <= as_of, Allocation.sequence <= head.sequence)
        .order_by(Allocation.effective_on, Allocation.sequence)
    )
    rows = {(row[0], row[1]): row for row in db.session.execute(versions)}
    return Shares(
        {key: row.quantity for key, row in rows.items()},
        {key: _basis(row) for key, row in rows.items()},
    )


def read_allocations(as_of: date, head: Head) -> Mapping[tuple[int, Kind], int | None]:
    """Return the shares by (district, kind) in force; None or absent: none is given."""
    return read_shares(as_of, head).quantities


_goals: Growing[Goals] = Growing()
_shares: Growing[Shares] = Growing()
_days: Growing[Sequence[date]] = Growing()
