"""Proof of the chain: no seal, event or posting is missing, added or changed since then.

A seal names the hash of the one before it, so any range of the chain can be proved by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any  # rows of several tables

import sqlalchemy as sa

from registry.core.clock import day_of
from registry.core.database import db
from registry.core.language import _
from registry.core.prepared import read_moment
from registry.ledger import chain
from registry.ledger.confirmed import is_confirmed
from registry.ledger.faults import Fault
from registry.ledger.links import (
    EVENT_COLUMNS,
    POSTING_COLUMNS,
    SEAL_COLUMNS,
    Before,
    Part,
    read_before,
    select_rows,
)
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.streams import stream_raw

CHANGED = _("was changed: its hash is not that of its contents.")
MISSING = _("is missing.")
Rows = list[tuple[Any, ...]]
LETTERS_OF_MOMENT = len("2026-11-22 10:30:00.000000")
DAY = 7  # where a posting has it
HOUR = len("2026-11-22T10")


def prove_seals(part: Part, *, starts_on: date) -> Iterator[Fault]:
    """Go along a part of the chain and yield the first that is wrong with each seal.

    There is no need to where the database can confirm by itself that nothing is.
    """
    if is_confirmed(part, starts_on=starts_on):
        return
    before = read_before(part)
    before = before._replace(recorded_at=_write(before.recorded_at))
    events = _Rows(stream_raw(select_rows(Event, EVENT_COLUMNS, part)))
    postings = _Rows(stream_raw(select_rows(Posting, POSTING_COLUMNS, part)))
    seals = sa.select(*SEAL_COLUMNS).where(part.of(Seal.sequence)).order_by(Seal.sequence)
    for sequence, moment, *others, hash_ in stream_raw(seals):
        seal = chain.SealFacts(sequence, _write(moment), *others)
        heard, posted = events.of(sequence), postings.of(sequence)
        fault = (
            _prove_order(seal, before)
            or _prove_events(heard)
            or _prove_postings(posted)
            or _prove_seal(seal, hash_, heard, posted)
            or _prove_days(posted, seal, str(starts_on))
        )
        if fault is not None:
            yield fault
        before = Before(sequence, hash_, seal.recorded_at)
    if part.last is not None and before.sequence < part.last:
        yield Fault("seal", MISSING, sequence=before.sequence + 1)


def prove_no_others() -> Iterator[Fault]:
    """Yield the seals that are not there, and of which there are rows; the others are proved."""
    last = sa.select(sa.func.coalesce(sa.func.max(Seal.sequence), 0)).scalar_subquery()
    for model in (Event, Posting):
        outside = sa.or_(model.sequence < 1, model.sequence > last)
        found = sa.select(model.sequence).where(outside).order_by(model.sequence)
        for sequence in db.session.scalars(found.distinct()):
            yield Fault("seal", _("is missing; rows of it are there."), sequence=sequence)


def _write(moment: Any) -> str:
    """Write a moment as it was hashed: SQLite has these very letters, but for two.

    None comes before all, and what was altered into no moment stays as it is.
    """
    if moment is None:
        return ""
    if isinstance(moment, str) and len(moment) == LETTERS_OF_MOMENT:
        return f"{moment[:10]}T{moment[11:]}Z"
    try:
        return chain.write_moment(read_moment(moment))
    except ValueError:
        return str(moment)


@lru_cache(maxsize=1_000)
def _day_of(hour: str) -> str:
    """Return the day in which an hour falls: it is the same for all moments of an hour."""
    return day_of(datetime.fromisoformat(f"{hour}:00:00+00:00")).isoformat()


def _prove_order(seal: chain.SealFacts, before: Before) -> Fault | None:
    if seal.sequence != before.sequence + 1:
        return Fault("seal", MISSING, sequence=before.sequence + 1)
    if seal.previous != before.hash:
        return Fault("seal", _("does not follow the seal before it."), sequence=seal.sequence)
    if seal.recorded_at <= before.recorded_at:
        return Fault("seal", _("is not later than the seal before it."), sequence=seal.sequence)
    return None


def _prove_events(rows: Rows) -> Fault | None:
    if not _are_in_place(rows):
        return _find_gap("event", rows)
    for row in rows:
        if chain.event_digest(row[:-1]) != row[-1]:
            return Fault("event", CHANGED, sequence=row[0], position=row[1])
    return None


def _prove_postings(rows: Rows) -> Fault | None:
    """Written out for speed: this loop runs once for every posting there is."""
    if not rows:
        return None
    if not _are_in_place(rows):
        return _find_gap("posting", rows)
    sha256 = hashlib.sha256
    for number, place, programme, subject, measure, district, entry, day, quantity, digest in rows:
        text = (
            f"p1|{number}|{place}|{programme}|{subject}|{measure}|{district}|{entry}|{day}"
            f"|{quantity}"
        )
        if sha256(text.encode()).hexdigest() != digest:
            return Fault("posting", CHANGED, sequence=number, position=place)
    return None


def _prove_days(rows: Rows, seal: chain.SealFacts, begins: str) -> Fault | None:
    """Check that nothing takes effect before the programme or later than it was recorded."""
    if not rows:
        return None
    ends = _day_of(seal.recorded_at[:HOUR])
    for row in rows:
        if not begins <= row[DAY] <= ends:
            sentence = _(
                "takes effect on %(day)s, outside %(first)s to %(last)s.",
                day=row[DAY],
                first=begins,
                last=ends,
            )
            return Fault("posting", sentence, sequence=row[0], position=row[1])
    return None


def _are_in_place(rows: Rows) -> bool:
    """They are 1, 2, 3 …: all different and in order, so it is enough to look at both ends."""
    return not rows or (rows[0][1] == 1 and rows[-1][1] == len(rows))


def _find_gap(table: str, rows: Rows) -> Fault:
    expected, row = next(pair for pair in enumerate(rows, start=1) if pair[1][1] != pair[0])
    return Fault(table, MISSING, sequence=row[0], position=expected)


def _prove_seal(seal: chain.SealFacts, hash_: str, heard: Rows, posted: Rows) -> Fault | None:
    found = len(heard) + len(posted)
    differs = _(
        "says that it wrote %(said)s rows; %(found)s are there.", said=seal.rows, found=found
    )
    if found < seal.rows:
        return Missing(
            "seal",
            differs,
            sequence=seal.sequence,
            event=len(heard) + 1,
            posting=len(posted) + 1,
        )
    if found > seal.rows:
        return Fault("seal", differs, sequence=seal.sequence)
    if chain.seal_hash(seal, [row[-1] for row in (*heard, *posted)]) != hash_:
        return Fault("seal", CHANGED, sequence=seal.sequence)
    return None


@dataclass(frozen=True)
class Missing(Fault):
    """The last event or the last posting of a seal is gone; the recount tells which."""

    event: int = 0
    posting: int = 0

    def resolved(self, *, is_posting: bool) -> Fault:
        """Name the row."""
        if is_posting:
            return Fault("posting", MISSING, sequence=self.sequence, position=self.posting)
        return Fault("event", MISSING, sequence=self.sequence, position=self.event)


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
