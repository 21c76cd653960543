"""How long districts take: cases decided within a year, and open ones that are overdue."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from registry.applications.deadlines import DECISION_DAYS, days_left, resume
from registry.applications.models import Application
from registry.applications.workflow import EVENTS, Action
from registry.core.clock import day_of, end_of
from registry.core.database import db
from registry.core.kept import Settled, remembered_lately
from registry.core.overlaid import Overlaid
from registry.ledger.facts import chunks
from registry.ledger.growing import Growing, Since
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Event, Seal
from registry.ledger.pipeline import read_former_places
from registry.programme.kinds import Kind
from registry.tally.decisions import Decision, Sample

MEASURED_DAYS = 365
DECISIONS_MOST = 2_000
DECISIONS_LEAST = 5
FRESH_MOST = 200
APPROVED, REJECTED = EVENTS[Action.APPROVE], EVENTS[Action.REJECT]
FILED, RETURNED, RECALLED = (
    EVENTS[action] for action in (Action.SUBMIT, Action.RETURN, Action.RECALL)
)


class Promise(NamedTuple):
    """Where an open case is, and by when it is promised; none while its clock stands still."""

    district_id: int
    due: date | None


@dataclass(frozen=True)
class Promised:
    """The promises to all open cases, and how many of them are broken on a day, by district."""

    by_case: Overlaid[int, Promise]
    overdue: Mapping[int, int]


class Desk(NamedTuple):
    """How long one desk took (working days, none where it decided nothing), and what is overdue."""

    decided: int
    median: float | None
    percentile: int | None
    overdue: int

    @property
    def wait(self) -> Wait:
        return Wait(self.overdue, self.median)

    @property
    def took(self) -> Took:
        return Took(self.decided, self.percentile)


class Wait(NamedTuple):
    """What the matrix says of a desk: cases overdue, and the median of its days."""

    overdue: int
    median: float | None


class Took(NamedTuple):
    """How many a desk decided, and in how many days nine tenths of them."""

    decided: int
    percentile: int | None


Samples = Mapping[Kind | int | None, Sample]


@dataclass(frozen=True)
class Decided:
    """The latest decisions, the latest first; by kind, by district, and (None) all together.

    They are the `fresh` ones and then the first `left` of those that were `read` at once.
    """

    fresh: tuple[Decision, ...]
    read: Sequence[Decision]
    left: int
    samples: Samples


@dataclass(frozen=True, eq=False)
class Desks(Settled):
    """All desks, and the city as a whole; absent: nothing decided, nothing overdue."""

    by_district: Mapping[int, Desk]
    city: Desk
    samples: Samples

    def of(self, district_id: int) -> Desk:
        return self.by_district.get(district_id, NOTHING)

    def like(self, kind: Kind) -> Sample | None:
        """Return the decisions on a kind; on all kinds where those are too few to measure by.

        None where these are too few as well.
        """
        found = (self.samples.get(kind, NONE), self.samples.get(None, NONE))
        return next((each for each in found if each.decided >= DECISIONS_LEAST), None)


NOTHING = Desk(0, None, None, 0)
NONE = Sample()

_decided: Growing[Decided] = Growing()
_promises: Growing[Promised] = Growing()


def read_desks(as_of: date, head: Head, *, open_ids: Collection[int]) -> Desks:
    """Measure the desks by the cases decided in the year up to a day, as known at the head."""
    samples = _read_decided(as_of, head).samples
    return _measure_all(samples, _count_overdue(as_of, head, open_ids=open_ids))


@remembered_lately
def _measure_all(samples: Samples, overdue: Mapping[int, int]) -> Desks:
    districts = {each for each in samples if isinstance(each, int)} | overdue.keys()
    return Desks(
        by_district={
            id_: measure(samples.get(id_, NONE), overdue=overdue.get(id_, 0)) for id_ in districts
        },
        city=measure(samples.get(None, NONE), overdue=sum(overdue.values())),
        samples=samples,
    )


def measure(sample: Sample, *, overdue: int) -> Desk:
    """Return how many were decided, the median of their days and the 90th percentile."""
    return Desk(*sample.measured, overdue)


def _read_decided(as_of: date, head: Head) -> Decided:
    """Read the latest decisions; what the enterprise held the case is no day of the district's."""

    def whole() -> Decided:
        found = _list_decided(as_of, head)
        return Decided((), found, len(found), _change({}, [(each, 1) for each in found]))

    if head.sequence < read_head().sequence:
        return whole()
    return _decided.read(
        as_of, head, whole=whole, grow=lambda kept, since: _add_decided(kept, since, as_of=as_of)
    )


