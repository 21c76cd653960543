"""Answers that grow with the ledger: what was read at one head, brought up to a later one.

The ledger is append-only and its seals stand in one order, so the answer at a later head is that at
an earlier one and what was recorded between. A process keeps a few such answers for each database
and adds what is new, instead of reading all again at each record. It does so only within a
transaction that sees one snapshot and cannot write, and only where the head of the kept answer is
still in the chain that it reads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar  # a row has columns of several types
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from registry.core.database import db, is_snapshot, once_a_snapshot
from registry.core.prepared import Prepared, read_day, read_moment
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Event, Posting, Seal
from registry.programme.kinds import Kind, Measure

SEALS_MOST = 100
ROWS_MOST = 1_000
ANSWERS_MOST = 32
FIXED_MOST = 256
Value = TypeVar("Value")
# Deeds that change nothing of an entry that is registered, unless they name it.
OF_CASES = frozenset(
    {
        "submit",
        "withdraw",
        "claim",
        "release",
        "return",
        "recall",
        "approve",
        "reject",
        "transfer",
        "accept_transfer",
        "refuse_transfer",
        "take_back_transfer",
    }
)
# Deeds that touch neither goals nor allocations.
OF_ENTRIES = OF_CASES | {
    "import",
    "undo_import",
    "revoke",
    "relocate",
    "retire",
    "amend",
    "join_enterprises",
}


class Posted(NamedTuple):
    """One posting that was recorded since, with what its entry says now.

    `was_posted`: its entry had postings before.
    """

    subject: str
    measure: Measure
    district_id: int
    entry_id: int
    effective_on: date
    quantity: int
    sequence: int
    position: int
    cause: str
    recorded_at: datetime
    kind: Kind
    number: str | None
    title: str
    standing: Standing
    document: str | None
    enterprise_name: str
    district_zh: str
    district_en: str
    was_posted: bool


class Happened(NamedTuple):
    """One event that was recorded since, with what its application says now.

    `was_posted`: its entry had postings before.
    """

    type: str
    application_id: int | None
    entry_id: int | None
    recorded_at: datetime
    kind: str | None
    district_id: int | None
    due_on: date | None
    was_posted: bool


@dataclass(frozen=True)
class Since:
    """What was recorded after one head, up to another and with it; `decided` are cases closed.

    `posted_before` are the entries that an event names and that had postings at the first head
    already.
    """

    then: Head
    head: Head
    causes: frozenset[str]
    postings: tuple[Posted, ...]
    events: tuple[Happened, ...]
    cases: frozenset[int]
    decided: frozenset[int]
    posted_before: frozenset[int]


DECIDED = ("approved", "rejected", "withdrawn")
CASE = sa.table(  # of a higher floor; only read
    "application",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("district_id", sa.Integer),
    sa.column("due_on", sa.Date),
)


THEN, HEAD = (sa.bindparam(name, type_=sa.Integer) for name in ("then", "head"))


def _select_happened() -> sa.Select[*tuple[Any, ...]]:
    """Select the seals from a head on, each later one with its events."""
    return (
        sa.select(Seal.sequence, Seal.hash, Seal.cause, Seal.rows, Event.position, Event.type)
        .add_columns(Event.application_id, Event.entry_id, Seal.recorded_at)
        .add_columns(CASE.c.kind, CASE.c.district_id, CASE.c.due_on, _was_posted(Event.entry_id))
        .outerjoin(Event, sa.and_(Event.sequence == Seal.sequence, Event.sequence > THEN))
        .outerjoin(CASE, CASE.c.id == Event.application_id)
        .where(Seal.sequence.between(THEN, HEAD))
        .order_by(Seal.sequence, Event.position)
        .limit(ROWS_MOST + 1)
    )


def _select_posted() -> sa.Select[*tuple[Any, ...]]:
    """Select the postings that are later than a head, with what stands beside them."""
    names = Posted._fields[: Posted._fields.index("cause")]
    return (
        sa.select(*(getattr(Posting, name) for name in names), Seal.cause, Seal.recorded_at)
        .add_columns(Entry.kind, Entry.number, Entry.title, Entry.standing, Entry.document)
        .add_columns(Enterprise.name, District.name_zh, District.name_en)
        .add_columns(_was_posted(Posting.entry_id))
        .join(Seal, Seal.sequence == Posting.sequence)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .join(District, District.id == Posting.district_id)
        .where(Posting.sequence > THEN, Posting.sequence <= HEAD)
        .order_by(Posting.sequence, Posting.position)
        .limit(ROWS_MOST + 1)
    )


def _was_posted(entry_id: Any) -> sa.ColumnElement[bool]:
    earlier = sa.orm.aliased(Posting)
    return sa.exists().where(earlier.entry_id == entry_id, earlier.sequence <= THEN)


HAPPENED, POSTED = Prepared(_select_happened()), Prepared(_select_posted())


class Growing(Generic[Value]):
    """Answers of one sort, by what was asked; the values are never changed, only replaced."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: WeakKeyDictionary[Engine, OrderedDict[Hashable, tuple[Head, Value]]] = (
            WeakKeyDictionary()
        )

    def read(
        self,
        asked: Hashable,
        head: Head,
        *,
        whole: Callable[[], Value],
        grow: Callable[[Value, Since], Value | None],
    ) -> Value:
        """Return the answer at the newest head: as kept, grown, or read by `whole`.

        `grow` returns None where what is new is of a sort that it cannot add.
        """
        if not is_snapshot():
            return whole()
        kept = self._of(once_a_snapshot("engine", _find_engine))
        found = kept.get(asked)
        if found is not None and found[0] is head:
            return found[1]
        if found is not None and head.sequence < found[0].sequence and head != read_head():
            return whole()  # of an earlier head: the answer at the newest one is worth more
        value = self._bring_up(found, head, grow) if found is not None else None
        if value is None:
            value = whole()
        with self._lock:
            kept[asked] = (head, value)
            kept.move_to_end(asked)
            while len(kept) > ANSWERS_MOST:
                kept.popitem(last=False)
        return value

    def _of(self, engine: Engine) -> OrderedDict[Hashable, tuple[Head, Value]]:
        found = self._kept.get(engine)
        if found is not None:
            return found
        with self._lock:
            return self._kept.setdefault(engine, OrderedDict())

    def _bring_up(
        self, found: tuple[Head, Value], head: Head, grow: Callable[[Value, Since], Value | None]
    ) -> Value | None:
        then, value = found
        if (then.sequence, then.hash) == (head.sequence, head.hash):
            return value
        since = read_since(then, head)
        return None if since is None else grow(value, since)


