"""Figures as of a day and as known at a head, and the entries that add up to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from registry.core.database import db
from registry.core.kept import Settled
from registry.ledger.behind import (
    PAGE_ROWS,
    After,
    Behind,
    Figure,
    Part,
    list_behind,
    of_figure,
    select_parts,
)
from registry.ledger.growing import Growing, Since
from registry.ledger.heads import Head, KnownAt, parse_as_of, parse_known_at, read_head
from registry.ledger.in_force import (
    Basis,
    GoalInForce,
    read_allocations,
    read_goals,
    read_shares,
)
from registry.ledger.models import Cell, Posting, Trend
from registry.programme.kinds import Measure
from registry.programme.queries import find_programme

__all__ = [
    "PAGE_ROWS",
    "After",
    "Basis",
    "Behind",
    "Figure",
    "GoalInForce",
    "Head",
    "KnownAt",
    "Part",
    "TrendPoint",
    "list_behind",
    "of_figure",
    "parse_as_of",
    "parse_known_at",
    "read_allocations",
    "read_goals",
    "read_head",
    "read_shares",
    "read_totals",
    "read_trend",
    "select_parts",
]

MONTHS_A_YEAR = 12
Totals = Mapping[tuple[int, Measure], int]
CELLS = sa.select(Cell.district_id, Cell.measure, Cell.total).where(
    Cell.day
    == sa.select(sa.func.max(Cell.day)).where(Cell.day <= sa.bindparam("as_of")).scalar_subquery()
)

MONTHS = sa.select(Trend.month, Trend.measure, Trend.total).where(
    Trend.month < sa.bindparam("before")
)


def read_totals(as_of: date, *, head: Head, newest: Head) -> Totals:
    """Return every total by (district, measure) on a day, by what is recorded up to the head.

    What is absent is 0. Newest is the head of the same snapshot.
    """
    if head.sequence < newest.sequence - head.sequence:  # what came earlier is less to add up
        return Counter(dict(_sum_posted(as_of, Posting.sequence <= head.sequence)))
    if head.sequence < newest.sequence:
        totals = Counter(_read_cells(as_of))
        totals.subtract(dict(_sum_posted(as_of, Posting.sequence > head.sequence)))
        return totals
    return _totals.read(
        as_of,
        newest,
        whole=lambda: _read_cells(as_of),
        grow=lambda totals, since: _add_posted(totals, since, as_of=as_of),
    )


def _read_cells(as_of: date) -> Totals:
    rows = db.session.connection().execute(CELLS, {"as_of": as_of}).all()
    return Counter({(district_id, measure): total for district_id, measure, total in rows})


def _sum_posted(
    as_of: date, recorded: sa.ColumnElement[bool]
) -> Iterator[tuple[tuple[int, Measure], int]]:
    """Sum what was recorded then and had taken effect by a day."""
    posted = (
        sa.select(Posting.district_id, Posting.measure, sa.func.sum(Posting.quantity))
        .where(Posting.effective_on <= as_of, recorded)
        .group_by(Posting.district_id, Posting.measure)
    )
    for district_id, measure, quantity in db.session.execute(posted):
        yield (district_id, measure), int(quantity)


def _add_posted(totals: Totals, since: Since, *, as_of: date) -> Totals:
    """Add what was recorded since; the very same answer where nothing of it had taken effect."""
    posted = [posting for posting in since.postings if posting.effective_on <= as_of]
    if not posted:
        return totals
    grown = Counter(totals)
    for posting in posted:
        grown[posting.district_id, posting.measure] += posting.quantity
    return grown


@dataclass(frozen=True, eq=False)
class TrendPoint(Settled):
    """The city's totals on one day: the last of a month, or the day asked for."""

    month: date
    on: date
    totals: Mapping[Measure, int]

    def total(self, measures: Collection[Measure]) -> int:
        """Return what some measures add up to."""
        return sum(self.totals.get(measure, 0) for measure in measures)


def read_trend(as_of: date, head: Head) -> list[TrendPoint]:
    """Return the city by month since the programme's start; the last point is the day asked for."""
    programme, newest = find_programme(), read_head()
    if programme is None or programme.starts_on > as_of:
        return []
    month, starts_on = as_of.replace(day=1), programme.starts_on
    if head.sequence < newest.sequence:
        points = _read_points(month, starts_on, later=_later_by_month(as_of, head))
    else:
        points = _points.read(
            (month, starts_on),
            newest,
            whole=lambda: _read_points(month, starts_on, later={}),
            grow=lambda kept, since: _unless_before(kept, since, day=month),
        )
    today: dict[Measure, int] = dict.fromkeys(Measure, 0)
    for (_district, measure), quantity in read_totals(as_of, head=head, newest=newest).items():
        today[measure] += quantity
    return [*points, TrendPoint(month, as_of, today)]


def _unless_before(points: Points, since: Since, *, day: date) -> Points | None:
    """Keep the months where nothing since took effect before a day."""
    is_touched = any(posting.effective_on < day for posting in since.postings)
    return None if is_touched else points


def _read_points(
    until: date, starts_on: date, *, later: Mapping[date, Mapping[Measure, int]]
) -> Points:
    """Return the ends of the months before the one that begins on `until`."""
    known = _read_months(until)
    points: list[TrendPoint] = []
    total: Mapping[Measure, int] = {}
    off: dict[Measure, int] = defaultdict(int)
    for month in _months(starts_on, until)[:-1]:
        total = known.get(month, total)
        for measure, quantity in later.get(month, {}).items():
            off[measure] += quantity
        values = {measure: total.get(measure, 0) - off[measure] for measure in Measure}
        last = date.fromordinal(_next_month(month).toordinal() - 1)
        points.append(TrendPoint(month, last, values))
    return points


Points = Sequence[TrendPoint]

_totals: Growing[Totals] = Growing()
_points: Growing[Points] = Growing()


def _read_months(before: date) -> dict[date, dict[Measure, int]]:
    months: dict[date, dict[Measure, int]] = defaultdict(dict)
    for month, measure, total in db.session.connection().execute(MONTHS, {"before": before}):
        months[month][measure] = total
    return months


def _later_by_month(as_of: date, head: Head) -> dict[date, dict[Measure, int]]:
    """Sum by month what was recorded after the head."""
    later: dict[date, dict[Measure, int]] = defaultdict(lambda: defaultdict(int))
    found = (
        sa.select(Posting.effective_on, Posting.measure, sa.func.sum(Posting.quantity))
        .where(Posting.effective_on <= as_of, Posting.sequence > head.sequence)
        .group_by(Posting.effective_on, Posting.measure)
    )
    for effective_on, measure, quantity in db.session.execute(found):
        later[effective_on.replace(day=1)][measure] += int(quantity)
    return later


def _months(first: date, last: date) -> list[date]:
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = _next_month(month)
    return months


def _next_month(month: date) -> date:
    years, index = divmod(month.month, MONTHS_A_YEAR)
    return date(month.year + years, index + 1, 1)
