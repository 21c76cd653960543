"""The rows of the files: of the ledger's answer, of its months, and of the public register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, RobotLot, RobotUnit, Standing
from registry.ledger.answers import GoalLine, Tally
from registry.ledger.queries import TrendPoint
from registry.ledger.streams import stream
from registry.programme.kinds import Measure

Row = Sequence[object]
CITY, WHOLE = "city", "全市"


def list_tally(answer: Tally) -> Iterator[Row]:
    """Yield districts by kind in official order, then the city, as `columns` has them."""
    about = (answer.as_of.isoformat(), answer.head.sequence)
    for line in answer.districts:
        for goal in answer.goals:
            share = (line.counted[goal.kind], line.allocated[goal.kind], None)
            yield (*about, line.code, line.name_zh, goal.kind.value, goal.unit_zh, *share)
            for measure in goal.apart:
                apart = (measure.value, goal.unit_zh, line.apart[measure], None, None)
                yield (*about, line.code, line.name_zh, *apart)
    for goal in answer.goals:
        values = (goal.counted, answer.allocated[goal.kind], goal.target)
        yield (*about, CITY, WHOLE, goal.kind.value, goal.unit_zh, *values)
        for measure, total in goal.apart.items():
            yield (*about, CITY, WHOLE, measure.value, goal.unit_zh, total, None, None)


def list_months(goals: Sequence[GoalLine], trend: Sequence[TrendPoint]) -> Iterator[Row]:
    """Yield the city by month and kind, with what each month added."""
    series = [
        (name, goal.unit_zh, measures)
        for goal in goals
        for name, measures in (
            (goal.kind.value, goal.measures),
            *((measure.value, (measure,)) for measure in goal.apart),
        )
    ]
    before = dict.fromkeys((name for name, _unit, _measures in series), 0)
    for point in trend:
        for name, unit, measures in series:
            total = _add(point.totals, measures)
            yield (point.on.isoformat(), name, unit, total, total - before[name])
            before[name] = total


def _add(totals: Mapping[Measure, int], measures: Sequence[Measure]) -> int:
    return sum(totals.get(measure, 0) for measure in measures)


def list_register(*, on: date) -> Iterator[Row]:
    """Yield what may be public of every registered entry, in the order of registration."""
    robots = _count_robots(on)
    found = (
        sa.select(
            Entry.number,
            Entry.kind,
            Entry.title,
            Enterprise.name,
            Enterprise.uscc,
            District.code,
            District.name_zh,
            Entry.effective_on,
            Entry.precision,
            Entry.document,
            Entry.revoked_on,
            robots.c.quantity,
        )
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .join(District, District.id == Entry.district_id)
        .outerjoin(robots, robots.c.entry_id == Entry.id)
        .where(Entry.standing == Standing.REGISTERED)
        .order_by(Entry.rank)
    )
    for number, kind, *words, decided_on, precision, document, revoked_on, quantity in stream(
        found
    ):
        is_revoked = revoked_on is not None and revoked_on <= on
        yield (
            number,
            kind.value,
            *words,
            decided_on.isoformat(),
            precision.value,
            document,
            "revoked" if is_revoked else "valid",
            revoked_on.isoformat() if revoked_on else None,
            None if quantity is None else int(quantity),
        )


def _count_robots(on: date) -> sa.Subquery:
    """Count what is in the stock on a day by entry, lots included."""
    parts = [
        sa.select(model.entry_id, quantity.label("quantity"))
        .where(
            model.from_on <= on, sa.or_(model.until_on.is_(None), model.until_on > on), condition
        )
        .group_by(model.entry_id)
        for model, quantity, condition in (
            (RobotUnit, sa.func.count(RobotUnit.id), RobotUnit.is_registered),
            (RobotLot, sa.func.sum(RobotLot.quantity), sa.true()),
        )
    ]
    every = sa.union_all(*parts).subquery()
    return (
        sa.select(every.c.entry_id, sa.func.sum(every.c.quantity).label("quantity"))
        .group_by(every.c.entry_id)
        .subquery()
    )
