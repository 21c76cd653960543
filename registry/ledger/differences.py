"""What changed between two answers: each posting that one adds up and the other does not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple  # columns of a nested select have no common type

import sqlalchemy as sa

from registry.core.database import db
from registry.core.kept import Settled
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.ledger.files import ROWS_AT_ONCE
from registry.ledger.growing import OF_CASES, Growing, Posted, Since
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Posting, Seal
from registry.ledger.queries import PAGE_ROWS
from registry.ledger.streams import stream
from registry.programme.kinds import Kind, Measure

REGISTERS = ("approve", "import")
NEW_WORK = (*REGISTERS, "amend")
Place = tuple[int, int, int, int]
Cause = tuple[str, int]


@dataclass(frozen=True)
class Span:
    """From one answer (as of `since`, known at `known_since`) to a later one."""

    since: date
    as_of: date
    known_since: Head
    known_at: Head


class Line(NamedTuple):
    """One plus or minus: a posting of the later answer that the earlier one does not know.

    `is_new`: 1 for work that was not counted before, 0 for corrections, moves and revocations.
    """

    sequence: int
    position: int
    effective_on: date
    measure: Measure
    quantity: int
    is_new: int
    cause: str
    recorded_at: datetime
    entry_id: int
    kind: Kind
    number: str | None
    title: str
    standing: Standing
    document: str | None
    enterprise_name: str
    district_id: int
    district_zh: str
    district_en: str

    @property
    def key(self) -> Place:
        """Where the page after this line begins."""
        return (self.is_new, self.effective_on.toordinal(), self.sequence, self.position)


@dataclass(frozen=True, eq=False)
class Differences(Settled):
    """One page of the lines, new work first, the latest first; `following` leads to the next."""

    lines: Sequence[Line]
    following: Place | None


_latest: Growing[Differences] = Growing()


def list_differences(
    span: Span,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    cause: Cause | None = None,
    after: Place | None = None,
    limit: int | None = PAGE_ROWS,
) -> Differences:
    """List the lines whose quantities add up to the difference of the two answers.

    An entry that leaves no trace between them (brought in and taken back) is left out whole.
    `cause`: of one deed only, and of one sort (1 new work, 0 the rest).
    """
    found = _select_lines(span, measures, district_id=district_id, cause=cause, after=after)
    if limit is not None:
        found = found.limit(limit + 1)
    lines = [Line._make(row) for row in db.session.execute(found)]
    page = lines[:limit]
    more = limit is not None and len(lines) > limit
    return Differences(page, page[-1].key if more else None)


def list_latest(
    as_of: date, *, since: date, measures: Collection[Measure], head: Head, limit: int
) -> Differences:
    """List the first lines from one day to another, by all that is known at the head."""
    span, asked = Span(since, as_of, head, head), (since, as_of, tuple(sorted(measures)), limit)

    def whole() -> Differences:
        return list_differences(span, measures, limit=limit)

    def grow(kept: Differences, new: Since) -> Differences | None:
        return _put_on_top(kept, new, span=span, measures=measures, limit=limit)

    if head.sequence < read_head().sequence:
        return whole()
    return _latest.read(asked, head, whole=whole, grow=grow)


def _put_on_top(
    kept: Differences, new: Since, *, span: Span, measures: Collection[Measure], limit: int
) -> Differences | None:
    """Add lines of new work of the very last day; all else changes what stands below as well."""
    lines = [
        posting
        for posting in reversed(new.postings)
        if posting.measure in measures and posting.effective_on > span.since
    ]
    is_plain = new.causes <= OF_CASES and all(
        line.effective_on == span.as_of and line.quantity > 0 for line in lines
    )
    if not is_plain or len(lines) > limit:
        return None
    if new.posted_before - {line.entry_id for line in lines}:
        return None
    if not lines:
        return kept
    if any(posting.was_posted for posting in new.postings):
        return None
    shown = [*map(_new_line, lines), *kept.lines]
    more = kept.following is not None or len(shown) > limit
    page = shown[:limit]
    return Differences(page, page[-1].key if more else None)


def _new_line(posting: Posted) -> Line:
    words = posting._asdict()
    return Line(**{name: words[name] for name in Line._fields if name != "is_new"}, is_new=1)


def stream_differences(
    span: Span, measures: Collection[Measure], *, district_id: int | None = None
) -> Iterator[Line]:
    """Go through all lines in the same order, without holding them."""
    found = _select_lines(span, measures, district_id=district_id)
    return map(Line._make, stream(found, rows_at_once=ROWS_AT_ONCE))


def _select_lines(
    span: Span,
    measures: Collection[Measure],
    *,
    district_id: int | None,
    cause: Cause | None = None,
    after: Place | None = None,
) -> sa.Select[*tuple[Any, ...]]:
    parts = _lines(span, measures)
    key = (parts.c.is_new, parts.c.effective_on, parts.c.sequence, parts.c.position)
    found = _named(parts).order_by(*(column.desc() for column in key))
    if district_id is not None:
        found = found.where(parts.c.district_id == district_id)
    if cause is not None:
        found = found.where(parts.c.cause == cause[0], parts.c.is_new == cause[1])
    if after is not None:
        is_new, day, sequence, position = after
        begins = (is_new, date.fromordinal(day), sequence, position)
        found = found.where(sa.tuple_(*key) < sa.tuple_(*begins))
    return found


def _named(parts: sa.Subquery) -> sa.Select[*tuple[Any, ...]]:
    """Put beside each line its entry, enterprise and district, in the order of `Line`."""
    return (
        sa.select(
            parts.c.sequence,
            parts.c.position,
            parts.c.effective_on,
            parts.c.measure,
            parts.c.quantity,
            parts.c.is_new,
            parts.c.cause,
            parts.c.recorded_at,
            Entry.id,
            Entry.kind,
            Entry.number,
            Entry.title,
            Entry.standing,
            Entry.document,
            Enterprise.name,
            District.id,
            District.name_zh,
            District.name_en,
        )
        .select_from(parts)
        .join(Entry, Entry.id == parts.c.entry_id)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .join(District, District.id == parts.c.district_id)
    )


class Sum(NamedTuple):
    """What the lines of one sort add up to in one district, and how many they are."""

    measure: Measure
    district_id: int
    is_new: int
    quantity: int
    lines: int


def sum_differences(span: Span, measures: Collection[Measure]) -> list[Sum]:
    """Add the lines up by measure, district and sort."""
    parts = _lines(span, measures)
    by = (parts.c.measure, parts.c.district_id, parts.c.is_new)
    rows = db.session.execute(
        sa.select(*by, sa.func.sum(parts.c.quantity), sa.func.count()).group_by(*by).order_by(*by)
    )
    return [
        Sum(measure, district_id, is_new, int(quantity), count)
        for measure, district_id, is_new, quantity, count in rows
    ]


class CauseSum(NamedTuple):
    """What the lines of one cause and sort add to one measure, and how many they are."""

    cause: str
    is_new: int
    measure: Measure
    quantity: int
    lines: int


def sum_causes(span: Span, measures: Collection[Measure]) -> list[CauseSum]:
    """Add the lines up by cause, new work first."""
    parts = _lines(span, measures)
    by = (parts.c.cause, parts.c.is_new, parts.c.measure)
    found = sa.select(*by, sa.func.sum(parts.c.quantity), sa.func.count()).group_by(*by)
    rows = db.session.execute(found.order_by(parts.c.is_new.desc(), parts.c.cause, by[2]))
    return [
        CauseSum(cause, is_new, measure, int(quantity), count)
        for cause, is_new, measure, quantity, count in rows
    ]


def _lines(span: Span, measures: Collection[Measure]) -> sa.Subquery:
    """Part new work from the rest; leave out entries that come to nothing on every day.

    New work adds and takes nothing off its subject in the same deed: an earlier upgrade that comes
    in late moves its enterprise, and that is a correction.
    """
    netted = _netted(span, measures)
    trace = sa.func.max(sa.func.abs(netted.c.net)).over(partition_by=netted.c.entry_id)
    traced = sa.select(netted, trace.label("trace")).subquery()
    of_deed = (traced.c.sequence, traced.c.subject)
    least = sa.func.min(traced.c.quantity).over(partition_by=of_deed)
    is_new = sa.case((sa.and_(Seal.cause.in_(NEW_WORK), least > 0), 1), else_=0)
    return (
        sa.select(traced, is_new.label("is_new"), Seal.cause, Seal.recorded_at)
        .join(Seal, Seal.sequence == traced.c.sequence)
        .where(traced.c.trace > 0)
        .subquery()
    )


def _netted(span: Span, measures: Collection[Measure]) -> sa.Subquery:
    """Put beside each posting the net of its key."""
    key = (Posting.entry_id, Posting.district_id, Posting.measure, Posting.effective_on)
    net = sa.func.sum(Posting.quantity).over(partition_by=key)
    where = (*_between(span), Posting.measure.in_(sorted(measures)))
    columns = (*key, Posting.sequence, Posting.position, Posting.subject, Posting.quantity)
    return sa.select(*columns, net.label("net")).where(*where).subquery()


def _between(span: Span) -> tuple[sa.ColumnElement[Any], ...]:
    """Return what is true of the postings of the later answer that the earlier does not add up."""
    later = (Posting.effective_on <= span.as_of, Posting.sequence <= span.known_at.sequence)
    fresh: list[sa.ColumnElement[bool]] = []
    if span.since < span.as_of:
        fresh.append(Posting.effective_on > span.since)
    if span.known_since.sequence < span.known_at.sequence:
        fresh.append(Posting.sequence > span.known_since.sequence)
    return (*later, sa.or_(sa.false(), *fresh))
