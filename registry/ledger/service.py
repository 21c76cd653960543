"""The one place that writes the ledger: a deed takes the lock, changes facts, and is sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any  # a payload is any JSON

import sqlalchemy as sa

from registry.accounts.models import User
from registry.core import clock
from registry.core.database import Base, db, take_lock
from registry.ledger import cells, chain
from registry.ledger.changes import Change, read_changes
from registry.ledger.facts import subjects_of
from registry.ledger.fingerprints import SEALED, read_fingerprints
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.robot_prints import read_robot_prints
from registry.programme.kinds import Kind

LEDGER_LOCK = 4_017_173
OF_ROBOTS = f"{Kind.ROBOT_DEPLOYMENT.value}:"
TICK = timedelta(microseconds=1)
NEWEST_SEAL = (
    sa.select(Seal.sequence, Seal.recorded_at, Seal.hash).order_by(Seal.sequence.desc()).limit(1)
)
INSERT_SEAL, INSERT_EVENTS, INSERT_POSTINGS = (
    sa.insert(Base.metadata.tables[model.__tablename__]) for model in (Seal, Event, Posting)
)


@dataclass
class Deed:
    """One deed under the ledger lock: what happened, and the subjects whose count may have changed.

    `sequence` and `recorded_at` are those of the seal that will close it.
    """

    actor_id: int | None
    cause: str
    sequence: int
    recorded_at: datetime
    previous: str
    events: list[dict[str, Any]] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    entries: set[int] = field(default_factory=set)

    def record(
        self,
        type_: str,
        payload: Mapping[str, Any],
        *,
        application_id: int | None = None,
        entry_id: int | None = None,
        batch_id: int | None = None,
    ) -> None:
        """Add one event, named in the past tense; its payload holds facts, never personal data."""
        position = len(self.events) + 1
        text = chain.canonical(payload)
        ids = {"application_id": application_id, "entry_id": entry_id, "batch_id": batch_id}
        self.events.append(
            {
                "sequence": self.sequence,
                "position": position,
                **ids,
                "type": type_,
                "payload": text,
                "digest": chain.event_digest(
                    (self.sequence, position, application_id, entry_id, batch_id, type_, text)
                ),
            }
        )

    def touch(self, entry_ids: Collection[int]) -> None:
        """Name the entries whose facts this deed changes; again after a change of enterprise."""
        db.session.flush()
        self.subjects |= subjects_of(entry_ids)
        self.entries |= set(entry_ids)


@contextmanager
def deed(*, by: User | None, cause: str) -> Iterator[Deed]:
    """Take the ledger lock, let the caller change facts, then post, fold and seal.

    The lock is the last of all locks and is taken once a transaction: lock the applications
    concerned before. The caller commits; whatever is raised within must end in a rollback.
    """
    db.session.flush()
    take_ledger_lock()
    last = db.session.connection().execute(NEWEST_SEAL).first()
    now = clock.now()
    opened = Deed(
        actor_id=by.id if by is not None else None,
        cause=cause,
        sequence=last.sequence + 1 if last else 1,
        recorded_at=max(now, last.recorded_at + TICK) if last else now,
        previous=last.hash if last else chain.NOTHING_BEFORE,
    )
    yield opened
    db.session.flush()
    _close(opened)


def take_ledger_lock() -> None:
    """Make this transaction the only one that writes the ledger; freed by its end."""
    take_lock(LEDGER_LOCK)


def _close(opened: Deed) -> None:
    if opened.entries:
        opened.record(SEALED, _sealed_facts(opened))
    changes = read_changes(opened.subjects)
    postings = [
        _posting_row(opened.sequence, position, change)
        for position, change in enumerate(changes, start=1)
    ]
    digests = [row["digest"] for row in (*opened.events, *postings)]
    seal = chain.SealFacts(
        sequence=opened.sequence,
        recorded_at=chain.write_moment(opened.recorded_at),
        actor_id=opened.actor_id,
        cause=opened.cause,
        rows=len(digests),
        previous=opened.previous,
    )
    own = {"recorded_at": opened.recorded_at, "hash": chain.seal_hash(seal, digests)}
    connection = db.session.connection()
    connection.execute(INSERT_SEAL, {**seal._asdict(), **own})
    if opened.events:
        connection.execute(INSERT_EVENTS, opened.events)
    if postings:
        connection.execute(INSERT_POSTINGS, postings)
        cells.fold((change.key, change.quantity) for change in changes)


def _sealed_facts(opened: Deed) -> dict[str, Any]:
    """Return the fingerprints of the entries touched, and of their robots where they have any."""
    with_robots = {
        int(name.removeprefix(OF_ROBOTS)) for name in opened.subjects if OF_ROBOTS in name
    }
    facts: dict[str, Any] = {"entries": read_fingerprints(opened.entries)}
    robots = read_robot_prints(with_robots & opened.entries) if with_robots else {}
    return {**facts, "robots": robots} if robots else facts


def _posting_row(sequence: int, position: int, change: Change) -> dict[str, Any]:
    key = change.key
    digest = chain.posting_digest(
        (
            sequence,
            position,
            change.programme_id,
            change.subject,
            key.measure.value,
            key.district_id,
            key.entry_id,
            key.effective_on,
            change.quantity,
        )
    )
    return {
        "sequence": sequence,
        "position": position,
        "programme_id": change.programme_id,
        "subject": change.subject,
        **key._asdict(),
        "quantity": change.quantity,
        "digest": digest,
    }
