"""How long districts take: cases decided within a year, and open ones that are overdue."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from statistics import median
from typing import NamedTuple

import sqlalchemy as sa

from registry.applications.deadlines import DECISION_DAYS, days_left, resume
from registry.applications.models import Application
from registry.applications.workflow import EVENTS, Action
from registry.core.clock import day_of, end_of
from registry.core.database import db
from registry.ledger.facts import chunks
from registry.ledger.growing import Growing, Since
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Event, Seal
from registry.ledger.pipeline import read_former_places
from registry.programme.kinds import Kind

MEASURED_DAYS = 365
DECISIONS_MOST = 2_000
DECISIONS_LEAST = 5
PERCENTILE = 90
APPROVED, REJECTED = EVENTS[Action.APPROVE], EVENTS[Action.REJECT]
FILED, RETURNED, RECALLED = (
    EVENTS[action] for action in (Action.SUBMIT, Action.RETURN, Action.RECALL)
)


Promised = Mapping[int, tuple[int, date | None]]


class Decision(NamedTuple):
    """One case that was decided; `days`: working days that the district had it."""

    kind: Kind
    district_id: int
    is_approved: bool
    days: int


@dataclass(frozen=True)
class Desk:
    """How long one desk took (working days, none where it decided nothing), and what is overdue."""

    decided: int
    median: float | None
    percentile: int | None
    overdue: int


@dataclass(frozen=True)
class Desks:
    """All desks, and the city as a whole; absent: nothing decided, nothing overdue."""

    by_district: Mapping[int, Desk]
    city: Desk
    decisions: Sequence[Decision]

    def of(self, district_id: int) -> Desk:
        return self.by_district.get(district_id, NOTHING)

    def pass_rate(self, kind: Kind) -> Fraction | None:
        """Return the share of decisions that approved; None where too few were measured."""
        decided = [decision.is_approved for decision in self._like(kind)]
        return Fraction(sum(decided), len(decided)) if decided else None

    def days(self, kind: Kind) -> Fraction | None:
        """Return the median of working days to decide; None where too few were measured."""
        days = [decision.days for decision in self._like(kind)]
        return Fraction(median(days)) if days else None

    def _like(self, kind: Kind) -> Sequence[Decision]:
        """Return the decisions on a kind; on all kinds where those are too few to measure by."""
        enough = (
            found
            for found in (self._by_kind[kind], self.decisions)
            if len(found) >= DECISIONS_LEAST
        )
        return next(enough, ())

    @cached_property
    def _by_kind(self) -> Mapping[Kind, Sequence[Decision]]:
        by_kind: dict[Kind, list[Decision]] = {kind: [] for kind in Kind}
        for decision in self.decisions:
            by_kind[decision.kind].append(decision)
        return by_kind


NOTHING = Desk(0, None, None, 0)

_decided: Growing[Sequence[Decision]] = Growing()
_promises: Growing[Promised] = Growing()


def read_desks(as_of: date, head: Head, *, open_ids: Collection[int]) -> Desks:
    """Measure the desks by the cases decided in the year up to a day, as known at the head."""
    decisions = _read_decisions(as_of, head)
    overdue = _count_overdue(as_of, head, open_ids=open_ids)
    by_district: dict[int, list[int]] = defaultdict(list)
    for decision in decisions:
        by_district[decision.district_id].append(decision.days)
    return Desks(
        by_district={
            district_id: measure(by_district[district_id], overdue=overdue[district_id])
            for district_id in by_district.keys() | overdue.keys()
        },
        city=measure([decision.days for decision in decisions], overdue=overdue.total()),
        decisions=decisions,
    )


def measure(days: Sequence[int], *, overdue: int) -> Desk:
    """Return median and 90th percentile: the fewest days in which nine tenths were decided."""
    if not days:
        return Desk(0, None, None, overdue)
    place = math.ceil(len(days) * PERCENTILE / 100) - 1
    return Desk(len(days), median(days), sorted(days)[place], overdue)


def _read_decisions(as_of: date, head: Head) -> Sequence[Decision]:
    """Read the latest decisions; what the enterprise held the case is no day of the district's."""
    if head.sequence < read_head().sequence:
        return _list_decided(as_of, head)
    return _decided.read(
        as_of,
        head,
        whole=lambda: _list_decided(as_of, head),
        grow=lambda kept, since: _add_decided(kept, since, as_of=as_of),
    )


