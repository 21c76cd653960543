"""Targets and allocations: versions in the ledger's order, so a share once shown stays known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from registry.accounts.models import User
from registry.core.database import db
from registry.ledger.models import Allocation, GoalVersion
from registry.ledger.service import deed
from registry.programme.kinds import Measure
from registry.programme.models import Goal


def set_target(
    goal: Goal, target: int, *, measures: Sequence[Measure], effective_on: date, by: User | None
) -> None:
    """Set a goal's target and the measures it adds up, from a day on."""
    names = " ".join(sorted(measures))
    with deed(by=by, cause="set_target") as opened:
        db.session.add(
            GoalVersion(
                sequence=opened.sequence,
                goal_id=goal.id,
                effective_on=effective_on,
                target=target,
                measures=names,
            )
        )
        payload = {"goal": goal.kind.value, "target": target, "measures": names}
        opened.record("target_set", {**payload, "effective_on": effective_on.isoformat()})


def allocate(
    goal: Goal, shares: Mapping[int, int | None], *, effective_on: date, by: User | None
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
                )
            )
        named = {str(district_id): quantity for district_id, quantity in shares.items()}
        payload = {"goal": goal.kind.value, "shares": named}
        opened.record("allocated", {**payload, "effective_on": effective_on.isoformat()})
