"""Figures as of a day and as known at a head, and the entries that add up to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple  # a version's columns are of several types

import sqlalchemy as sa

from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.ledger.heads import Head, KnownAt, parse_as_of, parse_known_at, read_head
from registry.ledger.models import Allocation, Cell, GoalVersion, PlanVersion, Posting, Trend
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal, Programme
from registry.programme.plan import Milestone, read_milestones

__all__ = [
    "Basis",
    "Behind",
    "Figure",
    "GoalInForce",
    "Head",
    "KnownAt",
    "Part",
    "TrendPoint",
    "list_behind",
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

PAGE_ROWS = 50
MONTHS_A_YEAR = 12
Totals = Mapping[tuple[int, Measure], int]
After = tuple[date, int, int]
TARGET, PLAN = "target", "plan"


def read_totals(as_of: date, *, head: Head, newest: Head) -> Totals:
    """Return every total by (district, measure) on a day, by what is recorded up to the head.

    What is absent is 0. Newest is the head of the same snapshot.
    """
    last = sa.select(sa.func.max(Cell.day)).where(Cell.day <= as_of).scalar_subquery()
    cells = sa.select(Cell.district_id, Cell.measure, Cell.total).where(Cell.day == last)
    totals: dict[tuple[int, Measure], int] = defaultdict(int)
    for district_id, measure, total in db.session.execute(cells):
        totals[district_id, measure] = total
    if head.sequence < newest.sequence:
        later = (
            sa.select(Posting.district_id, Posting.measure, sa.func.sum(Posting.quantity))
            .where(Posting.effective_on <= as_of, Posting.sequence > head.sequence)
            .group_by(Posting.district_id, Posting.measure)
        )
        for district_id, measure, quantity in db.session.execute(later):
            totals[district_id, measure] -= int(quantity)
    return totals


@dataclass(frozen=True)
class Basis:
    """Where a number that the city set comes from: document, first day, number of the record."""

    source: str
    effective_on: date
    sequence: int


@dataclass(frozen=True)
class GoalInForce:
    """A goal as it stood: target (None: not set yet), what it adds up, milestones (none: even)."""

    goal_id: int
    kind: Kind
    unit_zh: str
    unit_en: str
    target: int | None
    measures: tuple[Measure, ...]
    milestones: tuple[Milestone, ...] = ()
    target_basis: Basis | None = None
    plan_basis: Basis | None = None


def read_goals(as_of: date, head: Head) -> list[GoalInForce]:
    """Return the goals in order, by the versions in force on a day as known at the head."""
    said = _read_in_force(as_of, head)
    goals = db.session.execute(
        sa.select(Goal.id, Goal.kind, Goal.unit_zh, Goal.unit_en).order_by(Goal.position)
    )
    return [
        _in_force(goal, target=said.get((TARGET, goal.id)), plan=said.get((PLAN, goal.id)))
        for goal in goals
    ]


def _read_in_force(as_of: date, head: Head) -> dict[tuple[str, int], Any]:
    """Return the versions of targets and plan lines in force, by one statement."""
    kinds = (
        (TARGET, GoalVersion, GoalVersion.target, GoalVersion.measures),
        (PLAN, PlanVersion, sa.literal(0), PlanVersion.milestones),
    )
    versions = sa.union_all(
        *(
            sa.select(
                sa.literal(name).label("name"),
                model.goal_id,
                model.effective_on.label("effective_on"),
                model.sequence.label("sequence"),
                target.label("target"),
                text.label("text"),
                model.source,
            ).where(model.effective_on <= as_of, model.sequence <= head.sequence)
            for name, model, target, text in kinds
        )
    ).order_by("effective_on", "sequence")
    return {(row.name, row.goal_id): row for row in db.session.execute(versions)}


def _in_force(goal: Any, *, target: Any, plan: Any) -> GoalInForce:
    return GoalInForce(
        goal_id=goal.id,
        kind=goal.kind,
        unit_zh=goal.unit_zh,
        unit_en=goal.unit_en,
        target=target.target if target else None,
        measures=tuple(map(Measure, target.text.split())) if target else (),
        milestones=read_milestones(plan.text) if plan else (),
        target_basis=_basis(target) if target else None,
        plan_basis=_basis(plan) if plan else None,
    )


def _basis(version: Any) -> Basis:
    return Basis(version.source, version.effective_on, version.sequence)


@dataclass(frozen=True)
class Shares:
    """The shares by (district, kind) in force (None or absent: none is given), and their bases."""

    quantities: Mapping[tuple[int, Kind], int | None]
    bases: Mapping[tuple[int, Kind], Basis]

    def basis_of(self, kind: Kind) -> Basis | None:
        """Return where the newest of a kind's shares comes from."""
        given = [
            basis
            for (place, each), basis in self.bases.items()
            if each is kind and self.quantities[place, each] is not None
        ]
        return max(given, key=_newest, default=None)


