"""Proof of the derived totals: each cell and each month is the sum of the postings up to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any  # rows of two tables

import sqlalchemy as sa

from registry.core.language import Message, _
from registry.ledger.faults import Fault
from registry.ledger.models import Cell, Posting, Trend
from registry.ledger.streams import stream_raw

Line = tuple[Hashable, ...]
Changes = dict[str, Counter[Line]]  # by day, as a text, like all that is read here
ABOVE_1 = Posting.quantity - sa.literal_column("1")


def prove_figures() -> Iterator[Fault]:
    """Yield the totals that are wrong, missing or too many."""
    changes = _read_changes()
    cells = sa.select(_text(Cell.day), Cell.total, Cell.district_id, Cell.measure)
    rows = stream_raw(cells.order_by(Cell.day, Cell.district_id, Cell.measure))
    yield from _prove_totals("cell", rows, changes, lines=_lines(Cell.district_id, Cell.measure))
    months = sa.select(_text(Trend.month), Trend.total, Trend.measure)
    rows = stream_raw(months.order_by(Trend.month, Trend.measure))
    yield from _prove_totals("trend", rows, _by_month(changes), lines=_lines(Trend.measure))


def _lines(*columns: sa.orm.InstrumentedAttribute[Any]) -> set[Line]:
    """Name the lines that every day has: each day is complete."""
    return set(stream_raw(sa.select(*columns).distinct()))


def _text(day: sa.orm.InstrumentedAttribute[date]) -> sa.ColumnElement[str]:
    return sa.cast(day, sa.String)


def _read_changes() -> Changes:
    """Add up the postings: how many there are, as an index tells, and what others than 1 add.

    `+ 0` keeps the others from being looked up by that index, one by one.
    """
    line = (Posting.district_id, Posting.measure)
    count = sa.select(_text(Posting.effective_on), *line, sa.func.count())
    place = Posting.district_id + sa.literal_column("0")
    others = sa.select(_text(Posting.effective_on), place, Posting.measure, sa.func.sum(ABOVE_1))
    changes: Changes = {}
    for found in (
        count.group_by(Posting.effective_on, *line),
        others.where(ABOVE_1 != 0).group_by(place, Posting.effective_on, Posting.measure),
    ):
        for day, district_id, measure, quantity in stream_raw(found):
            changes.setdefault(day, Counter())[district_id, measure] += int(quantity)
    return changes


def _by_month(changes: Changes) -> Changes:
    months: Changes = {}
    for day, lines in changes.items():
        month = months.setdefault(f"{day[:7]}-01", Counter())
        for (_district, measure), quantity in lines.items():
            month[measure,] += quantity
    return months


def _prove_totals(
    table: str, rows: Iterable[Any], changes: Changes, *, lines: set[Line]
) -> Iterator[Fault]:
    """Go through the days of the table and of the changes together, with running sums."""
    total: Counter[Line] = Counter()
    waiting = sorted(changes)
    for day, group in groupby(rows, key=itemgetter(0)):
        while waiting and waiting[0] < day:
            yield from _prove_absent(table, waiting[0], changes[waiting[0]])
            total.update(changes[waiting.pop(0)])
        if waiting and waiting[0] == day:
            total.update(changes[waiting.pop(0)])
        found: dict[Line, int] = {tuple(row[2:]): row[1] for row in group}
        expected = lines | {line for line, count in total.items() if count}
        if found == {line: total[line] for line in expected}:
            continue
        for line in sorted(expected, key=str):
            if found.get(line) != total[line]:
                yield Fault(table, _differs(found.get(line), total[line]), key=_name(day, line))
    for day in waiting:
        yield from _prove_absent(table, day, changes[day])


def _prove_absent(table: str, day: str, lines: Counter[Line]) -> Iterator[Fault]:
    line = next((line for line, quantity in lines.items() if quantity), None)
    if line is not None:
        yield Fault(table, _("is missing; something took effect then."), key=_name(day, line))


def _differs(found: int | None, total: int) -> Message:
    if found is None:
        return _("is missing; the postings add up to %(total)s.", total=total)
    return _("says %(found)s; the postings add up to %(total)s.", found=found, total=total)


def _name(day: str, line: Line) -> str:
    return " ".join(["", day, *map(str, line)]).strip()
