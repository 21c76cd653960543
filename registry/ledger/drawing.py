"""How a sample is drawn, so that anybody can draw it again: the population, its order, its first n.

The population is the entries behind a figure. The seed is the hash of the seal that ordered the
draw: nobody knows it before the draw is recorded, and nobody can change it after. The place of an
entry is SHA-256 of the seed, a stroke and the number of the entry; the lowest are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from registry.core.database import db
from registry.entries.models import Entry
from registry.ledger.models import Posting
from registry.programme.kinds import Measure


@dataclass(frozen=True)
class Frame:
    """What is drawn from: the entries behind a figure, as of a day and as known at a record.

    `since` and `until`: only entries that count from a day between them, both included.
    """

    measures: Collection[Measure]
    as_of: date
    sequence: int
    district_id: int | None = None
    since: date | None = None
    until: date | None = None


class Member(NamedTuple):
    """One entry of a population: where it stands, and what it adds to the figure."""

    entry_id: int
    number: str
    district_id: int
    quantity: int


class Placed(NamedTuple):
    """One entry with its place in the order."""

    key: str
    member: Member


def read_population(frame: Frame) -> list[Member]:
    """Return the entries that may be drawn, by their numbers; all of it comes from the postings."""
    quantity = sa.func.sum(Posting.quantity)
    counts = (
        Posting.effective_on <= frame.as_of,
        Posting.sequence <= frame.sequence,
        Posting.measure.in_(sorted(frame.measures)),
    )
    parts = (
        sa.select(
            Posting.entry_id,
            Posting.district_id,
            quantity.label("quantity"),
        )
        .where(*counts)
        .group_by(Posting.entry_id, Posting.district_id)
        .having(quantity != 0)
        .subquery()
    )
    begun = (
        sa.select(Posting.entry_id, sa.func.min(Posting.effective_on).label("since"))
        .where(*counts)
        .group_by(Posting.entry_id)
        .subquery()
    )
    found = (
        sa.select(parts.c.entry_id, Entry.number, parts.c.district_id, parts.c.quantity)
        .join(Entry, Entry.id == parts.c.entry_id)
        .join(begun, begun.c.entry_id == parts.c.entry_id)
        .where(Entry.number.is_not(None))
        .order_by(Entry.number)
    )
    if frame.district_id is not None:
        found = found.where(parts.c.district_id == frame.district_id)
    if frame.since is not None:
        found = found.where(begun.c.since >= frame.since)
    if frame.until is not None:
        found = found.where(begun.c.since <= frame.until)
    return [
        Member(entry_id, number or "", place_id, int(total))
        for entry_id, number, place_id, total in db.session.execute(found)
    ]


def order_key(seed: str, number: str) -> str:
    """Return where an entry stands in the order: SHA-256 of `seed|number`, as hexadecimal."""
    return hashlib.sha256(f"{seed}|{number}".encode()).hexdigest()


def put_in_order(members: Iterable[Member], *, seed: str) -> Sequence[Placed]:
    """Return a population in the order in which it is drawn; the first are the sample."""
    return sorted(Placed(order_key(seed, member.number), member) for member in members)
