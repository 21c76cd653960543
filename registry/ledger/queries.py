"""Figures as of a day and as known at a head, and the entries that add up to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

import sqlalchemy as sa

from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry
from registry.ledger.growing import OF_ENTRIES, Growing, Since
from registry.ledger.heads import Head, KnownAt, parse_as_of, parse_known_at, read_head
from registry.ledger.models import Allocation, Cell, GoalVersion, Posting, Trend
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal
from registry.programme.queries import find_programme

__all__ = [
    "Behind",
    "Figure",
    "GoalInForce",
    "Head",
    "KnownAt",
    "TrendPoint",
    "list_behind",
    "parse_as_of",
    "parse_known_at",
    "read_allocations",
    "read_goals",
    "read_head",
    "read_totals",
    "read_trend",
]

PAGE_ROWS = 50
MONTHS_A_YEAR = 12
Totals = Mapping[tuple[int, Measure], int]
After = tuple[date, int, int]
CELLS = sa.select(Cell.district_id, Cell.measure, Cell.total).where(
    Cell.day
    == sa.select(sa.func.max(Cell.day)).where(Cell.day <= sa.bindparam("as_of")).scalar_subquery()
)


def read_totals(as_of: date, *, head: Head, newest: Head) -> Totals:
    """Return every total by (district, measure) on a day, by what is recorded up to the head.

    What is absent is 0. Newest is the head of the same snapshot.
    """
    if head.sequence < newest.sequence:
        totals = Counter(_read_cells(as_of))
        totals.subtract(dict(_read_later(as_of, head)))
        return totals
    return _totals.read(
        as_of,
        newest,
        whole=lambda: _read_cells(as_of),
        grow=lambda totals, since: _add_posted(totals, since, as_of=as_of),
    )


def _read_cells(as_of: date) -> Totals:
    rows = db.session.connection().execute(CELLS, {"as_of": as_of})
    return Counter({(district_id, measure): total for district_id, measure, total in rows})


def _read_later(as_of: date, head: Head) -> Iterator[tuple[tuple[int, Measure], int]]:
    """Sum what was recorded after the head and had taken effect by a day."""
    later = (
        sa.select(Posting.district_id, Posting.measure, sa.func.sum(Posting.quantity))
        .where(Posting.effective_on <= as_of, Posting.sequence > head.sequence)
        .group_by(Posting.district_id, Posting.measure)
    )
    for district_id, measure, quantity in db.session.execute(later):
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


@dataclass(frozen=True)
class GoalInForce:
    """A goal as it stood: its target (None: not set yet) and the measures that it adds up."""

    goal_id: int
    kind: Kind
    unit_zh: str
    unit_en: str
    target: int | None
    measures: tuple[Measure, ...]


def read_goals(as_of: date, head: Head) -> Sequence[GoalInForce]:
    """Return the goals in order, by the versions in force on a day as known at the head."""
    return _goals.read(as_of, head, whole=lambda: _read_goals(as_of, head), grow=_unless_set)


def _unless_set(kept: Kept, since: Since) -> Kept | None:
    """Keep goals and allocations where no deed since may have set them."""
    return kept if since.causes <= OF_ENTRIES else None


def _read_goals(as_of: date, head: Head) -> tuple[GoalInForce, ...]:
    versions = (
        sa.select(GoalVersion.goal_id, GoalVersion.target, GoalVersion.measures)
        .where(GoalVersion.effective_on <= as_of, GoalVersion.sequence <= head.sequence)
        .order_by(GoalVersion.effective_on, GoalVersion.sequence)
    )
    latest = {row.goal_id: row for row in db.session.execute(versions)}
    goals = db.session.execute(
        sa.select(Goal.id, Goal.kind, Goal.unit_zh, Goal.unit_en).order_by(Goal.position)
    )
    return tuple(
        GoalInForce(
            *goal,
            target=latest[goal.id].target if goal.id in latest else None,
            measures=_measures(latest[goal.id].measures) if goal.id in latest else (),
        )
        for goal in goals
    )


def read_allocations(as_of: date, head: Head) -> Shares:
    """Return the shares by (district, kind) in force; None or absent: none is given."""
    return _shares.read(as_of, head, whole=lambda: _read_shares(as_of, head), grow=_unless_set)


def _read_shares(as_of: date, head: Head) -> Shares:
    versions = (
        sa.select(Allocation.district_id, Goal.kind, Allocation.quantity)
        .join(Goal, Goal.id == Allocation.goal_id)
        .where(Allocation.effective_on <= as_of, Allocation.sequence <= head.sequence)
        .order_by(Allocation.effective_on, Allocation.sequence)
    )
    return {(district, kind): quantity for district, kind, quantity in db.session.execute(versions)}


@dataclass(frozen=True)
class TrendPoint:
    """The city's totals on one day: the last of a month, or the day asked for."""

    month: date
    on: date
    totals: Mapping[Measure, int]


