"""Targets and shares have both dates: in force on a day, as known at a head."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.core.errors import Invalid
from registry.ledger.goals import allocate, set_milestones, set_target
from registry.ledger.heads import read_head
from registry.ledger.queries import Basis, read_allocations, read_goals, read_shares
from registry.ledger.verify import verify
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal
from registry.programme.plan import Milestone
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


ONE, TWO = Milestone(date(2025, 12, 31), 2), Milestone(date(2026, 12, 31), 6)


def test_milestones_have_both_dates_and_an_empty_set_is_an_even_pace_again(app: Flask) -> None:
    goal, start = _goal(Kind.SMART_FACTORY), date(2025, 1, 1)
    none = read_head()
    set_milestones(goal, [TWO, ONE], effective_on=start, by=None, source="苏工信〔2025〕1号")
    db.session.commit()
    both = read_head()
    set_milestones(goal, [], effective_on=LATER, by=None)
    db.session.commit()

    read = [
        read_goals(day, head)[0].milestones
        for day, head in [
            (LATER, none),
            (LATER, both),
            (LATER, read_head()),
            (date(2025, 12, 31), read_head()),
            (date(2024, 12, 31), read_head()),
        ]
    ]

    assert read == [(), (ONE, TWO), (), (ONE, TWO), ()]
    basis = Basis("苏工信〔2025〕1号", start, both.sequence)
    assert read_goals(start, read_head())[0].plan_basis == basis
    assert verify().fault is None


@pytest.mark.parametrize(
    ("milestones", "field"),
    [
        ([Milestone(date(2025, 1, 1), 1)], "on_0"),
        ([Milestone(date(2027, 12, 31), 1)], "on_0"),
        ([ONE, Milestone(TWO.on, 1)], "quantity_1"),
        ([ONE, Milestone(TWO.on, 11)], "quantity_1"),
    ],
)
def test_milestones_that_do_not_fit_are_refused(
    app: Flask, milestones: list[Milestone], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_milestones(_goal(Kind.SMART_FACTORY), milestones, effective_on=LATER, by=None)
    db.session.rollback()

    assert refused.value.field == field


def test_a_target_cannot_fall_under_a_milestone_that_holds_then_or_later(app: Flask) -> None:
    goal, measures = _goal(Kind.SMART_FACTORY), [Measure.SMART_FACTORY]
    set_milestones(goal, [TWO], effective_on=LATER, by=None)
    db.session.commit()

    for day in (date(2025, 6, 1), LATER, date(2026, 6, 1)):
        with pytest.raises(Invalid) as refused:
            set_target(goal, 5, measures=measures, effective_on=day, by=None)
        db.session.rollback()
        assert refused.value.field == "target"
    set_target(goal, 6, measures=measures, effective_on=LATER, by=None)
    db.session.commit()
    with pytest.raises(Invalid):
        set_milestones(goal, [Milestone(TWO.on, 7)], effective_on=date(2025, 6, 1), by=None)
    db.session.rollback()


def test_what_was_set_names_its_document_and_record(app: Flask) -> None:
    goal, here = _goal(Kind.SMART_FACTORY), a_district()
    allocate(goal, {here.id: 4}, effective_on=LATER, by=None, source="苏智改办〔2026〕2号")
    db.session.commit()

    basis = read_shares(LATER, read_head()).basis_of(Kind.SMART_FACTORY)

    assert basis == Basis("苏智改办〔2026〕2号", LATER, read_head().sequence)
    target = read_goals(LATER, read_head())[0].target_basis
    assert target is not None
    assert (target.source, target.effective_on) == ("苏府办〔2017〕173号", date(2025, 1, 1))
    assert read_shares(LATER, read_head()).basis_of(Kind.SMART_WORKSHOP) is None
