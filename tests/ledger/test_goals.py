"""Targets and shares have both dates: in force on a day, as known at a head."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.ledger.goals import allocate, set_target
from registry.ledger.heads import read_head
from registry.ledger.queries import read_allocations, read_goals
from registry.ledger.verify import verify
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal
from tests.factories import a_district

LATER = date(2026, 1, 1)


def _goal(kind: Kind) -> Goal:
    return db.session.scalars(sa.select(Goal).where(Goal.kind == kind)).one()


def test_a_target_holds_from_its_day_and_is_known_from_its_seal(app: Flask) -> None:
    before = read_head()
    robots = [Measure.ROBOT, Measure.MOBILE_ROBOT]
    goal = _goal(Kind.ROBOT_DEPLOYMENT)
    set_target(goal, 12_000, measures=robots, effective_on=LATER, by=None)
    db.session.commit()

    targets = [
        read_goals(day, head)[3].target
        for day, head in [(LATER, read_head()), (date(2025, 12, 31), read_head()), (LATER, before)]
    ]

    assert targets == [12_000, 10_000, 10_000]
    assert set(read_goals(LATER, read_head())[3].measures) == set(robots)


def test_of_two_versions_of_one_day_the_later_recorded_holds(app: Flask) -> None:
    goal = _goal(Kind.SMART_FACTORY)
    for target in (11, 12):
        set_target(goal, target, measures=[Measure.SMART_FACTORY], effective_on=LATER, by=None)
    earlier = [Measure.SMART_FACTORY]
    set_target(goal, 9, measures=earlier, effective_on=date(2025, 6, 1), by=None)
    db.session.commit()

    assert read_goals(LATER, read_head())[0].target == 12
    assert read_goals(date(2025, 7, 1), read_head())[0].target == 9


def test_a_share_can_be_taken_back_and_is_still_known_as_it_was(app: Flask) -> None:
    goal, here, there = _goal(Kind.SMART_FACTORY), a_district(), a_district("320581")
    allocate(goal, {here.id: 4, there.id: 2}, effective_on=LATER, by=None)
    db.session.commit()
    before = read_head()
    allocate(goal, {here.id: None}, effective_on=LATER, by=None)
    db.session.commit()

    mine, others = (here.id, Kind.SMART_FACTORY), (there.id, Kind.SMART_FACTORY)
    assert read_allocations(LATER, before) == {mine: 4, others: 2}
    assert read_allocations(LATER, read_head()) == {mine: None, others: 2}
    assert read_allocations(date(2025, 12, 31), read_head()) == {}
    assert verify().fault is None