def read_trend(as_of: date, head: Head) -> list[TrendPoint]:
    """Return the city by month since the programme's start; the last point is the day asked for."""
    programme, newest = find_programme(), read_head()
    if programme is None or programme.starts_on > as_of:
        return []
    asked = as_of, programme.starts_on
    if head.sequence < newest.sequence:
        points = _read_points(*asked, later=_later_by_month(as_of, head))
    else:
        points = _points.read(
            asked,
            newest,
            whole=lambda: _read_points(*asked, later={}),
            grow=lambda kept, since: _unless_before(kept, since, day=as_of.replace(day=1)),
        )
    today: dict[Measure, int] = dict.fromkeys(Measure, 0)
    for (_district, measure), quantity in read_totals(as_of, head=head, newest=newest).items():
        today[measure] += quantity
    return [*points, TrendPoint(as_of.replace(day=1), as_of, today)]


def _unless_before(points: Points, since: Since, *, day: date) -> Points | None:
    """Keep the months where nothing since took effect before a day."""
    is_touched = any(posting.effective_on < day for posting in since.postings)
    return None if is_touched else points


def _read_points(
    as_of: date, starts_on: date, *, later: Mapping[date, Mapping[Measure, int]]
) -> Points:
    known = _read_months(as_of.replace(day=1))
    points: list[TrendPoint] = []
    total: Mapping[Measure, int] = {}
    off: dict[Measure, int] = defaultdict(int)
    for month in _months(starts_on, as_of.replace(day=1)):
        following = _next_month(month)
        total = known.get(month, total)
        for measure, quantity in later.get(month, {}).items():
            off[measure] += quantity
        if following <= as_of:
            values = {measure: total.get(measure, 0) - off[measure] for measure in Measure}
            points.append(TrendPoint(month, date.fromordinal(following.toordinal() - 1), values))
    return points


Shares = Mapping[tuple[int, Kind], int | None]
Points = Sequence[TrendPoint]
Kept = TypeVar("Kept")

_totals: Growing[Totals] = Growing()
_goals: Growing[Sequence[GoalInForce]] = Growing()
_shares: Growing[Shares] = Growing()
_points: Growing[Points] = Growing()


class Figure(NamedTuple):
    """What one entry adds to a figure in one district."""

    entry_id: int
    kind: Kind
    number: str | None
    title: str
    enterprise_id: int
    enterprise_name: str
    district_id: int
    district_zh: str
    district_en: str
    effective_on: date
    quantity: int

    @property
    def key(self) -> After:
        """Where the page after this row begins."""
        return (self.effective_on, self.entry_id, self.district_id)


@dataclass(frozen=True)
class Behind:
    """One page of the entries behind a figure: `sum` is the figure, `total` counts all rows."""

    figures: Sequence[Figure]
    total: int
    sum: int
    following: After | None


def list_behind(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    after: After | None = None,
    limit: int | None = PAGE_ROWS,
) -> Behind:
    """List the entries that add up to a figure, latest first, by pages (all: limit None)."""
    parts = parts_of(as_of, head, measures, district_id=district_id)
    count, total = _count(parts)
    key = (Entry.effective_on, parts.c.entry_id, parts.c.district_id)
    shown = (
        sa.select(
            Entry.id,
            Entry.kind,
            Entry.number,
            Entry.title,
            Enterprise.id,
            Enterprise.name,
            District.id,
            District.name_zh,
            District.name_en,
            Entry.effective_on,
            sa.cast(parts.c.quantity, sa.Integer),
        )
        .select_from(parts)
        .join(Entry, Entry.id == parts.c.entry_id)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .join(District, District.id == parts.c.district_id)
        .order_by(*(column.desc() for column in key))
    )
    if after is not None:
        shown = shown.where(sa.tuple_(*key) < sa.tuple_(*after))
    if limit is not None:
        shown = shown.limit(limit + 1)
    figures = [Figure._make(row) for row in db.session.execute(shown)]
    more = limit is not None and len(figures) > limit
    page = figures[:limit]
    return Behind(page, count, total, page[-1].key if more else None)


def _count(parts: sa.Subquery) -> tuple[int, int]:
    counted = sa.select(sa.func.count(), sa.func.sum(parts.c.quantity)).select_from(parts)
    count, total = db.session.execute(counted).one()
    return count, int(total or 0)


def parts_of(
    as_of: date, head: Head, measures: Collection[Measure], *, district_id: int | None
) -> sa.Subquery:
    """Sum the postings of a figure by entry and district, zeros dropped."""
    quantity = sa.func.sum(Posting.quantity)
    return (
        sa.select(Posting.entry_id, Posting.district_id, quantity.label("quantity"))
        .where(*of_figure(as_of, head, measures, district_id=district_id))
        .group_by(Posting.entry_id, Posting.district_id)
        .having(quantity != 0)
        .subquery()
    )


def of_figure(
    as_of: date, head: Head, measures: Collection[Measure], *, district_id: int | None
) -> list[sa.ColumnElement[bool]]:
    """Return what is true of the postings that add up to a figure."""
    of_figure = [
        Posting.effective_on <= as_of,
        Posting.sequence <= head.sequence,
        Posting.measure.in_(sorted(measures)),
    ]
    return of_figure if district_id is None else [*of_figure, Posting.district_id == district_id]


def _measures(names: str) -> tuple[Measure, ...]:
    return tuple(Measure(name) for name in names.split())


def _read_months(before: date) -> dict[date, dict[Measure, int]]:
    months: dict[date, dict[Measure, int]] = defaultdict(dict)
    found = sa.select(Trend.month, Trend.measure, Trend.total).where(Trend.month < before)
    for month, measure, total in db.session.execute(found):
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
