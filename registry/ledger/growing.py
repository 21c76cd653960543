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
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from registry.core.database import db, is_snapshot, once_a_snapshot
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Event, Posting, Seal
from registry.programme.kinds import Measure

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
    """One posting that was recorded since."""

    subject: str
    measure: Measure
    district_id: int
    entry_id: int
    effective_on: date
    quantity: int
    sequence: int
    position: int


@dataclass(frozen=True)
class Since:
    """What was recorded after one head, up to another and with it; `decided` are cases closed."""

    then: Head
    head: Head
    causes: frozenset[str]
    postings: tuple[Posted, ...]
    cases: frozenset[int]
    decided: frozenset[int]
    entries: frozenset[int]


DECIDED = ("approved", "rejected", "withdrawn")
SEALS = (
    sa.select(
        Seal.sequence, Seal.hash, Seal.cause, Event.application_id, Event.entry_id, Event.type
    )
    .outerjoin(Event, Event.sequence == Seal.sequence)
    .where(Seal.sequence.between(sa.bindparam("then"), sa.bindparam("head")))
    .order_by(Seal.sequence, Event.position)
    .limit(ROWS_MOST + 1)
)
POSTINGS = (
    sa.select(*(getattr(Posting, name) for name in Posted._fields))
    .where(Posting.sequence > sa.bindparam("then"), Posting.sequence <= sa.bindparam("head"))
    .order_by(Posting.sequence, Posting.position)
    .limit(ROWS_MOST + 1)
)


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
        kept = self._of(db.session.connection().engine)
        found = kept.get(asked)
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


def read_since(then: Head, head: Head) -> Since | None:
    """Return what was recorded between; None where it is much, or where `then` is not in the chain.

    The same is asked by many answers of a page; it is read once.
    """
    if not 0 < then.sequence < head.sequence <= then.sequence + SEALS_MOST:
        return None
    return once_a_snapshot((then.hash, head.hash), lambda: _read_since(then, head))


def _read_since(then: Head, head: Head) -> Since | None:
    between = {"then": then.sequence, "head": head.sequence}
    connection = db.session.connection()
    seals = connection.execute(SEALS, between).all()
    if not seals or seals[0].hash != then.hash or seals[-1].hash != head.hash:
        return None
    postings = connection.execute(POSTINGS, between).all()
    if max(len(postings), len(seals)) > ROWS_MOST:
        return None
    new = [row for row in seals if row.sequence > then.sequence]
    last = {row.application_id: row.type for row in new if row.application_id}
    return Since(
        then,
        head,
        causes=frozenset(row.cause for row in new),
        postings=tuple(map(Posted._make, postings)),
        cases=frozenset(last),
        decided=frozenset(id_ for id_, type_ in last.items() if type_ in DECIDED),
        entries=frozenset(row.entry_id for row in new if row.entry_id),
    )
