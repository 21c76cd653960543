"""Proof of the chain: no seal, event or posting is missing, added or changed since then.

A seal names the hash of the one before it, so any range of the chain can be proved by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple  # rows of several tables

import sqlalchemy as sa

from registry.core.clock import day_of
from registry.core.database import db
from registry.core.prepared import read_moment
from registry.ledger import chain
from registry.ledger.faults import Fault
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.streams import stream_raw

CHANGED = "was changed: its hash is not that of its contents."
SEALS_IN_PART = 12_000
Rows = list[tuple[Any, ...]]


class Part(NamedTuple):
    """A range of the chain; the last one has no end, so that it finds what comes after."""

    first: int
    last: int | None

    def of(self, column: sa.orm.InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
        """Return the condition that a row belongs to it; the first one finds what came before."""
        begins = column >= self.first if self.first > 1 else sa.true()
        return sa.and_(begins, column <= self.last) if self.last is not None else begins


def parts_of(length: int) -> list[Part]:
    """Cut a chain into parts of equal length, but for the last."""
    firsts = range(1, max(length, 1) + 1, SEALS_IN_PART)
    return [Part(first, first + SEALS_IN_PART - 1) for first in firsts[:-1]] + [
        Part(firsts[-1], None)
    ]


@dataclass
class _Before:
    """The seal that went before."""

    sequence: int
    hash: str
    recorded_at: datetime | None


def prove_seals(part: Part, *, starts_on: date) -> Iterator[Fault]:
    """Go along a part of the chain and yield what is wrong."""
    before = _read_before(part)
    events = _Rows(stream_raw(_select(Event, EVENT_COLUMNS, part)))
    postings = _Rows(stream_raw(_select(Posting, POSTING_COLUMNS, part)))
    seals = sa.select(*SEAL_COLUMNS).where(part.of(Seal.sequence)).order_by(Seal.sequence)
    for sequence, moment, *others, hash_ in stream_raw(seals):
        seal = chain.SealFacts(sequence, read_moment(moment), *others)
        yield from _prove_order(seal, before)
        heard, posted = events.of(sequence), postings.of(sequence)
        yield from _prove_events(heard)
        if posted:
            yield from _prove_postings(posted, first=starts_on, last=day_of(seal.recorded_at))
        yield from _prove_seal(seal, hash_, heard, posted)
        before = _Before(sequence, hash_, seal.recorded_at)
    if part.last is not None and before.sequence < part.last:
        yield Fault("seal", "is missing.", sequence=before.sequence + 1)


def prove_no_others() -> Iterator[Fault]:
    """Yield the seals that are not there, and of which there are rows; the others are proved."""
    last = sa.select(sa.func.coalesce(sa.func.max(Seal.sequence), 0)).scalar_subquery()
    for model in (Event, Posting):
        outside = sa.or_(model.sequence < 1, model.sequence > last)
        found = sa.select(model.sequence).where(outside).order_by(model.sequence)
        for sequence in db.session.scalars(found.distinct()):
            yield Fault("seal", "is missing; rows of it are there.", sequence=sequence)


def _read_before(part: Part) -> _Before:
    if part.first == 1:
        return _Before(0, chain.NOTHING_BEFORE, None)
    found = sa.select(Seal.sequence, Seal.hash, Seal.recorded_at)
    row = db.session.execute(found.where(Seal.sequence == part.first - 1)).first()
    return _Before(*row) if row else _Before(part.first - 2, "", None)


def _prove_order(seal: chain.SealFacts, before: _Before) -> Iterator[Fault]:
    if seal.sequence != before.sequence + 1:
        yield Fault("seal", "is missing.", sequence=before.sequence + 1)
    if seal.previous != before.hash:
        yield Fault("seal", "does not follow the seal before it.", sequence=seal.sequence)
    if before.recorded_at is not None and seal.recorded_at <= before.recorded_at:
        yield Fault("seal", "is not later than the seal before it.", sequence=seal.sequence)


def _prove_events(rows: Rows) -> Iterator[Fault]:
    if not _are_in_place(rows):
        yield from _prove_positions("event", rows)
    for row in rows:
        if chain.event_digest(row[:-1]) != row[-1]:
            yield Fault("event", CHANGED, sequence=row[0], position=row[1])


def _prove_postings(rows: Rows, *, first: date, last: date) -> Iterator[Fault]:
    """Written out for speed: this loop runs once for every posting there is."""
    if not _are_in_place(rows):
        yield from _prove_positions("posting", rows)
    begins, ends = str(first), str(last)
    sha256 = hashlib.sha256
    for number, place, programme, subject, measure, district, entry, day, quantity, digest in rows:
        text = (
            f"p1|{number}|{place}|{programme}|{subject}|{measure}|{district}|{entry}|{day}"
            f"|{quantity}"
        )
        if sha256(text.encode()).hexdigest() != digest:
            yield Fault("posting", CHANGED, sequence=number, position=place)
        if not begins <= day <= ends:
            sentence = f"takes effect on {day}, outside {begins} to {ends}."
            yield Fault("posting", sentence, sequence=number, position=place)


def _are_in_place(rows: Rows) -> bool:
    """They are 1, 2, 3 …: all different and in order, so it is enough to look at both ends."""
    return not rows or (rows[0][1] == 1 and rows[-1][1] == len(rows))


def _prove_positions(table: str, rows: Rows) -> Iterator[Fault]:
    for expected, row in enumerate(rows, start=1):
        if row[1] != expected:
            yield Fault(table, "is missing.", sequence=row[0], position=expected)
            return


def _prove_seal(seal: chain.SealFacts, hash_: str, heard: Rows, posted: Rows) -> Iterator[Fault]:
    found = len(heard) + len(posted)
    if found < seal.rows:
        yield Missing(
            "seal",
            f"says that it wrote {seal.rows} rows; {found} are there.",
            sequence=seal.sequence,
            event=len(heard) + 1,
            posting=len(posted) + 1,
        )
    if found > seal.rows:
        sentence = f"says that it wrote {seal.rows} rows; {found} are there."
        yield Fault("seal", sentence, sequence=seal.sequence)
    if chain.seal_hash(seal, [row[-1] for row in (*heard, *posted)]) != hash_:
        yield Fault("seal", CHANGED, sequence=seal.sequence)


@dataclass(frozen=True)
class Missing(Fault):
    """The last event or the last posting of a seal is gone; the recount tells which."""

    event: int = 0
    posting: int = 0

    def resolved(self, *, is_posting: bool) -> Fault:
        """Name the row."""
        if is_posting:
            return Fault("posting", "is missing.", sequence=self.sequence, position=self.posting)
        return Fault("event", "is missing.", sequence=self.sequence, position=self.event)


class _Rows:
    """Rows in the order of their seals, taken seal by seal; those without a seal are passed by."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, sequence: int) -> Rows:
        """Return the rows of a seal."""
        while self._next is not None and self._next[0] < sequence:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != sequence:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _select(
    model: type[Event | Posting], columns: tuple[Any, ...], part: Part
) -> sa.Select[*tuple[Any, ...]]:
    found = sa.select(*columns).where(part.of(model.sequence))
    return found.order_by(model.sequence, model.position)


SEAL_COLUMNS = (
    Seal.sequence,
    Seal.recorded_at,
    Seal.actor_id,
    Seal.cause,
    Seal.rows,
    Seal.previous,
    Seal.hash,
)
EVENT_COLUMNS = (  # in the order in which they are hashed, as are the next
    Event.sequence,
    Event.position,
    Event.application_id,
    Event.entry_id,
    Event.batch_id,
    Event.type,
    Event.payload,
    Event.digest,
)
POSTING_COLUMNS = (
    Posting.sequence,
    Posting.position,
    Posting.programme_id,
    Posting.subject,
    Posting.measure,
    Posting.district_id,
    Posting.entry_id,
    sa.cast(Posting.effective_on, sa.String),  # a text, as it is hashed
    Posting.quantity,
    Posting.digest,
)
