"""The figures of a day as they stood at a head, in the form in which a release freezes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # the figures are JSON

import sqlalchemy as sa

from registry.core.database import db
from registry.districts.models import District
from registry.ledger.answers import APART
from registry.ledger.heads import Head
from registry.ledger.queries import (
    GoalInForce,
    Totals,
    read_allocations,
    read_goals,
    read_totals,
)

Figures = dict[str, Any]
NUMBERS_OF_GOAL = ("kind", "target", "counted", "apart")
NUMBERS_OF_DISTRICT = ("code", "counted", "allocated")


def read_frozen(as_of: date, head: Head, *, newest: Head) -> Figures:
    """Return the goals and the districts as of a day and as known at the head; as plain JSON."""
    totals = read_totals(as_of, head=head, newest=newest)
    goals, shares = read_goals(as_of, head), read_allocations(as_of, head)
    places = db.session.scalars(sa.select(District).order_by(District.position)).all()
    return {
        "goals": [_goal(goal, totals, places) for goal in goals],
        "districts": [
            {
                "code": place.code,
                "name_zh": place.name_zh,
                "name_en": place.name_en,
                "counted": {goal.kind.value: _add(goal, totals, place) for goal in goals},
                "allocated": {goal.kind.value: shares.get((place.id, goal.kind)) for goal in goals},
            }
            for place in places
        ],
    }


def _goal(goal: GoalInForce, totals: Totals, places: Sequence[District]) -> Figures:
    """Add up the districts: their sum is the city."""
    apart = [each for each in APART.get(goal.kind, ()) if each not in goal.measures]
    return {
        "kind": goal.kind.value,
        "unit_zh": goal.unit_zh,
        "unit_en": goal.unit_en,
        "target": goal.target,
        "counted": sum(_add(goal, totals, place) for place in places),
        "apart": {
            measure.value: sum(totals.get((place.id, measure), 0) for place in places)
            for measure in apart
        },
    }


def _add(goal: GoalInForce, totals: Totals, place: District) -> int:
    return sum(totals.get((place.id, measure), 0) for measure in goal.measures)


def numbers_of(figures: Mapping[str, Any]) -> Figures:
    """Return the figures without the names of districts and units, which may be written anew."""
    return {
        "goals": [{name: goal[name] for name in NUMBERS_OF_GOAL} for goal in figures["goals"]],
        "districts": [
            {name: line[name] for name in NUMBERS_OF_DISTRICT} for line in figures["districts"]
        ],
    }


def is_same(released: Mapping[str, Any], recounted: Mapping[str, Any]) -> bool:
    """Say whether a recount gives the released numbers; a district that came later has none."""
    codes = {line["code"] for line in released["districts"]}
    known = [line for line in recounted["districts"] if line["code"] in codes]
    return numbers_of(released) == numbers_of({**recounted, "districts": known})
