"""What the events tell, read back from the chain, to be compared with the tables that show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple  # what an event tells is any JSON

import orjson
import sqlalchemy as sa

from registry.ledger.fingerprints import SEALED
from registry.ledger.models import Event
from registry.ledger.robot_prints import Prints
from registry.ledger.streams import stream_raw

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
Words = Mapping[str, Any]


class Stands(NamedTuple):
    """What the last event of an application makes it, and the entry that it names."""

    status: str
    sequence: int
    entry_id: int | None


class Filed(NamedTuple):
    """What the event of a filing says: which it was, its hash, and the entry it amends, if any."""

    sequence: int
    application_id: int
    number: int
    hash: str
    amends: int | None


class Sealed(NamedTuple):
    """The fingerprints that were sealed last, of each entry and of its robots, by its id."""

    entries: dict[str, str]
    robots: dict[str, tuple[Prints, int]]


def read_told(*types: str) -> Iterator[tuple[int, int, Words]]:
    """Go through the events of these types, by sequence: that, the application, what it tells."""
    columns = (Event.sequence, Event.application_id, Event.payload)
    for sequence, application_id, payload in stream_raw(_of(types, *columns)):
        yield sequence, application_id, orjson.loads(payload)


def read_standings() -> dict[int, Stands]:
    """Return how each application stands by its last event."""
    columns = (Event.application_id, Event.type, Event.sequence, Event.entry_id)
    steps = _of(tuple(STATUS_AFTER), *columns).where(Event.application_id.is_not(None))
    return {id_: Stands(STATUS_AFTER[type_], *rest) for id_, type_, *rest in stream_raw(steps)}


def read_filed() -> Iterator[Filed]:
    """Go through the filings that were recorded with a hash."""
    for sequence, application_id, told in read_told("submitted"):
        if "hash" in told and "filing" in told:
            amends = told.get("amends")
            yield Filed(sequence, application_id, told["filing"], told["hash"], amends)


def read_sealed() -> Sealed:
    """Return the fingerprints as they were sealed last."""
    sealed = Sealed({}, {})
    for sequence, _application_id, told in read_told(SEALED):
        sealed.entries.update(told["entries"])
        robots = told.get("robots", {})
        if sealed.robots:
            for entry_id in told["entries"].keys() - robots.keys():
                sealed.robots.pop(entry_id, None)
        for entry_id, prints in robots.items():
            sealed.robots[entry_id] = (Prints(*prints), sequence)
    return sealed


def find_sealed_at(entry_id: str) -> int:
    """Return the sequence at which an entry was sealed last; read only where it is not the same."""
    seals = (sequence for sequence, _, told in read_told(SEALED) if entry_id in told["entries"])
    return max(seals, default=0)


def _of(types: tuple[str, ...], *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    found = sa.select(*columns).where(Event.type.in_(types))
    return found.order_by(Event.sequence, Event.position)