def _newest(basis: Basis) -> tuple[date, int]:
    return basis.effective_on, basis.sequence


def read_shares(as_of: date, head: Head) -> Shares:
    """Return the shares in force on a day as known at the head."""
    versions = (
        sa.select(
            Allocation.district_id,
            Goal.kind,
            Allocation.quantity,
            Allocation.source,
            Allocation.effective_on,
            Allocation.sequence,
        )
        .join(Goal, Goal.id == Allocation.goal_id)
        .where(Allocation.effective_on <= as_of, Allocation.sequence <= head.sequence)
        .order_by(Allocation.effective_on, Allocation.sequence)
    )
    rows = {(row[0], row[1]): row for row in db.session.execute(versions)}
    return Shares(
        {key: row.quantity for key, row in rows.items()},
        {key: _basis(row) for key, row in rows.items()},
    )


def read_allocations(as_of: date, head: Head) -> Mapping[tuple[int, Kind], int | None]:
    """Return the shares by (district, kind) in force; None or absent: none is given."""
    return read_shares(as_of, head).quantities


@dataclass(frozen=True)
class TrendPoint:
    """The city's totals on one day: the last of a month, or the day asked for."""

    month: date
    on: date
    totals: Mapping[Measure, int]


def read_trend(as_of: date, head: Head) -> list[TrendPoint]:
    """Return the city by month since the programme's start; the last point is the day asked for."""
    starts_on = db.session.scalar(sa.select(Programme.starts_on).order_by(Programme.id).limit(1))
    if starts_on is None or starts_on > as_of:
        return []
    newest = read_head()
    known = _read_months(as_of.replace(day=1))
    later = _later_by_month(as_of, head) if head.sequence < newest.sequence else {}
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
    today: dict[Measure, int] = dict.fromkeys(Measure, 0)
    for (_district, measure), quantity in read_totals(as_of, head=head, newest=newest).items():
        today[measure] += quantity
    return [*points, TrendPoint(as_of.replace(day=1), as_of, today)]


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
    standing: Standing

    @property
    def key(self) -> After:
        """Where the page after this row begins."""
        return (self.effective_on, self.entry_id, self.district_id)


@dataclass(frozen=True)
class Part:
    """A part of a figure: what took effect within some days, or certain entries."""

    since: date | None = None
    until: date | None = None
    entries: sa.Select[int] | None = None


@dataclass(frozen=True)
class Behind:
    """One page of the entries behind a figure: `sum` is the figure, `total` counts all rows."""

    figures: Sequence[Figure]
    total: int
    sum: int
    following: After | None


WHOLE = Part()


def list_behind(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    part: Part = WHOLE,
    after: After | None = None,
    limit: int | None = PAGE_ROWS,
) -> Behind:
    """List the entries that add up to a figure, latest first, by pages (all: limit None)."""
    parts = select_parts(as_of, head, measures, district_id=district_id, part=part).subquery()
    counted = sa.select(sa.func.count(), sa.func.sum(parts.c.quantity)).select_from(parts)
    count, total = db.session.execute(counted).one()
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
            Entry.standing,
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
    return Behind(page, count, int(total or 0), page[-1].key if more else None)


def select_parts(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    part: Part = WHOLE,
    by: Sequence[Any] = (),
) -> sa.Select[*tuple[Any, ...]]:
    """Sum the postings of a figure by entry and district (and more), zeros dropped."""
    quantity = sa.func.sum(Posting.quantity)
    key = (Posting.entry_id, Posting.district_id, *by)
    parts = (
        sa.select(*key, quantity.label("quantity"))
        .where(
            Posting.effective_on <= as_of,
            Posting.sequence <= head.sequence,
            Posting.measure.in_(sorted(measures)),
        )
        .group_by(*key)
        .having(quantity != 0)
    )
    if district_id is not None:
        parts = parts.where(Posting.district_id == district_id)
    if part.since is not None:
        parts = parts.where(Posting.effective_on >= part.since)
    if part.until is not None:
        parts = parts.where(Posting.effective_on <= part.until)
    if part.entries is not None:
        parts = parts.where(Posting.entry_id.in_(part.entries))
    return parts


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