def _add_decided(kept: Decided, since: Since, *, as_of: date) -> Decided:
    """Put new decisions on top of the latest; within a day none gets too old.

    They are put together with the others when they have become many, not each time.
    """
    earliest, latest = _measured_within(as_of)
    fresh = [
        _decision(each.kind, each.district_id, each.type, (each.recorded_at, each.due_on))
        for each in reversed(since.events)
        if each.type in (APPROVED, REJECTED)
        and each.kind is not None
        and each.district_id is not None
        and earliest < each.recorded_at <= latest
    ]
    if not fresh:
        return kept
    every = (*fresh, *kept.fresh)
    left = min(kept.left, DECISIONS_MOST - len(every))
    changes = [
        *((each, 1) for each in fresh),
        *((each, -1) for each in kept.read[left : kept.left]),
    ]
    samples = _change(kept.samples, changes)
    if len(every) > FRESH_MOST:
        whole = (*every, *kept.read[:left])[:DECISIONS_MOST]
        return Decided((), whole, len(whole), samples)
    return Decided(every, kept.read, left, samples)


def _change(samples: Samples, changes: Iterable[tuple[Decision, int]]) -> Samples:
    """Count decisions in (1) and out (-1), each where it belongs."""
    of: dict[Kind | int | None, list[tuple[Decision, int]]] = defaultdict(list)
    for change in changes:
        for place in (change[0].kind, change[0].district_id, None):
            of[place].append(change)
    new = {place: samples.get(place, NONE).change(found) for place, found in of.items()}
    return {**samples, **new}


def _list_decided(as_of: date, head: Head) -> list[Decision]:
    earliest, latest = _measured_within(as_of)
    asked = {"head": head.sequence, "earliest": earliest, "latest": latest}
    rows = db.session.connection().execute(_DECIDED, asked)
    return [
        _decision(kind, district_id, type_, (decided_at, due_on))
        for kind, district_id, type_, decided_at, due_on in rows
    ]


@lru_cache(maxsize=64)
def _measured_within(as_of: date) -> tuple[datetime, datetime]:
    """Return the end of the day before the year that is measured, and its own end."""
    return end_of(as_of - min(timedelta(days=MEASURED_DAYS), as_of - date.min)), end_of(as_of)


def _decision(
    kind: str, district_id: int, type_: str, took: tuple[datetime, date | None]
) -> Decision:
    """Measure one: `took` has the moment of the decision, and the day that was promised."""
    days = _days_taken(day_of(took[0]), took[1])
    return Decision(Kind(kind), district_id, type_ == APPROVED, days)


_DECIDED = (
    sa.select(
        Application.kind, Application.district_id, Event.type, Seal.recorded_at, Application.due_on
    )
    .select_from(Event)
    .join(Seal, Seal.sequence == Event.sequence)
    .join(Application, Application.id == Event.application_id)
    .where(Event.type.in_((APPROVED, REJECTED)), Event.sequence <= sa.bindparam("head"))
    .where(Seal.recorded_at > sa.bindparam("earliest"))
    .where(Seal.recorded_at <= sa.bindparam("latest"))
    .order_by(Event.sequence.desc(), Event.position.desc())
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


def _count_overdue(as_of: date, head: Head, *, open_ids: Collection[int]) -> Mapping[int, int]:
    """Count by district the open cases whose promised day is over, as the events tell it."""

    def whole() -> Promised:
        return _promise(Overlaid({}), Counter(), (), _read_promised(open_ids, head), as_of=as_of)

    def grow(kept: Promised, since: Since) -> Promised:
        return _promise_again(kept, since, open_ids=open_ids, as_of=as_of)

    if head.sequence < read_head().sequence:
        return whole().overdue
    return _promises.read(as_of, head, whole=whole, grow=grow).overdue


def _promise_again(
    kept: Promised, since: Since, *, open_ids: Collection[int], as_of: date
) -> Promised:
    """Follow the clock of those cases again that something happened to."""
    if not since.cases:
        return kept
    again = {id_ for id_ in since.cases - since.decided if id_ in open_ids}
    fresh = _read_promised(again, since.head) if again else {}
    return _promise(kept.by_case, kept.overdue, since.cases, fresh, as_of=as_of)


def _promise(
    by_case: Overlaid[int, Promise],
    overdue: Mapping[int, int],
    gone: Collection[int],
    come: Mapping[int, Promise],
    *,
    as_of: date,
) -> Promised:
    """Put promises in the place of some others, and count the broken ones."""
    less = [by_case[id_] for id_ in gone if id_ in by_case]
    cases = by_case.put(come, gone=gone)
    broken = [
        (promise.district_id, sign)
        for sign, promises in ((-1, less), (1, come.values()))
        for promise in promises
        if promise.due is not None and promise.due < as_of
    ]
    if not broken:
        return Promised(cases, overdue)
    counts = Counter(overdue)
    for district_id, sign in broken:
        counts[district_id] += sign
    return Promised(cases, +counts)


def _read_promised(ids: Collection[int], head: Head) -> dict[int, Promise]:
    """Return by case its district and its promised day."""
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
        application_id: Promise(places.get(application_id, district_id), due_after(happened))
        for (district_id, application_id), happened in steps.items()
    }


def _promised(payload: str) -> date | None:
    text = json.loads(payload).get("due_on")
    return date.fromisoformat(text) if text else None
