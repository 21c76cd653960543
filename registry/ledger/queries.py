"""Figures as of a day and as known at a head, and the entries that add up to them."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import sqlalchemy as sa

from registry.core.database import db
from registry.core.kept import Settled, remembered, remembered_lately
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
from registry.ledger.growing import Fixed, Growing, Since
from registry.ledger.heads import Head, KnownAt, parse_as_of, parse_known_at, read_head
from registry.ledger.in_force import (
    Basis,
    GoalInForce,
    Goals,
    Shares,
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
    "Goals",
    "Head",
    "KnownAt",
    "Part",
    "Points",
    "Shares",
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
    "read_totals_of",
    "read_trend",
    "select_parts",
]

MONTHS_A_YEAR = 12
Totals = Mapping[tuple[int, Measure], int]
TotalsOf = Mapping[date, Totals]
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
    return read_totals_of([as_of], head=head, newest=newest)[as_of]


def read_totals_of(days: Sequence[date], *, head: Head, newest: Head) -> TotalsOf:
    """Return every total on each of some days, as known at the head."""
    if head.sequence < newest.sequence:
        return _read_known(days, head, newest=newest)
    return _totals.read(
        tuple(days),
        newest,
        whole=lambda: {day: _read_cells(day) for day in days},
        grow=_add_to_each,
    )


def _add_to_each(kept: TotalsOf, since: Since) -> TotalsOf:
    return {day: _add_posted(totals, since, as_of=day) for day, totals in kept.items()}


def _read_known(days: Sequence[date], head: Head, *, newest: Head) -> TotalsOf:
    """Read what is not kept of an earlier head, by one statement for all days."""
    found = {day: _known.find(day, head) for day in days}
    missing = sorted(day for day, totals in found.items() if totals is None)
    sums = _sum_posted(missing, _nearer(head, newest)) if missing else {}
    known = {day: totals for day, totals in found.items() if totals is not None}
    for day in missing:
        if not _is_early(head, newest):
            cells = Counter(_read_cells(day))
            cells.subtract(sums[day])
            sums[day] = cells
        known[day] = _known.keep(day, head, sums[day])
    return known


def _is_early(head: Head, newest: Head) -> bool:
    """Say whether what came up to a head is less to add up than what came after it."""
    return head.sequence < newest.sequence - head.sequence


def _nearer(head: Head, newest: Head) -> sa.ColumnElement[bool]:
    """Choose the postings up to a head, or those after it, whichever are fewer."""
    if _is_early(head, newest):
        return Posting.sequence <= head.sequence
    return Posting.sequence > head.sequence


def _read_cells(as_of: date) -> Totals:
    rows = db.session.connection().execute(CELLS, {"as_of": as_of}).all()
    return Counter({(district_id, measure): total for district_id, measure, total in rows})


def _sum_posted(
    days: Sequence[date], recorded: sa.ColumnElement[bool]
) -> dict[date, Counter[tuple[int, Measure]]]:
    """Sum what was recorded then and had taken effect by each of some days, in their order."""
    marks = [sa.case((Posting.effective_on <= day, 1), else_=0) for day in days]
    reached = reduce(operator.add, marks)
    by = (Posting.district_id, Posting.measure, reached)
    posted = sa.select(*by, sa.func.sum(Posting.quantity)).where(recorded).group_by(*by)
    sums: dict[date, Counter[tuple[int, Measure]]] = {day: Counter() for day in days}
    for district_id, measure, number, quantity in db.session.connection().execute(posted):
        for day in days[len(days) - number :]:
            sums[day][district_id, measure] += int(quantity)
    return sums


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


Points = tuple[TrendPoint, ...]


def read_trend(as_of: date, head: Head) -> Points:
    """Return the city by month since the programme's start; the last point is the day asked for."""
    programme, newest = find_programme(), read_head()
    if programme is None or programme.starts_on > as_of:
        return ()
    month, starts_on = as_of.replace(day=1), programme.starts_on
    asked = (month, starts_on)
    if head.sequence < newest.sequence:
        points = _known_points.read(asked, head, whole=lambda: _read_then(*asked, head, newest))
    else:
        points = _points.read(
            asked,
            newest,
            whole=lambda: _read_points(month, starts_on, known=_read_months(month), changes={}),
            grow=lambda kept, since: _unless_before(kept, since, day=month),
        )
    return _add_day(points, as_of, read_totals(as_of, head=head, newest=newest))


