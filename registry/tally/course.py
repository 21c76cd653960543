"""How the figures came to the day asked for and where they lead: then, now, and at the end."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from registry.core.kept import Settled, remembered
from registry.ledger.answers import GoalLine as Counted
from registry.ledger.answers import Tally
from registry.ledger.differences import Line, list_latest
from registry.ledger.queries import Totals, TrendPoint, read_goals, read_totals_of
from registry.programme.kinds import Kind, Measure
from registry.tally.forecast import (
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


@dataclass(frozen=True, eq=False)
class Outlook(Settled):
    """What lies before one goal: pace of late, pace needed, flow, forecast; none where unknown."""

    recent: Recent | None
    needed: Fraction | None
    flow: Flow | None
    forecast: Forecast | None


@dataclass(frozen=True)
class Course:
    """What the tally page shows beside the figures of the day, from the same snapshot.

    `grown` says how much each goal grew since a week, a month and a year before, by what it adds up
    now: by district, None is the city. `lines` are the latest of the week; `coming` has the targets
    of the first day, while it is still to come.
    """

    week_on: date
    month_on: date
    year_on: date
    grown: Mapping[date, Grown]
    measures: Mapping[Kind, tuple[Measure, ...]]
    lines: Sequence[Line]
    has_more: bool
    desks: Desks
    outlooks: Mapping[Kind, Outlook]
    coming: Mapping[Kind, int]


Grown = Mapping[int | None, Sequence[int]]


def read_course(answer: Answer) -> Course:
    """Read how the figures moved, how the desks keep up, and what that leads to."""
    tally, day = answer.tally, answer.tally.as_of
    week = day - min(timedelta(days=DAYS_A_WEEK), day - date.min)
    month, year = before(day, months=1), before(day, months=MONTHS_A_YEAR)
    totals = read_totals_of([week, month, year, day], head=tally.head, newest=tally.newest)
    measures = {goal.kind: goal.measures for goal in tally.goals}
    counted = sorted({measure for names in measures.values() for measure in names})
    lines = list_latest(day, since=week, measures=counted, head=tally.head, limit=LINES_SHOWN)
    desks = read_desks(day, tally.head, open_ids=tally.open_cases)
    return Course(
        week_on=week,
        month_on=month,
        year_on=year,
        grown={since: _sum_grown(totals, since, day, measures) for since in (week, month, year)},
        measures=measures,
        lines=lines.lines,
        has_more=lines.following is not None,
        desks=desks,
        outlooks={goal.kind: _outlook(goal, answer, desks) for goal in tally.goals},
        coming=read_coming(tally, answer.table.period),
    )


def _sum_grown(
    totals: Mapping[date, Totals],
    since: date,
    until: date,
    measures: Mapping[Kind, Collection[Measure]],
) -> Grown:
    goals: dict[Measure, list[int]] = defaultdict(list)
    for number, names in enumerate(measures.values()):
        for measure in names:
            goals[measure].append(number)
    grown: dict[int | None, list[int]] = defaultdict(lambda: [0] * len(measures))
    for day, sign in ((until, 1), (since, -1)):
        for (place, measure), total in totals[day].items():
            for number in goals[measure]:
                grown[place][number] += sign * total
                grown[None][number] += sign * total
    return grown


def read_coming(tally: Tally, period: Period) -> dict[Kind, int]:
    """Return the targets of the first day while it is still to come."""
    if period.phase is not Phase.BEFORE:
        return {}
    goals = read_goals(period.starts_on, tally.head)
    return {goal.kind: goal.target for goal in goals if goal.target is not None}


def before(day: date, *, months: int) -> date:
    """Return the same day some months earlier; the month's last where it has no such day."""
    years, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 - months, MONTHS_A_YEAR)
    if years < date.min.year:
        return date.min
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def _outlook(goal: Counted, answer: Answer, desks: Desks) -> Outlook:
    return _look_ahead(
        goal,
        answer.table.period,
        trend=tuple(answer.trend[:-1]),
        rate=desks.pass_rate(goal.kind),
        days=desks.days(goal.kind),
    )


@remembered
def _look_ahead(
    goal: Counted,
    period: Period,
    *,
    trend: tuple[TrendPoint, ...],
    rate: Fraction | None,
    days: Fraction | None,
) -> Outlook:
    """Foresee one goal; before the start and after the end there is nothing to foresee.

    `trend` has the months' ends before the day that is asked for.
    """
    if period.phase is not Phase.RUNNING:
        return Outlook(None, None, None, None)
    totals = [(point.on, point.total(goal.measures)) for point in trend]
    recent = read_pace([*totals, (period.as_of, goal.counted)], starts_on=period.starts_on)
    flow = None if rate is None or days is None else Flow(goal.pipeline, rate, days)
    missing = max((goal.target or 0) - goal.counted, 0)
    needed = needed_a_month(missing, days_left=period.days_left) if goal.target else None
    forecast = foresee(goal.counted, recent=recent, flow=flow, days_left=period.days_left)
    return Outlook(recent, needed, flow, forecast)
