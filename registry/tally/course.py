"""How the figures came to the day asked for and where they lead: then, now, and at the end."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from registry.ledger.answers import GoalLine as Counted
from registry.ledger.answers import Tally
from registry.ledger.differences import Line, list_latest, read_totals_of
from registry.ledger.queries import Totals, read_goals
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


@dataclass(frozen=True)
class Outlook:
    """What lies before one goal: pace of late, pace needed, flow, forecast; none where unknown."""

    recent: Recent | None
    needed: Fraction | None
    flow: Flow | None
    forecast: Forecast | None


@dataclass(frozen=True)
class Course:
    """What the tally page shows beside the figures of the day, from the same snapshot.

    `earlier` has the totals a week, a month and a year before; `lines` are the latest of the week;
    `coming` has the targets of the first day, while it is still to come.
    """

    week_on: date
    month_on: date
    year_on: date
    earlier: Mapping[date, Totals]
    now: Totals
    measures: Mapping[Kind, tuple[Measure, ...]]
    lines: Sequence[Line]
    has_more: bool
    desks: Desks
    outlooks: Mapping[Kind, Outlook]
    coming: Mapping[Kind, int]

    def change(self, kind: Kind, *, since: date, district_id: int | None = None) -> int:
        """Return how much a goal grew since a day, by what it adds up now."""
        measures = self.measures[kind]
        return _sum(self.now, measures, district_id) - _sum(
            self.earlier[since], measures, district_id
        )


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
        earlier=totals,
        now=totals[day],
        measures=measures,
        lines=lines.lines,
        has_more=lines.following is not None,
        desks=desks,
        outlooks={goal.kind: _look_ahead(goal, answer, desks) for goal in tally.goals},
        coming=read_coming(tally, answer.table.period),
    )


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


def _sum(totals: Totals, measures: Sequence[Measure], district_id: int | None) -> int:
    if district_id is not None:
        return sum(totals.get((district_id, measure), 0) for measure in measures)
    return sum(total for (_place, measure), total in totals.items() if measure in measures)


def _look_ahead(goal: Counted, answer: Answer, desks: Desks) -> Outlook:
    """Foresee one goal; before the start and after the end there is nothing to foresee."""
    period = answer.table.period
    if period.phase is not Phase.RUNNING:
        return Outlook(None, None, None, None)
    totals = [
        (point.on, sum(point.totals.get(measure, 0) for measure in goal.measures))
        for point in answer.trend
    ]
    recent = read_pace(totals, starts_on=period.starts_on)
    rate, days = desks.pass_rate(goal.kind), desks.days(goal.kind)
    flow = None if rate is None or days is None else Flow(goal.pipeline, rate, days)
    missing = max((goal.target or 0) - goal.counted, 0)
    needed = needed_a_month(missing, days_left=period.days_left) if goal.target else None
    forecast = foresee(goal.counted, recent=recent, flow=flow, days_left=period.days_left)
    return Outlook(recent, needed, flow, forecast)
