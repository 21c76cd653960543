"""Proof of the chain: no seal, event or posting is missing, added or changed since then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any  # rows of several tables, and JSON

import sqlalchemy as sa

from registry.core.clock import day_of
from registry.ledger import chain
from registry.ledger.faults import Fault
from registry.ledger.fingerprints import SEALED
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.robot_prints import Prints
from registry.ledger.streams import stream, stream_raw

STATUS_AFTER = {
    "submitted": "submitted",
    "claimed": "in_review",
    "released": "submitted",
    "returned": "returned",
    "recalled": "in_review",
    "approved": "approved",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
}


@dataclass
class Story:
    """What the events tell, to be compared with the tables that show it."""

    programme_starts_on: date
    seals: int = 0
    events: int = 0
    postings: int = 0
    head: str = chain.NOTHING_BEFORE
    recorded_at: datetime | None = None
    hashes: dict[int, str] = field(default_factory=dict)
    statuses: dict[int, tuple[str, int]] = field(default_factory=dict)
    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    filings: dict[tuple[int, int], tuple[str, int]] = field(default_factory=dict)
    fingerprints: dict[str, tuple[str, int]] = field(default_factory=dict)
    robots: dict[str, tuple[Prints, int]] = field(default_factory=dict)
    targets: dict[tuple[int, str], tuple[Any, ...]] = field(default_factory=dict)
    plans: dict[tuple[int, str], tuple[Any, ...]] = field(default_factory=dict)
    shares: dict[tuple[int, str, int], tuple[Any, ...]] = field(default_factory=dict)
    papers: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def hear(self, event: tuple[Any, ...]) -> None:
        """Take in one event."""
        sequence, _, application_id, _, _, type_, payload = event[:7]
        self.events += 1
        if type_ in STATUS_AFTER and application_id is not None:
            self.statuses[application_id] = (STATUS_AFTER[type_], sequence)
        if type_ in PAPERS:
            self.papers[type_, sequence] = json.loads(payload)
        if type_ in HEARD:
            HEARD[type_](self, sequence, application_id, json.loads(payload))


def _hear_filing(story: Story, sequence: int, application_id: int, told: dict[str, Any]) -> None:
    if "hash" in told and "filing" in told:
        story.filings[application_id, told["filing"]] = (told["hash"], sequence)


def _hear_transfer(story: Story, sequence: int, application_id: int, told: dict[str, Any]) -> None:
    story.places[application_id] = (told["to"], sequence)


def _hear_facts(story: Story, sequence: int, _application: int, told: dict[str, Any]) -> None:
    robots = told.get("robots", {})
    for entry_id, fingerprint in told["entries"].items():
        story.fingerprints[entry_id] = (fingerprint, sequence)
        story.robots.pop(entry_id, None)
        if entry_id in robots:
            story.robots[entry_id] = (Prints(*robots[entry_id]), sequence)


def _hear_target(story: Story, sequence: int, _application: int, told: dict[str, Any]) -> None:
    row = (told["effective_on"], told["target"], told["measures"], told.get("source", ""))
    story.targets[sequence, told["goal"]] = row


def _hear_plan(story: Story, sequence: int, _application: int, told: dict[str, Any]) -> None:
    row = (told["effective_on"], told["milestones"], told["source"])
    story.plans[sequence, told["goal"]] = row


def _hear_shares(story: Story, sequence: int, _application: int, told: dict[str, Any]) -> None:
    for district_id, quantity in told["shares"].items():
        row = (told["effective_on"], quantity, told.get("source", ""))
        story.shares[sequence, told["goal"], int(district_id)] = row


HEARD = {
    "submitted": _hear_filing,
    "transferred": _hear_transfer,
    SEALED: _hear_facts,
    "target_set": _hear_target,
    "plan_set": _hear_plan,
    "allocated": _hear_shares,
}
PAPERS = frozenset({"figures_released", "sample_drawn", "entry_checked"})


def prove_chain(story: Story) -> Iterator[Fault]:
    """Go along the chain and yield what is wrong; the story is complete where nothing is."""
    events = _Rows(_stream_raw(_event_columns(), Event), "event")
    postings = _Rows(_stream_raw(_posting_columns(), Posting), "posting")
    for seal in stream(sa.select(*_seal_columns()).order_by(Seal.sequence)):
        yield from _prove_order(story, seal)
        heard = events.of(seal.sequence)
        posted = postings.of(seal.sequence)
        yield from _prove_events(story, heard)
        yield from _prove_postings(story, posted, recorded_on=day_of(seal.recorded_at))
        yield from _prove_seal(seal, heard, posted)
        story.seals, story.head, story.recorded_at = seal.sequence, seal.hash, seal.recorded_at
        story.hashes[seal.sequence] = seal.hash
    for rows in (events, postings):
        for sequence in rows.left():
            yield Fault("seal", "is missing; rows of it are there.", sequence=sequence)


def _prove_order(story: Story, seal: sa.Row[*tuple[Any, ...]]) -> Iterator[Fault]:
    if seal.sequence != story.seals + 1:
        yield Fault("seal", "is missing.", sequence=story.seals + 1)
    if seal.previous != story.head:
        yield Fault("seal", "does not follow the seal before it.", sequence=seal.sequence)
    if story.recorded_at is not None and seal.recorded_at <= story.recorded_at:
        yield Fault("seal", "is not later than the seal before it.", sequence=seal.sequence)


def _prove_events(story: Story, rows: list[tuple[Any, ...]]) -> Iterator[Fault]:
    yield from _prove_positions("event", rows)
    for row in rows:
        if chain.event_digest(row[:-1]) != row[-1]:
            yield Fault("event", CHANGED, sequence=row[0], position=row[1])
        story.hear(row)


def _prove_postings(
    story: Story, rows: list[tuple[Any, ...]], *, recorded_on: date
) -> Iterator[Fault]:
    """Written out for speed: this loop runs once for every posting there is."""
    yield from _prove_positions("posting", rows)
    story.postings += len(rows)
    first, last = str(story.programme_starts_on), str(recorded_on)
    sha256 = hashlib.sha256
    for number, place, programme, subject, measure, district, entry, day, quantity, digest in rows:
        text = f"p1|{number}|{place}|{programme}|{subject}|{measure}|{district}|{entry}|{day}"
        if sha256(f"{text}|{quantity}".encode()).hexdigest() != digest:
            yield Fault("posting", CHANGED, sequence=number, position=place)
        if not first <= str(day) <= last:
            sentence = f"takes effect on {day}, outside {first} to {last}."
            yield Fault("posting", sentence, sequence=number, position=place)


def _prove_positions(table: str, rows: list[tuple[Any, ...]]) -> Iterator[Fault]:
    for expected, row in enumerate(rows, start=1):
        if row[1] != expected:
            yield Fault(table, "is missing.", sequence=row[0], position=expected)
            return


def _prove_seal(
    seal: sa.Row[*tuple[Any, ...]], heard: list[tuple[Any, ...]], posted: list[tuple[Any, ...]]
) -> Iterator[Fault]:
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
    facts = chain.SealFacts(*seal[:-1])
    if chain.seal_hash(facts, [row[-1] for row in (*heard, *posted)]) != seal.hash:
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


CHANGED = "was changed: its hash is not that of its contents."


class _Rows:
    """Rows in the order of their seals, taken seal by seal."""

    def __init__(self, rows: Iterator[Any], table: str) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = self._take()
        self._orphans: list[int] = []
        self.table = table

    def _take(self) -> tuple[int, list[tuple[Any, ...]]] | None:
        group = next(self._groups, None)
        return None if group is None else (group[0], list(group[1]))

    def of(self, sequence: int) -> list[tuple[Any, ...]]:
        """Return the rows of a seal."""
        while self._next is not None and self._next[0] < sequence:
            self._orphans.append(self._next[0])
            self._next = self._take()
        if self._next is None or self._next[0] != sequence:
            return []
        rows = self._next[1]
        self._next = self._take()
        return rows

    def left(self) -> Iterator[int]:
        """Yield the sequences whose seal was not there."""
        yield from self._orphans
        while self._next is not None:
            yield self._next[0]
            self._next = self._take()


def _stream_raw(columns: tuple[Any, ...], model: type[Event | Posting]) -> Iterator[Any]:
    return stream_raw(sa.select(*columns).order_by(model.sequence, model.position))


def _seal_columns() -> tuple[Any, ...]:
    names = ("sequence", "recorded_at", "actor_id", "cause", "rows", "previous", "hash")
    return tuple(getattr(Seal, name) for name in names)


def _event_columns() -> tuple[Any, ...]:
    ids = (Event.application_id, Event.entry_id, Event.batch_id)
    return (Event.sequence, Event.position, *ids, Event.type, Event.payload, Event.digest)


def _posting_columns() -> tuple[Any, ...]:
    """Name the columns as they are hashed."""
    return (
        Posting.sequence,
        Posting.position,
        Posting.programme_id,
        Posting.subject,
        Posting.measure,
        Posting.district_id,
        Posting.entry_id,
        Posting.effective_on,
        Posting.quantity,
        Posting.digest,
    )
