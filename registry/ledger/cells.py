"""The derived totals: cells by day and district, trend by month; folded with each deed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise

import sqlalchemy as sa

from registry.core.database import Base, db
from registry.districts.models import District
from registry.ledger.models import Cell, Trend
from registry.ledger.timelines import Key
from registry.programme.kinds import Measure

SPANS_MOST = 300  # beyond, rewriting the cells is quicker than updating span by span
FOR_EVER = date.max

# Built once: every approval runs them, and building costs more than running.
CELL, TREND = (Base.metadata.tables[model.__tablename__] for model in (Cell, Trend))
MEASURE = sa.bindparam("of_measure", type_=CELL.c.measure.type)
FIRST, UNTIL = (sa.bindparam(name, type_=sa.Date) for name in ("first", "until"))
QUANTITY = sa.bindparam("quantity", type_=sa.Integer)
PRESENT = sa.union_all(
    sa.select(CELL.c.day, CELL.c.district_id)
    .where(CELL.c.day.in_(sa.bindparam("days", expanding=True)))
    .distinct(),
    sa.select(TREND.c.month, sa.literal(None, sa.Integer))
    .where(TREND.c.month.in_(sa.bindparam("months", expanding=True)))
    .distinct(),
)
ADD_TO_CELLS = (
    sa.update(CELL)
    .where(CELL.c.district_id == sa.bindparam("of_district"), CELL.c.measure == MEASURE)
    .where(CELL.c.day >= FIRST, CELL.c.day < UNTIL)
    .values(total=CELL.c.total + QUANTITY)
)
ADD_TO_TREND = (
    sa.update(TREND)
    .where(TREND.c.measure == MEASURE, TREND.c.month >= FIRST, TREND.c.month < UNTIL)
    .values(total=TREND.c.total + QUANTITY)
)


def fold(postings: Iterable[tuple[Key, int]]) -> None:
    """Add new postings to every day from their own on; new days are copied first."""
    by_cell: Counter[tuple[int, Measure, date]] = Counter()
    by_month: Counter[tuple[Measure, date]] = Counter()
    for key, quantity in postings:
        by_cell[key.district_id, key.measure, key.effective_on] += quantity
        by_month[key.measure, key.effective_on.replace(day=1)] += quantity
    _open(by_cell)
    _fold_cells({key: total for key, total in by_cell.items() if total})
    _fold_trend({key: total for key, total in by_month.items() if total})


def _open(places: Collection[tuple[int, Measure, date]]) -> None:
    """See that every day and month has its cells, in every district concerned."""
    wanted = {(day, district_id) for district_id, _, day in places}
    days = sorted({day for day, _ in wanted})
    months = sorted({day.replace(day=1) for day in days})
    values = {"days": days, "months": months}
    present = set(map(tuple, db.session.connection().execute(PRESENT, values)))
    if not wanted <= present:
        _cover({district_id for _, district_id in wanted})
        _open_days(days)
    if not {(month, None) for month in months} <= present:
        _open_months(months)


def _fold_cells(sums: Mapping[tuple[int, Measure, date], int]) -> None:
    if len(sums) > SPANS_MOST:
        _rewrite_cells(sums)
        return
    lines: dict[tuple[int, Measure], dict[date, int]] = defaultdict(dict)
    for (district_id, measure, day), quantity in sums.items():
        lines[district_id, measure][day] = quantity
    spans = [
        {"of_district": district_id, "of_measure": measure, **span}
        for (district_id, measure), changes in sorted(lines.items())
        for span in _running(changes)
    ]
    if spans:
        db.session.connection().execute(ADD_TO_CELLS, spans)


def _rewrite_cells(sums: Mapping[tuple[int, Measure, date], int]) -> None:
    """Write all cells anew from the first day on: for an import, thousands of spans at once."""
    since = Cell.day >= min(day for _, _, day in sums)
    found = db.session.execute(
        sa.select(Cell.day, Cell.district_id, Cell.measure, Cell.total)
        .where(since)
        .order_by(Cell.day)
    ).all()
    added: Counter[tuple[int, Measure]] = Counter()
    rows = []
    for day, district_id, measure, total in found:
        line = (district_id, measure)
        added[line] += sums.get((*line, day), 0)
        rows.append({"day": day, "district_id": district_id, "measure": measure})
        rows[-1]["total"] = total + added[line]
    connection = db.session.connection()
    connection.execute(sa.delete(CELL).where(since))
    connection.execute(sa.insert(CELL), rows)


def _fold_trend(sums: Mapping[tuple[Measure, date], int]) -> None:
    lines: dict[Measure, dict[date, int]] = defaultdict(dict)
    for (measure, month), quantity in sums.items():
        lines[measure][month] = quantity
    spans = [
        {"of_measure": measure, **span}
        for measure, changes in sorted(lines.items())
        for span in _running(changes)
    ]
    if spans:
        db.session.connection().execute(ADD_TO_TREND, spans)


def _running(changes: Mapping[date, int]) -> Iterator[dict[str, date | int]]:
    """Turn changes by day into spans with their running sum, so that each cell is written once."""
    total = 0
    for first, until in pairwise([*sorted(changes), FOR_EVER]):
        total += changes[first]
        if total:
            yield {"first": first, "until": until, "quantity": total}


def _cover(district_ids: Collection[int]) -> None:
    """Give a district that came later its zeros on all days that are there."""
    last = sa.select(sa.func.max(Cell.day)).scalar_subquery()
    known = set(db.session.scalars(sa.select(Cell.district_id).where(Cell.day == last)))
    if not known:
        return
    for district_id in sorted(set(district_ids) - known):
        zeros = sa.select(
            Cell.day, sa.literal(district_id, sa.Integer), Cell.measure, sa.literal(0, sa.Integer)
        ).where(Cell.district_id == min(known))
        columns = ["day", "district_id", "measure", "total"]
        db.session.execute(sa.insert(Cell).from_select(columns, zeros))


def _open_days(days: Iterable[date]) -> None:
    for day in days:
        if db.session.scalar(sa.select(Cell.day).where(Cell.day == day).limit(1)) is not None:
            continue
        last = db.session.scalar(sa.select(sa.func.max(Cell.day)).where(Cell.day < day))
        if last is None:
            _insert_zero_cells(day)
            continue
        earlier = sa.select(
            sa.literal(day, sa.Date), Cell.district_id, Cell.measure, Cell.total
        ).where(Cell.day == last)
        columns = ["day", "district_id", "measure", "total"]
        db.session.execute(sa.insert(Cell).from_select(columns, earlier))


def _insert_zero_cells(day: date) -> None:
    districts = db.session.scalars(sa.select(District.id).order_by(District.position)).all()
    zeros = [
        {"day": day, "district_id": district_id, "measure": measure, "total": 0}
        for district_id in districts
        for measure in Measure
    ]
    db.session.execute(sa.insert(Cell), zeros)


def _open_months(months: Iterable[date]) -> None:
    for month in months:
        if (
            db.session.scalar(sa.select(Trend.month).where(Trend.month == month).limit(1))
            is not None
        ):
            continue
        last = db.session.scalar(sa.select(sa.func.max(Trend.month)).where(Trend.month < month))
        if last is None:
            zeros = [{"month": month, "measure": measure, "total": 0} for measure in Measure]
            db.session.execute(sa.insert(Trend), zeros)
            continue
        earlier = sa.select(sa.literal(month, sa.Date), Trend.measure, Trend.total).where(
            Trend.month == last
        )
        db.session.execute(sa.insert(Trend).from_select(["month", "measure", "total"], earlier))
