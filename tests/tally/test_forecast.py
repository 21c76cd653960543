"""The forecast: three ways to go on, and the range that spans them. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from registry.tally.forecast import (
    DAYS_A_MONTH,
    Flow,
    Recent,
    foresee,
    needed_a_month,
    read_pace,
    shown,
)

STARTS_ON = date(2025, 1, 1)
YEAR = [
    (date(2025, 1, 31), 10),
    (date(2025, 2, 28), 12),
    (date(2025, 3, 31), 12),
    (date(2025, 4, 30), 30),
    (date(2025, 5, 31), 36),
    (date(2025, 6, 30), 40),
    (date(2025, 7, 31), 50),
    (date(2025, 8, 16), 58),
]


def test_pace_is_taken_from_the_last_six_whole_months_and_the_days_since() -> None:
    recent = read_pace(YEAR, starts_on=STARTS_ON)

    grown = [2, 0, 18, 6, 4, 10]
    days = (date(2025, 8, 16) - date(2025, 1, 31)).days
    assert recent == Recent(
        months=6,
        mean=Fraction(58 - 10, days) * DAYS_A_MONTH,
        slow=Fraction(sum(sorted(grown)[:3]), 3),
    )


def test_first_month_counts_whole_where_the_programme_starts_on_its_first_day() -> None:
    january = [(date(2025, 1, 31), 10), (date(2025, 2, 10), 10)]

    recent = read_pace(january, starts_on=STARTS_ON)

    assert recent == Recent(1, Fraction(10, 41) * DAYS_A_MONTH, Fraction(10))


def test_broken_first_month_is_left_out() -> None:
    starts_on = date(2025, 1, 15)

    assert read_pace(YEAR[:2], starts_on=starts_on) == Recent(
        1, Fraction(2, 28) * DAYS_A_MONTH, Fraction(2)
    )
    assert read_pace(YEAR[:1], starts_on=starts_on) is None


@pytest.mark.parametrize("totals", [[], [(date(2025, 1, 20), 4)]])
def test_no_pace_before_the_first_whole_month(totals: list[tuple[date, int]]) -> None:
    assert read_pace(totals, starts_on=STARTS_ON) is None


def test_pace_is_never_negative() -> None:
    falling = [(date(2025, 1, 31), 10), (date(2025, 2, 28), 4)]

    recent = read_pace(falling, starts_on=date(2024, 12, 15))

    assert recent == Recent(2, Fraction(0), Fraction(0)) or recent == Recent(
        1, Fraction(0), Fraction(0)
    )


RECENT = Recent(6, mean=Fraction(10), slow=Fraction(4))


def test_range_spans_slow_mean_and_pipeline() -> None:
    flow = Flow(200, pass_rate=Fraction(9, 10), working_days=Fraction(10))
    left = 10 * DAYS_A_MONTH  # 304.375 days

    found = foresee(100, recent=RECENT, flow=flow, days_left=int(left))

    assert found is not None
    months = int(left) / DAYS_A_MONTH
    rest = (int(left) - 14) / DAYS_A_MONTH
    assert (found.low, found.high) == (
        100 + int(4 * months),
        100 + int(180 + 10 * rest) + 1,
    )


def test_without_a_measured_pass_rate_the_paces_alone_give_the_range() -> None:
    found = foresee(100, recent=RECENT, flow=None, days_left=1461)

    assert found is not None
    assert (found.low, found.high) == (292, 580)


def test_what_does_not_pass_in_time_counts_by_the_days_that_are_left() -> None:
    flow = Flow(100, pass_rate=Fraction(1), working_days=Fraction(10))

    found = foresee(0, recent=Recent(6, Fraction(0), Fraction(0)), flow=flow, days_left=7)

    assert found is not None
    assert (found.low, found.high) == (0, 50)


@pytest.mark.parametrize(("recent", "days_left"), [(None, 100), (RECENT, 0)])
def test_no_forecast_without_a_pace_or_on_the_last_day(
    recent: Recent | None, days_left: int
) -> None:
    assert foresee(100, recent=recent, flow=None, days_left=days_left) is None


def test_no_forecast_from_nothing_at_all() -> None:
    still = Recent(6, Fraction(0), Fraction(0))
    flow = Flow(10, pass_rate=Fraction(1), working_days=Fraction(10))

    assert foresee(0, recent=still, flow=None, days_left=100) is None
    assert foresee(0, recent=still, flow=flow, days_left=100) is not None
    assert foresee(1, recent=still, flow=None, days_left=100) is not None


def test_forecast_says_by_how_much_its_lowest_misses() -> None:
    found = foresee(100, recent=RECENT, flow=None, days_left=1461)

    assert found is not None
    assert [found.short_of(target) for target in (300, 292, 100, None)] == [8, 0, 0, 0]


@pytest.mark.parametrize(
    ("missing", "days_left", "needed"),
    [(48, 1461, Fraction(1)), (0, 100, Fraction(0)), (0, 0, Fraction(0)), (3, 0, None)],
)
def test_needed_pace_is_what_is_missing_by_the_months_left(
    missing: int, days_left: int, needed: Fraction | None
) -> None:
    assert needed_a_month(missing, days_left=days_left) == needed


@pytest.mark.parametrize(
    ("pace", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(3, 20), "0.15"),
        (Fraction(269, 10), "26.9"),
        (Fraction(1), "1.0"),
    ],
)
def test_pace_is_rounded_as_shown(pace: Fraction, text: str) -> None:
    assert shown(pace) == Decimal(text)
