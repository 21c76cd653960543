"""The rows of the chain, in the order in which they are hashed, and the parts it is read in."""

from __future__ import annotations

from typing import Any, NamedTuple  # columns of several tables, and a driver's values

import sqlalchemy as sa

from registry.ledger.chain import NOTHING_BEFORE
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.streams import fetch_raw

SEALS_IN_PART = 12_000
Columns = tuple[sa.SQLColumnExpression[Any], ...]
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


class Before(NamedTuple):
    """The seal that went before, its moment as the driver has it; there is none before the first.

    It may have been altered by hand into what is no moment.
    """

    sequence: int
    hash: str
    recorded_at: Any


def read_before(part: Part) -> Before:
    """Return the seal before the first of a part."""
    if part.first == 1:
        return Before(0, NOTHING_BEFORE, None)
    found = sa.select(Seal.sequence, Seal.hash, Seal.recorded_at)
    rows = fetch_raw(found.where(Seal.sequence == part.first - 1), {})
    return Before(*rows[0]) if rows else Before(part.first - 2, "", None)


def select_rows(
    model: type[Event | Posting], columns: Columns, part: Part
) -> sa.Select[*tuple[Any, ...]]:
    """Select the rows of a part, seal by seal."""
    found = sa.select(*columns).where(part.of(model.sequence))
    return found.order_by(model.sequence, model.position)
