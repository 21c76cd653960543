"""The plan line through milestones; no database."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from registry.programme.plan import (
    Milestone,
    PlanLine,
    find_faults,
    read_milestones,
    write_milestones,
)

STARTS_ON, ENDS_ON = date(2025, 1, 1), date(2027, 12, 31)
FIRST, SECOND = Milestone(date(2025, 12, 31), 100), Milestone(date(2026, 12, 31), 400)


def a_line(*milestones: Milestone, target: int = 1000) -> PlanLine:
    return PlanLine(STARTS_ON, ENDS_ON, target, milestones)


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2024, 12, 31), Fraction(0)),
        (STARTS_ON, Fraction(100, 365)),
        (date(2025, 12, 31), Fraction(100)),
        (date(2026, 1, 1), 100 + Fraction(300, 365)),
        (date(2026, 12, 31), Fraction(400)),
        (date(2027, 12, 30), 400 + Fraction(600 * 364, 365)),
        (ENDS_ON, Fraction(1000)),
        (date(2030, 1, 1), Fraction(1000)),
    ],
)
def test_line_is_straight_from_one_milestone_to_the_next(day: date, value: Fraction) -> None:
    line = a_line(SECOND, FIRST)

    assert line.at(day) == value
    assert line.share_at(day) == value / 1000


def test_without_milestones_the_pace_is_even_on_every_day() -> None:
    line = a_line()
    days = [STARTS_ON + timedelta(days=n) for n in range(-3, line.total_days + 3)]

    assert [line.share_at(day) for day in days] == [
        Fraction(line.days_gone(day), line.total_days) for day in days
    ]


def test_without_a_target_the_share_is_that_of_the_time() -> None:
    line = a_line(FIRST, target=0)

    assert line.bends == ()
    assert line.share_at(date(2025, 12, 31)) == Fraction(365, 1095)
    assert line.at(ENDS_ON) == 0


def test_what_no_longer_fits_bends_nothing() -> None:
    outside = (Milestone(STARTS_ON, 5), Milestone(ENDS_ON, 5), Milestone(date(2031, 1, 1), 5))

    assert a_line(*outside).bends == ()
    assert a_line(FIRST, SECOND, target=300).bends == (FIRST, Milestone(SECOND.on, 300))


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2024, 1, 1), FIRST),
        (date(2025, 12, 30), FIRST),
        (date(2025, 12, 31), SECOND),
        (date(2026, 12, 31), None),
    ],
)
def test_the_next_milestone_is_after_the_day(day: date, found: Milestone | None) -> None:
    assert a_line(FIRST, SECOND).next_after(day) == found


@pytest.mark.parametrize(
    ("milestones", "faults"),
    [
        ([FIRST, SECOND], []),
        ([SECOND, FIRST], []),
        ([Milestone(FIRST.on, 0), Milestone(SECOND.on, 0)], []),
        ([Milestone(SECOND.on, 1000)], []),
        ([Milestone(STARTS_ON, 1)], [(0, "on")]),
        ([Milestone(ENDS_ON, 1)], [(0, "on")]),
        ([Milestone(date(2024, 1, 1), 1), Milestone(date(2028, 1, 1), 2)], [(0, "on"), (1, "on")]),
        ([FIRST, Milestone(FIRST.on, 200)], [(1, "on")]),
        ([Milestone(SECOND.on, 99), FIRST], [(0, "quantity")]),
        ([FIRST, Milestone(SECOND.on, 1001)], [(1, "quantity")]),
    ],
)
def test_faults_are_named_by_row_and_field(
    milestones: list[Milestone], faults: list[tuple[int, str]]
) -> None:
    found = find_faults(milestones, starts_on=STARTS_ON, ends_on=ENDS_ON, target=1000)

    assert [(fault.place, fault.name) for fault in found] == faults


def test_without_a_target_no_milestone_can_be_set() -> None:
    found = find_faults([FIRST], starts_on=STARTS_ON, ends_on=ENDS_ON, target=None)

    assert [(fault.place, fault.name) for fault in found] == [(0, "quantity")]


def test_equal_milestones_give_equal_text() -> None:
    text = write_milestones([SECOND, FIRST])

    assert text == '[["2025-12-31",100],["2026-12-31",400]]'
    assert read_milestones(text) == (FIRST, SECOND)
    assert read_milestones(write_milestones([])) == ()