class Fixed(Generic[Value]):
    """Answers as known at heads that are not the newest: these never change.

    The chain up to a head is named by its hash, and so is all that depends on nothing else.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: WeakKeyDictionary[Engine, OrderedDict[Hashable, Value]] = WeakKeyDictionary()

    def read(self, asked: Hashable, head: Head, *, whole: Callable[[], Value]) -> Value:
        """Return the answer as kept, or as `whole` reads it."""
        found = self.find(asked, head)
        return self.keep(asked, head, whole()) if found is None else found

    def find(self, asked: Hashable, head: Head) -> Value | None:
        """Return the answer if it is kept."""
        if not is_snapshot():
            return None
        with self._lock:
            kept = self._kept.get(db.session.connection().engine)
            found = kept.get((asked, head.hash)) if kept else None
            if kept and found is not None:
                kept.move_to_end((asked, head.hash))
            return found

    def keep(self, asked: Hashable, head: Head, value: Value) -> Value:
        """Keep the answer, and let go of those that were not asked for the longest."""
        if is_snapshot():
            with self._lock:
                kept = self._kept.setdefault(db.session.connection().engine, OrderedDict())
                kept[asked, head.hash] = value
                while len(kept) > FIXED_MOST:
                    kept.popitem(last=False)
        return value


def _find_engine() -> Engine:
    return db.session.connection().engine


def read_since(then: Head, head: Head) -> Since | None:
    """Return what was recorded between; None where it is much, or where `then` is not in the chain.

    The same is asked by many answers of a page; it is read once.
    """
    if not 0 < then.sequence < head.sequence <= then.sequence + SEALS_MOST:
        return None
    return once_a_snapshot((then.hash, head.hash), lambda: _read_since(then, head))


def _read_since(then: Head, head: Head) -> Since | None:
    between = {"then": then.sequence, "head": head.sequence}
    rows = HAPPENED.fetch(**between)
    if not rows or len(rows) > ROWS_MOST or (rows[0][1], rows[-1][1]) != (then.hash, head.hash):
        return None
    events = tuple([_read_event(row[5:]) for row in rows if row[4] is not None])
    sealed = {sequence: number for sequence, _hash, _cause, number, *_event in rows[1:]}
    posted = POSTED.fetch(**between) if sum(sealed.values()) > len(events) else []
    if len(posted) > ROWS_MOST:
        return None
    last = {each.application_id: each.type for each in events if each.application_id}
    return Since(
        then,
        head,
        causes=frozenset(row[2] for row in rows[1:]),
        postings=tuple(map(_read_posting, posted)),
        events=events,
        cases=frozenset(last),
        decided=frozenset(id_ for id_, type_ in last.items() if type_ in DECIDED),
        posted_before=frozenset(
            each.entry_id for each in events if each.entry_id and each.was_posted
        ),
    )


def _read_event(row: Sequence[Any]) -> Happened:
    type_, application_id, entry_id, at, kind, district_id, due_on, was_posted = row
    return Happened(
        type_,
        application_id,
        entry_id,
        read_moment(at),
        kind,
        district_id,
        None if due_on is None else read_day(due_on),
        was_posted=bool(was_posted),
    )


def _read_posting(row: Sequence[Any]) -> Posted:
    words = Posted._make(row)
    return words._replace(
        measure=Measure(words.measure),
        effective_on=read_day(words.effective_on),
        recorded_at=read_moment(words.recorded_at),
        kind=Kind(words.kind),
        standing=Standing(words.standing),
        was_posted=bool(words.was_posted),
    )
