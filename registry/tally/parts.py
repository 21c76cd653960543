"""A figure taken apart: by district, industry, size, round, year or kind; each part adds up.

What an enterprise is (industry, employees, revenue) is what it states now; of duplicate records the
one that stays speaks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date
from enum import StrEnum
from typing import Any  # columns of several types

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.applications.models import Application
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.wire import read_number
from registry.enterprises.industries import find_industry
from registry.enterprises.models import Enterprise, Size
from registry.enterprises.size import LINES
from registry.entries.models import Entry
from registry.ledger.models import Posting
from registry.ledger.queries import Head, Part, read_goals, select_parts
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Round

UNKNOWN, FREE, LISTED = "unknown", "none", "list"
NARROWING = ("industry", "size", "round", "year")
Firm = aliased(Enterprise, name="firm")


class By(StrEnum):
    """What a figure can be taken apart by."""

    DISTRICT = "district"
    KIND = "kind"
    INDUSTRY = "industry"
    SIZE = "size"
    ROUND = "round"
    YEAR = "year"


@dataclass(frozen=True)
class Only:
    """Which part of a figure is looked at; blank is all of it.

    `industry` and `size`: a code or "unknown". `round`: an id, "none" (filed when no round was
    needed), or "list" (from an official list). `year`: in which the plus or minus took effect.
    """

    industry: str = ""
    size: str = ""
    round: str = ""
    year: int | None = None

    @property
    def words(self) -> dict[str, str]:
        """Return the words of the address that ask for it."""
        given = {"industry": self.industry, "size": self.size, "round": self.round}
        return {**{name: word for name, word in given.items() if word}, **self._year}

    @property
    def _year(self) -> dict[str, str]:
        return {} if self.year is None else {"year": str(self.year)}


@dataclass(frozen=True)
class Line:
    """One part: its code, what it adds to the figure, and how many entries do so."""

    code: str
    quantity: int
    entries: int


@dataclass(frozen=True)
class Figure:
    """The figure that is taken apart: as of which day, as known at which head, what it adds up."""

    as_of: date
    head: Head
    measures: Collection[Measure]
    district_id: int | None
    part: Part


def read_only(asked: Mapping[str, str]) -> Only:
    """Read from an address which part is asked for; raise NotFound for words that name none."""
    industry, size, year = (asked.get(name, "") for name in ("industry", "size", "year"))
    if industry not in ("", UNKNOWN) and find_industry(industry) is None:
        raise NotFound
    if size not in ("", UNKNOWN, *Size):
        raise NotFound
    if year and not 0 < read_number(year) <= MAXYEAR:
        raise NotFound
    return Only(industry, size, _read_round(asked.get("round", "")), int(year) if year else None)


def _read_round(text: str) -> str:
    if text in ("", FREE, LISTED):
        return text
    found = read_number(text)
    if not found or db.session.get(Round, found) is None:
        raise NotFound
    return str(found)


def read_by(text: str) -> By | None:
    """Read from an address what a figure is taken apart by; None: it is not."""
    if text and text not in set(By):
        raise NotFound
    return By(text) if text else None


def part_of(only: Only) -> Part:
    """Return the part as the ledger reads it."""
    conditions = [
        column == code
        for column, code in (
            (_industry(), only.industry),
            (_size(), only.size),
            (_round(), only.round),
        )
        if code
    ]
    entries = _entries().where(*conditions) if conditions else None
    if only.year is None:
        return Part(entries=entries)
    first, last = date(only.year, 1, 1), date(only.year, 12, 31)
    return Part(since=first, until=last, entries=entries)


def _entries() -> sa.Select[int]:
    return _with_firm(sa.select(Entry.id))


def _with_firm(found: sa.Select[Any]) -> sa.Select[Any]:
    """Join the enterprise of an entry: of duplicate records the one that stays."""
    survivor = sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id)
    return (
        found.join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .join(Firm, Firm.id == survivor)
        .outerjoin(_ROUNDS, _ROUNDS.c.entry_id == Entry.id)
    )


_ROUNDS = (
    sa.select(Application.entry_id, sa.func.min(Application.round_id).label("round_id"))
    .where(Application.round_id.is_not(None))
    .group_by(Application.entry_id)
    .subquery("rounds")
)


def _industry() -> sa.ColumnElement[str]:
    return sa.func.coalesce(Firm.industry, UNKNOWN)


def _size() -> sa.ColumnElement[str]:
    """Write the statistical rule of sizes for the database, from the same table."""
    is_unknown = sa.or_(Firm.employees.is_(None), Firm.revenue_wan.is_(None))
    return sa.case(
        (is_unknown, UNKNOWN),
        *(
            (sa.and_(Firm.employees >= employees, Firm.revenue_wan >= revenue), size.value)
            for size, employees, revenue in LINES
        ),
        else_=Size.MICRO.value,
    )


def _round() -> sa.ColumnElement[str]:
    return sa.case(
        (_ROUNDS.c.round_id.is_not(None), sa.cast(_ROUNDS.c.round_id, sa.String)),
        (Entry.batch_id.is_not(None), LISTED),
        else_=FREE,
    )


OF_ENTRY: Mapping[By, Callable[[], sa.ColumnElement[str]]] = {
    By.INDUSTRY: _industry,
    By.SIZE: _size,
    By.ROUND: _round,
}


def take_apart(figure: Figure, by: By) -> list[Line]:
    """Add a figure up part by part, by one statement; by kind: every goal in the same part."""
    if by in OF_ENTRY:
        parts = _select(figure).subquery()
        joined = sa.select().select_from(parts).join(Entry, Entry.id == parts.c.entry_id)
        return _read(_with_firm(joined), parts, OF_ENTRY[by]())
    if by is By.YEAR:
        year = sa.extract("year", Posting.effective_on).label("year")
        parts = _select(figure, by=(year,)).subquery()
        return _read(sa.select().select_from(parts), parts, parts.c.year)
    if by is By.DISTRICT:
        parts = _select(figure).subquery()
        return _read(sa.select().select_from(parts), parts, parts.c.district_id)
    return _by_kind(figure)


def _select(
    figure: Figure,
    *,
    measures: Collection[Measure] = (),
    by: Sequence[Any] = (),
) -> sa.Select[*tuple[Any, ...]]:
    return select_parts(
        figure.as_of,
        figure.head,
        measures or figure.measures,
        district_id=figure.district_id,
        part=figure.part,
        by=by,
    )


def _read(found: sa.Select[Any], parts: sa.Subquery, code: sa.ColumnElement[Any]) -> list[Line]:
    counted = (sa.func.sum(parts.c.quantity), sa.func.count(sa.distinct(parts.c.entry_id)))
    rows = db.session.execute(
        found.add_columns(code.label("code"), *counted).group_by(code).order_by(code)
    )
    return [Line(str(code_), int(quantity), entries) for code_, quantity, entries in rows]


def _by_kind(figure: Figure) -> list[Line]:
    """Add up what each goal adds up, in the same part; the units differ, so there is no sum."""
    goals = read_goals(figure.as_of, figure.head)
    kind_of = {measure: goal.kind for goal in goals for measure in goal.measures}
    parts = _select(figure, measures=kind_of, by=(Posting.measure,)).subquery()
    lines = _read(sa.select().select_from(parts), parts, parts.c.measure)
    sums: dict[Kind, list[Line]] = defaultdict(list)
    for line in lines:
        sums[kind_of[Measure(line.code)]].append(line)
    return [
        Line(
            goal.kind.value,
            sum(line.quantity for line in sums[goal.kind]),
            sum(line.entries for line in sums[goal.kind]),
        )
        for goal in goals
    ]


def name_rounds(codes: Collection[str]) -> dict[str, str]:
    """Return the names of rounds by their codes."""
    ids = [int(code) for code in codes if code.isdecimal()]
    rows = db.session.execute(sa.select(Round.id, Round.name, Round.kind).where(Round.id.in_(ids)))
    return {str(round_id): name for round_id, name, _kind in rows}
