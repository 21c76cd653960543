"""How the figures came to the day asked for and where they lead: then, now, and at the end."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from operator import sub
from typing import NamedTuple

from registry.core.kept import Settled, remembered, remembered_lately
from registry.ledger.answers import GoalLine as Counted
from registry.ledger.answers import Tally
from registry.ledger.differences import Differences, list_latest
from registry.ledger.queries import Points, Totals, read_goals, read_totals_of
from registry.programme.kinds import Kind, Measure
from registry.tally.decisions import Sample
from registry.tally.forecast import (
    MONTHS_RECENT,
    Flow,
    Forecast,
    Recent,
    foresee,
    needed_a_month,
    read_pace,
)
from registry.tally.pace import Desks, read_desks
from registry.tally.queries import Answer
from registry.tally.table import Period, Phase

LINES_SHOWN = 10
DAYS_A_WEEK = 7
MONTHS_A_YEAR = 12


class Passing(NamedTuple):
    """What is under way, as it is shown: how many, the share that passes, working days it takes."""

    quantity: int
    share: str
    working_days: float

    @classmethod
    def of(cls, flow: Flow) -> Passing:
        share = f"{float(100 * flow.pass_rate):.0f}%"
        return cls(flow.quantity, share, float(flow.working_days))


@dataclass(frozen=True, eq=False)
class Outlook(Settled):
    """What lies before one goal: pace of late, pace needed, what passes, forecast, if known."""

    recent: Recent | None
    needed: Fraction | None
    passing: Passing | None
    forecast: Forecast | None


@dataclass(frozen=True)
class Course:
    """What the tally page shows beside the figures of the day, from the same snapshot.

    `grown` says how much each goal grew since a week, a month and a year before, by what it adds up
    now. `lines` are the latest of the week; `coming` has the targets of the first day, while it is
    still to come.
    """

    week_on: date
    month_on: date
    year_on: date
    grown: Mapping[date, Grown]
    latest: Differences
    desks: Desks
    outlooks: tuple[Outlook, ...]
    coming: Mapping[Kind, int]


@dataclass(frozen=True, eq=False)
class Grown(Settled):
    """How much each goal grew between two days, in their order: in each district, in the city."""

    by_district: Mapping[int, tuple[int, ...]]
    city: tuple[int, ...]

    def of(self, district_id: int) -> tuple[int, ...]:
        return self.by_district.get(district_id, (0,) * len(self.city))


def read_course(answer: Answer) -> Course:
    """Read how the figures moved, how the desks keep up, and what that leads to."""
    tally, day = answer.tally, answer.tally.as_of
    week = day - min(timedelta(days=DAYS_A_WEEK), day - date.min)
    month, year = before(day, months=1), before(day, months=MONTHS_A_YEAR)
    totals = read_totals_of([week, month, year, day], head=tally.head, newest=tally.newest)
    counted = sorted({measure for names in answer.counted for measure in names})
    desks = read_desks(day, tally.head, open_ids=tally.open_cases)
    now, goals = totals[day], answer.counted
    return Course(
        week_on=week,
        month_on=month,
        year_on=year,
        grown={since: _sum_grown(totals[since], now, goals) for since in (week, month, year)},
        latest=list_latest(day, since=week, measures=counted, head=tally.head, limit=LINES_SHOWN),
        desks=desks,
        outlooks=tuple(_outlook(goal, answer, desks) for goal in tally.goals),
        coming=read_coming(tally, answer.table.period),
    )


@remembered_lately
def _sum_grown(then: Totals, now: Totals, goals: tuple[tuple[Measure, ...], ...]) -> Grown:
    """Take each goal, the sum of some measures, of one day from that of a later one."""
    earlier, later = _sum_goals(then, goals), _sum_goals(now, goals)
    nothing = [0] * len(goals)
    grown = {
        place: tuple(map(sub, later.get(place, nothing), earlier.get(place, nothing)))
        for place in earlier.keys() | later.keys()
    }
    return Grown(grown, tuple(map(sum, zip(*grown.values(), strict=True))) or tuple(nothing))


@remembered_lately
def _sum_goals(
    totals: Totals, goals: tuple[tuple[Measure, ...], ...]
) -> Mapping[int, Sequence[int]]:
    sums: dict[int, list[int]] = {}
    for (place, measure), total in totals.items():
        for number, names in enumerate(goals):
            if measure in names:
                sums.setdefault(place, [0] * len(goals))[number] += total
    return sums


def read_coming(tally: Tally, period: Period) -> dict[Kind, int]:
    """Return the targets of the first day while it is still to come."""
    if period.phase is not Phase.BEFORE:
        return {}
    goals = read_goals(period.starts_on, tally.head)
    return {goal.kind: goal.target for goal in goals if goal.target is not None}


@lru_cache(maxsize=64)
def before(day: date, *, months: int) -> date:
    """Return the same day some months earlier; the month's last where it has no such day."""
    years, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 - months, MONTHS_A_YEAR)
    if years < date.min.year:
        return date.min
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def _outlook(goal: Counted, answer: Answer, desks: Desks) -> Outlook:
    sample = desks.like(goal.kind)
    trend = answer.trend[-(MONTHS_RECENT + 2) : -1]
    return _look_ahead(goal, answer.table.period, trend=trend, sample=sample)


@remembered
def _look_ahead(goal: Counted, period: Period, *, trend: Points, sample: Sample | None) -> Outlook:
    """Foresee one goal; before the start and after the end there is nothing to foresee.

    `trend` has the last months' ends before the day that is asked for, as many as tell the pace;
    `sample` the decisions that tell how many cases pass, and how soon.
    """
    if period.phase is not Phase.RUNNING:
        return _make_outlook(NOTHING_BEHIND, None, None)
    back = _look_back(goal, period, trend)
    flow = Flow(goal.pipeline, sample.pass_rate, Fraction(sample.median)) if sample else None
    forecast = foresee(goal.counted, recent=back.recent, flow=flow, days_left=period.days_left)
    return _make_outlook(back, Passing.of(flow) if flow else None, forecast)


@dataclass(frozen=True, eq=False)
class Back(Settled):
    """The pace of one goal: of late, and as it is needed from the day on."""

    recent: Recent | None
    needed: Fraction | None


NOTHING_BEHIND = Back(None, None)


@remembered
def _look_back(goal: Counted, period: Period, trend: Points) -> Back:
    totals = [(point.on, point.total(goal.measures)) for point in trend]
    recent = read_pace([*totals, (period.as_of, goal.counted)], starts_on=period.starts_on)
    missing = max((goal.target or 0) - goal.counted, 0)
    needed = needed_a_month(missing, days_left=period.days_left) if goal.target else None
    return Back(recent, needed)


@remembered
def _make_outlook(back: Back, passing: Passing | None, forecast: Forecast | None) -> Outlook:
    """Give the same outlook again where all that is shown of it is the same."""
    return Outlook(back.recent, back.needed, passing, forecast)
