"""How much of a figure was looked at on site: the latest result of each entry, by its postings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from registry.core.database import Base, db
from registry.ledger.growing import OF_ENTRIES, Growing, Since
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Posting
from registry.programme.kinds import Measure

IN_ORDER = "in_order"


@dataclass(frozen=True)
class Checked:
    """What checked entries add to a figure, and the part of it that was found in order.

    `newest` is the record of the newest result among them, 0 where there is none.
    """

    checked: int = 0
    in_order: int = 0
    newest: int = 0


@dataclass(frozen=True)
class Kept:
    """The checked part of each measure, and the entries that were ever checked."""

    by_measure: Mapping[Measure, Checked]
    entries: frozenset[int]


_checked: Growing[Kept] = Growing()


def read_checked(as_of: date, head: Head) -> Mapping[Measure, Checked]:
    """Return the checked part of each measure, as of a day and as known at the head.

    An entry is checked from the day of its first check; its latest result holds. What no longer
    counts on the day adds nothing.
    """
    if head.sequence < read_head().sequence:
        return _read_checked(as_of, head)
    kept = _checked.read(as_of, head, whole=lambda: _read_whole(as_of, head), grow=_unless_touched)
    return kept.by_measure


def _unless_touched(kept: Kept, since: Since) -> Kept | None:
    """Keep it where nothing was checked since, and nothing posted of what is checked."""
    posted = {posting.entry_id for posting in since.postings}
    return None if not since.causes <= OF_ENTRIES or posted & kept.entries else kept


def _read_whole(as_of: date, head: Head) -> Kept:
    entries = sa.select(_result().c.entry_id).distinct()
    return Kept(_read_checked(as_of, head), frozenset(db.session.scalars(entries)))


def _result() -> sa.Table:
    return Base.metadata.tables["check_result"]  # of a higher floor; only read


def _read_checked(as_of: date, head: Head) -> dict[Measure, Checked]:
    result = _result()
    known = sa.and_(result.c.checked_on <= as_of, result.c.sequence <= head.sequence)
    latest = sa.select(sa.func.max(result.c.sequence)).where(known).group_by(result.c.entry_id)
    quantity = sa.func.sum(Posting.quantity)
    in_order = sa.func.sum(sa.case((result.c.outcome == IN_ORDER, Posting.quantity), else_=0))
    found = (
        sa.select(Posting.measure, quantity, in_order, sa.func.max(result.c.sequence))
        .join(result, result.c.entry_id == Posting.entry_id)
        .where(result.c.sequence.in_(latest))
        .where(Posting.effective_on <= as_of, Posting.sequence <= head.sequence)
        .group_by(Posting.measure)
    )
    return {
        measure: Checked(int(every), int(good), newest)
        for measure, every, good, newest in db.session.execute(found)
    }


def add_checked(found: Mapping[Measure, Checked], measures: Sequence[Measure]) -> Checked:
    """Add up what a goal counts."""
    parts = [found.get(measure, Checked()) for measure in measures]
    return Checked(
        sum(part.checked for part in parts),
        sum(part.in_order for part in parts),
        max((part.newest for part in parts), default=0),
    )
