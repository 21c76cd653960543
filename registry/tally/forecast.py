"""Where a goal will stand at the programme's end: a range from recent pace and from the pipeline.

Pure. Three ways to go on from the day asked for; the range spans all three:

slow      the mean of the slowest three of the last six whole months, until the end
steady    the mean pace since the first of those months, until the end
pipeline  what is under way, times the share that passes, within the days that a case takes; then
          the steady pace until the end
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

MONTHS_RECENT = 6
MONTHS_SLOW = 3
DAYS_A_MONTH = Fraction(1461, 48)
CALENDAR_DAYS_A_WORKING_DAY = Fraction(7, 5)
DayTotals = Sequence[tuple[date, int]]


class Recent(NamedTuple):
    """The pace of late: months it is taken from, a month's mean, and that of the slowest three."""

    months: int
    mean: Fraction
    slow: Fraction


class Flow(NamedTuple):
    """What is under way, the share of decisions that approve, working days that a case takes."""

    quantity: int
    pass_rate: Fraction
    working_days: Fraction


class Forecast(NamedTuple):
    """The count at the end, lowest and highest."""

    low: int
    high: int

    def short_of(self, target: int | None) -> int:
        """Return by how much the lowest count misses the target; 0 where it does not."""
        return max((target or 0) - self.low, 0)


def needed_a_month(missing: int, *, days_left: int) -> Fraction | None:
    """Return the pace that would still reach the target; None where no day is left for it."""
    if not missing:
        return Fraction(0)
    return missing * DAYS_A_MONTH / days_left if days_left else None


def read_pace(totals: DayTotals, *, starts_on: date) -> Recent | None:
    """Measure the pace from the totals at each month's end, the day asked for last.

    Only whole months within the programme count; None before the first of them is over.
    """
    ends = [(day, total) for day, total in totals if _is_month_end(day) and day >= starts_on]
    begun = (starts_on - timedelta(days=1), 0)
    known = [begun, *ends] if starts_on.day == 1 else ends
    whole = known[-(MONTHS_RECENT + 1) :]
    if len(whole) < 2:
        return None
    grown = [later - earlier for (_, earlier), (_, later) in pairwise(whole)]
    slowest = sorted(grown)[:MONTHS_SLOW]
    (first, then), (last, now) = whole[0], totals[-1]
    mean = Fraction(now - then, (last - first).days) * DAYS_A_MONTH
    slow = Fraction(sum(slowest), len(slowest))
    return Recent(len(grown), max(mean, Fraction(0)), max(slow, Fraction(0)))


def foresee(
    counted: int, *, recent: Recent | None, flow: Flow | None, days_left: int
) -> Forecast | None:
    """Return the range at the end of the programme; None where no pace or no day is left.

    Where nothing was ever counted and nothing is under way there is nothing to go on with either.
    """
    if recent is None or days_left <= 0:
        return None
    if not (counted or recent.mean or (flow and flow.quantity)):
        return None
    months = days_left / DAYS_A_MONTH
    ways = [recent.slow * months, recent.mean * months]
    if flow is not None:
        ways.append(_go_on(flow, recent.mean, days_left=days_left))
    low, high = counted + min(map(math.floor, ways)), counted + max(map(math.ceil, ways))
    return Forecast(low, high)


def _go_on(flow: Flow, mean: Fraction, *, days_left: int) -> Fraction:
    """Return what is under way and passes in time, and what then comes by the mean pace."""
    days = flow.working_days * CALENDAR_DAYS_A_WORKING_DAY
    passing = flow.quantity * flow.pass_rate
    if days > days_left:
        return passing * days_left / days
    return passing + mean * (days_left - days) / DAYS_A_MONTH


def shown(pace: Fraction) -> Decimal:
    """Round a pace as the pages show it: one place, two where it is under one."""
    if not pace:
        return Decimal(0)
    exact = Decimal(pace.numerator) / Decimal(pace.denominator)
    step = Decimal("0.01") if exact < 1 else Decimal("0.1")
    return exact.quantize(step, rounding=ROUND_HALF_UP)


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
