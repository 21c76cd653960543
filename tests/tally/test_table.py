"""Goals against their plan line, districts against their allocations; no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from registry.programme.kinds import Kind
from registry.programme.plan import Milestone
from registry.tally.table import (
    Cell,
    GoalLine,
    Pace,
    Period,
    Phase,
    Row,
    Table,
    make_cell,
    make_city,
    make_goal,
    pace_of,
    percent,
)

STARTS_ON, ENDS_ON = date(2025, 1, 1), date(2027, 12, 31)


def a_period(as_of: date) -> Period:
    return Period(STARTS_ON, ENDS_ON, as_of)


def a_goal(
    counted: int, *, target: int | None, as_of: date, milestones: Sequence[Milestone] = ()
) -> GoalLine:
    return make_goal(
        Kind.SMART_FACTORY,
        unit="家",
        target=target,
        counted=counted,
        pipeline=0,
        apart={},
        period=a_period(as_of),
        milestones=milestones,
    )


@pytest.mark.parametrize(
    ("as_of", "phase", "elapsed", "left"),
    [
        (date(2024, 12, 31), Phase.BEFORE, 0, 1095),
        (STARTS_ON, Phase.RUNNING, 1, 1094),
        (date(2026, 11, 22), Phase.RUNNING, 691, 404),
        (ENDS_ON, Phase.RUNNING, 1095, 0),
        (date(2028, 6, 1), Phase.ENDED, 1095, 0),
    ],
)
def test_days_count_from_the_first_to_the_last(
    as_of: date, phase: Phase, elapsed: int, left: int
) -> None:
    period = a_period(as_of)

    assert (period.phase, period.elapsed_days, period.days_left) == (phase, elapsed, left)


def test_plan_line_is_target_by_days_gone_and_adds_up_with_the_lead() -> None:
    goal = a_goal(8, target=10, as_of=date(2026, 11, 22))

    assert (goal.share, goal.plan, goal.lead) == (80.0, Decimal("6.3"), Decimal("1.7"))
    assert goal.plan + goal.lead == goal.counted


SLOW = (Milestone(date(2025, 12, 31), 10), Milestone(date(2026, 12, 31), 30))


@pytest.mark.parametrize(
    ("counted", "as_of", "plan", "lead", "pace"),
    [
        (0, date(2024, 12, 31), "0.0", "0.0", Pace.WAITING),
        (0, date(2025, 12, 31), "10.0", "-10.0", Pace.BEHIND),
        (10, date(2025, 12, 31), "10.0", "0.0", Pace.LEVEL),
        (15, date(2025, 12, 31), "10.0", "5.0", Pace.AHEAD),
        (25, date(2026, 7, 2), "20.0", "5.0", Pace.AHEAD),
        (130, date(2026, 12, 31), "30.0", "100.0", Pace.REACHED),
        (99, date(2028, 3, 1), "100.0", "-1.0", Pace.MISSED),
    ],
)
def test_plan_line_goes_through_the_milestones(
    counted: int, as_of: date, plan: str, lead: str, pace: Pace
) -> None:
    goal = a_goal(counted, target=100, as_of=as_of, milestones=SLOW)

    assert (goal.plan, goal.lead, goal.pace) == (Decimal(plan), Decimal(lead), pace)


def test_a_district_is_held_against_the_plan_line_of_its_city() -> None:
    goal = a_goal(15, target=100, as_of=date(2025, 12, 31), milestones=SLOW)

    late = [
        make_cell(goal.kind, counted=counted, allocated=20, planned=goal.planned).behind
        for counted in (0, 1, 2)
    ]

    assert goal.plan_share == 10.0
    assert late == [True, True, False]


def test_plan_line_of_thousands_is_whole() -> None:
    assert a_goal(6812, target=10_000, as_of=date(2026, 11, 22)).plan == Decimal(6311)


@pytest.mark.parametrize(
    ("counted", "target", "as_of", "pace"),
    [
        (0, 10, date(2024, 6, 1), Pace.WAITING),
        (0, None, date(2024, 6, 1), Pace.WAITING),
        (0, 0, date(2026, 11, 22), Pace.WAITING),
        (6, 10, date(2026, 11, 22), Pace.LEVEL),
        (7, 10, date(2026, 11, 22), Pace.LEVEL),
        (8, 10, date(2026, 11, 22), Pace.AHEAD),
        (5, 10, date(2026, 11, 22), Pace.BEHIND),
        (640, 1000, date(2026, 11, 22), Pace.LEVEL),
        (642, 1000, date(2026, 11, 22), Pace.AHEAD),
        (620, 1000, date(2026, 11, 22), Pace.BEHIND),
        (10, 10, date(2026, 11, 22), Pace.REACHED),
        (14, 10, date(2028, 6, 1), Pace.REACHED),
        (9, 10, date(2028, 6, 1), Pace.MISSED),
    ],
)
def test_pace_says_how_a_goal_stands(
    counted: int, target: int | None, as_of: date, pace: Pace
) -> None:
    assert pace_of(counted, target=target, period=a_period(as_of)) is pace


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (0, 10, 0.0),
        (3, 0, None),
        (3, None, None),
        (9_996, 10_000, 99.9),
        (10_000, 10_000, 100.0),
        (14, 10, 140.0),
    ],
)
def test_share_says_a_hundred_only_when_nothing_is_missing(
    part: int, whole: int | None, share: float | None
) -> None:
    assert percent(part, whole) == share


@pytest.mark.parametrize(
    ("counted", "allocated", "behind"),
    [(0, None, False), (0, 0, False), (45, 100, True), (46, 100, False), (120, 100, False)],
)
def test_district_is_behind_from_five_points_under_the_plan_line(
    counted: int, allocated: int | None, behind: bool
) -> None:
    cell = make_cell(
        Kind.SMART_WORKSHOP, counted=counted, allocated=allocated, planned=Fraction(1, 2)
    )

    assert cell.behind is behind


def test_before_the_start_no_district_is_behind() -> None:
    planned = a_goal(0, target=9, as_of=STARTS_ON - timedelta(days=1)).planned

    assert not make_cell(Kind.ROBOT_DEPLOYMENT, counted=0, allocated=9, planned=planned).behind


def a_table(shares: list[float | None]) -> Table:
    kind = Kind.SMART_FACTORY
    rows = tuple(
        Row(str(place), f"板块{place}", (Cell(kind, 1, 2, share, behind=False),))
        for place, share in enumerate(shares)
    )
    goals = (a_goal(len(shares), target=10, as_of=date(2026, 11, 22)),)
    return Table(a_period(date(2026, 11, 22)), goals, rows, make_city(goals, name="全市"))


def test_districts_are_ordered_by_share_ties_in_official_order_the_shareless_last() -> None:
    table = a_table([50.0, None, 80.0, 50.0])

    assert [row.code for row in table.ordered_by(Kind.SMART_FACTORY)] == ["2", "0", "3", "1"]
    assert [row.code for row in table.ordered_by(None)] == ["0", "1", "2", "3"]


def test_allocations_add_up_and_are_none_where_nothing_is_allocated() -> None:
    table = a_table([50.0, 80.0])

    assert table.allocated(Kind.SMART_FACTORY) == 4
    assert table.city.cell(Kind.SMART_FACTORY).allocated == 10