def _add_decided(kept: Sequence[Decision], since: Since, *, as_of: date) -> Sequence[Decision]:
    """Put new decisions on top of the latest; within a day none gets too old."""
    if not since.cases:
        return kept
    fresh = _list_decided(as_of, since.head, after=since.then.sequence)
    return [*fresh, *kept][:DECISIONS_MOST] if fresh else kept


def _list_decided(as_of: date, head: Head, *, after: int = 0) -> list[Decision]:
    asked = {
        "after": after,
        "head": head.sequence,
        "earliest": end_of(as_of - min(timedelta(days=MEASURED_DAYS), as_of - date.min)),
        "latest": end_of(as_of),
    }
    rows = db.session.connection().execute(_DECIDED, asked)
    return [
        Decision(kind, district_id, type_ == APPROVED, _days_taken(day_of(decided_at), due_on))
        for kind, district_id, type_, decided_at, due_on in rows
    ]


_DECIDED = (
    sa.select(
        Application.kind, Application.district_id, Event.type, Seal.recorded_at, Application.due_on
    )
    .select_from(Event)
    .join(Seal, Seal.sequence == Event.sequence)
    .join(Application, Application.id == Event.application_id)
    .where(Event.type.in_((APPROVED, REJECTED)))
    .where(Event.sequence > sa.bindparam("after"), Event.sequence <= sa.bindparam("head"))
    .where(Seal.recorded_at > sa.bindparam("earliest"))
    .where(Seal.recorded_at <= sa.bindparam("latest"))
    .order_by(Event.sequence.desc(), Event.position)
    .limit(DECISIONS_MOST)
)


@lru_cache(maxsize=50_000)
def _days_taken(decided_on: date, due_on: date | None) -> int:
    """Return the working days that were used of those promised; a stop puts the end off."""
    return DECISION_DAYS - days_left(decided_on, due_on)


class Step(NamedTuple):
    """One step of a case that moves its clock."""

    type: str
    on: date
    due_on: date | None


def due_after(steps: Iterable[Step]) -> date | None:
    """Follow the clock of a case; None while it stands still, because the enterprise has it."""
    due: date | None = None
    left: int | None = None
    for step in steps:
        if step.type == RETURNED:
            left, due = days_left(step.on, due), None
        else:
            due = step.due_on or resume(step.on, left)
    return due


def _count_overdue(as_of: date, head: Head, *, open_ids: Collection[int]) -> Counter[int]:
    """Count by district the open cases whose promised day is over, as the events tell it."""
    if head.sequence < read_head().sequence:
        promised: Promised = _read_promised(open_ids, head)
    else:
        promised = _promises.read(
            None,
            head,
            whole=lambda: _read_promised(open_ids, head),
            grow=lambda kept, since: _promise_again(kept, since, open_ids=open_ids),
        )
    return Counter(
        district_id for district_id, due in promised.values() if due is not None and due < as_of
    )


def _promise_again(kept: Promised, since: Since, *, open_ids: Collection[int]) -> Promised:
    """Follow the clock of those cases again that something happened to."""
    if not since.cases:
        return kept
    still = {id_: promised for id_, promised in kept.items() if id_ not in since.cases}
    return still | _read_promised(since.cases & set(open_ids), since.head)


def _read_promised(ids: Collection[int], head: Head) -> dict[int, tuple[int, date | None]]:
    """Return by case its district and its promised day; none while its clock stands still."""
    steps: dict[tuple[int, int], list[Step]] = defaultdict(list)
    for part in chunks(sorted(ids)):
        rows = db.session.execute(
            sa.select(
                Application.district_id,
                Application.id,
                Event.type,
                Seal.recorded_at,
                Event.payload,
            )
            .select_from(Event)
            .join(Seal, Seal.sequence == Event.sequence)
            .join(Application, Application.id == Event.application_id)
            .where(Event.application_id.in_(part), Event.sequence <= head.sequence)
            .where(Event.type.in_((FILED, RETURNED, RECALLED)))
            .order_by(Event.application_id, Event.sequence, Event.position)
        )
        for district_id, application_id, type_, recorded_at, payload in rows:
            step = Step(type_, day_of(recorded_at), _promised(payload))
            steps[district_id, application_id].append(step)
    places = read_former_places(head)
    return {
        application_id: (places.get(application_id, district_id), due_after(happened))
        for (district_id, application_id), happened in steps.items()
    }


def _promised(payload: str) -> date | None:
    text = json.loads(payload).get("due_on")
    return date.fromisoformat(text) if text else None
