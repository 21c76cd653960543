"""How much of a figure was looked at on site: the latest result of each entry, by its postings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from registry.core.database import Base, db
from registry.ledger.growing import OF_ENTRIES, Growing, Since
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Posting
from registry.programme.kinds import Measure

IN_ORDER = "in_order"


class Checked(NamedTuple):
    """What checked entries add to a figure, and the part of it that was found in order.

    `newest` is the record of the newest result among them, 0 where there is none.
    """

    checked: int = 0
    in_order: int = 0
    newest: int = 0


NOTHING = Checked()
Kept = Mapping[Measure, Checked]
NONE_CHECKED: Kept = {}

_entries: Growing[frozenset[int]] = Growing()
_checked: Growing[Kept] = Growing()


def read_checked(as_of: date, head: Head) -> Kept:
    """Return the checked part of each measure, as of a day and as known at the head.

    An entry is checked from the day of its first check; its latest result holds. What no longer
    counts on the day adds nothing.
    """
    newest = read_head()
    entries = _entries.read(None, newest, whole=_read_entries, grow=_unless_checked)
    if not entries:
        return NONE_CHECKED
    if head.sequence < newest.sequence:
        return _read_checked(as_of, head)

    def unless_touched(kept: Kept, since: Since) -> Kept | None:
        is_posted = any(posting.entry_id in entries for posting in since.postings)
        return None if is_posted or not since.causes <= OF_ENTRIES else kept

    return _checked.read(as_of, head, whole=lambda: _read_checked(as_of, head), grow=unless_touched)


def _read_entries() -> frozenset[int]:
    """Return the entries that were ever checked; in most registers few, in many none."""
    return frozenset(db.session.scalars(sa.select(_result().c.entry_id).distinct()))


def _unless_checked(kept: frozenset[int], since: Since) -> frozenset[int] | None:
    return kept if since.causes <= OF_ENTRIES else None


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
    if not found:
        return NOTHING
    parts = [found.get(measure, NOTHING) for measure in measures]
    return Checked(
        sum(part.checked for part in parts),
        sum(part.in_order for part in parts),
        max((part.newest for part in parts), default=0),
    )