@remembered_lately
def _add_day(points: Points, on: date, totals: Totals) -> Points:
    """Put the day that is asked for behind the ends of the months."""
    city: dict[Measure, int] = dict.fromkeys(Measure, 0)
    for (_district, measure), quantity in totals.items():
        city[measure] += quantity
    return (*points, _make_point(on.replace(day=1), on, tuple(city.items())))


@remembered
def _make_point(month: date, on: date, totals: tuple[tuple[Measure, int], ...]) -> TrendPoint:
    return TrendPoint(month, on, dict(totals))


def _unless_before(points: Points, since: Since, *, day: date) -> Points | None:
    """Keep the months where nothing since took effect before a day."""
    is_touched = any(posting.effective_on < day for posting in since.postings)
    return None if is_touched else points


def _read_then(until: date, starts_on: date, head: Head, newest: Head) -> Points:
    """Return the ends of months by an earlier head: from nothing on, or back from what is known."""
    is_early = _is_early(head, newest)
    posted = _sum_by_month(_nearer(head, newest), sign=1 if is_early else -1)
    known = {} if is_early else _read_months(until)
    return _read_points(until, starts_on, known=known, changes=posted)


Months = Mapping[date, Mapping[Measure, int]]


def _read_points(until: date, starts_on: date, *, known: Months, changes: Months) -> Points:
    """Return the ends of the months before the one that begins on `until`.

    `known` has the totals that were folded, `changes` what to add to them from a month on.
    """
    points: list[TrendPoint] = []
    total: Mapping[Measure, int] = {}
    off: dict[Measure, int] = defaultdict(int)
    for month in _months(starts_on, until)[:-1]:
        total = known.get(month, total)
        for measure, quantity in changes.get(month, {}).items():
            off[measure] += quantity
        values = {measure: total.get(measure, 0) + off[measure] for measure in Measure}
        last = date.fromordinal(_next_month(month).toordinal() - 1)
        points.append(_make_point(month, last, tuple(values.items())))
    return tuple(points)


_totals: Growing[TotalsOf] = Growing()
_points: Growing[Points] = Growing()
_known: Fixed[Totals] = Fixed()
_known_points: Fixed[Points] = Fixed()


def _read_months(before: date) -> dict[date, dict[Measure, int]]:
    months: dict[date, dict[Measure, int]] = defaultdict(dict)
    for month, measure, total in db.session.connection().execute(MONTHS, {"before": before}):
        months[month][measure] = total
    return months


def _sum_by_month(recorded: sa.ColumnElement[bool], *, sign: int) -> Months:
    """Sum what was recorded then by the month in which it took effect.

    By the letters of the month: by the day itself SQLite would follow the index of days through
    the whole table, instead of the postings in question.
    """
    month = sa.func.substr(sa.cast(Posting.effective_on, sa.String), 1, len("2026-11"))
    posted = sa.select(month, Posting.measure, sa.func.sum(Posting.quantity)).where(recorded)
    sums: dict[date, dict[Measure, int]] = defaultdict(dict)
    for letters, measure, quantity in db.session.connection().execute(
        posted.group_by(month, Posting.measure)
    ):
        sums[date.fromisoformat(f"{letters}-01")][measure] = sign * int(quantity)
    return sums


def _months(first: date, last: date) -> list[date]:
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = _next_month(month)
    return months


def _next_month(month: date) -> date:
    years, index = divmod(month.month, MONTHS_A_YEAR)
    return date(month.year + years, index + 1, 1)
