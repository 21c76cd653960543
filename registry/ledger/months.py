"""What each month brought apart from new work: corrections, moves and revocations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import Any  # columns of a nested select have no common type

import sqlalchemy as sa

from registry.core.database import db
from registry.ledger.differences import NEW_WORK
from registry.ledger.heads import Head
from registry.ledger.models import Posting, Seal
from registry.programme.kinds import Measure

ANSWERS_KEPT = 64
Month = tuple[int, int]


@lru_cache(maxsize=ANSWERS_KEPT)
def sum_corrections(
    as_of: date, head: Head, measures: tuple[Measure, ...]
) -> Mapping[tuple[Month, Measure], int]:
    """Add up by month of effect, in the whole city, what is no new work; absent where none is.

    It parts each month as the changes between its first and last day do. Only entries that a deed
    other than new work has touched are looked at; the growth of all others is new. What a head
    knows never changes, so an answer is kept.
    """
    touched = _touched(as_of, head, measures)
    key = (touched.c.entry_id, touched.c.district_id, touched.c.measure, touched.c.effective_on)
    netted = sa.select(
        touched,
        sa.func.sum(touched.c.quantity).over(partition_by=key).label("net"),
        sa.extract("year", touched.c.effective_on).label("year"),
        sa.extract("month", touched.c.effective_on).label("month"),
    ).subquery()
    month = (netted.c.year, netted.c.month)
    trace = sa.func.max(sa.func.abs(netted.c.net)).over(partition_by=(netted.c.entry_id, *month))
    traced = sa.select(netted, trace.label("trace")).subquery()
    of_deed = (traced.c.sequence, traced.c.subject, traced.c.year, traced.c.month)
    least = sa.func.min(traced.c.quantity).over(partition_by=of_deed)
    kept = sa.select(traced, least.label("least")).where(traced.c.trace > 0).subquery()
    by = (kept.c.year, kept.c.month, kept.c.measure)
    rows = db.session.execute(
        sa.select(*by, sa.func.sum(kept.c.quantity))
        .join(Seal, Seal.sequence == kept.c.sequence)
        .where(sa.or_(Seal.cause.not_in(NEW_WORK), kept.c.least <= 0))
        .group_by(*by)
        .order_by(*by)
    )
    return {
        ((int(year), int(number)), measure): int(quantity)
        for year, number, measure, quantity in rows
    }


def _touched(as_of: date, head: Head, measures: Collection[Measure]) -> sa.Subquery:
    """Select the postings of entries that a correction, move or revocation has touched."""
    known: tuple[sa.ColumnElement[Any], ...] = (
        Posting.effective_on <= as_of,
        Posting.sequence <= head.sequence,
        Posting.measure.in_(sorted(measures)),
    )
    by_cause = (
        sa.select(Posting.sequence, Posting.subject)
        .join(Seal, Seal.sequence == Posting.sequence)
        .where(Seal.cause.not_in(NEW_WORK), *known)
    )
    by_sign = sa.select(Posting.sequence, Posting.subject).where(Posting.quantity < 0, *known)
    deeds = sa.union(by_cause, by_sign).subquery()
    entries = (
        sa.select(Posting.entry_id)
        .join(
            deeds,
            sa.and_(Posting.sequence == deeds.c.sequence, Posting.subject == deeds.c.subject),
        )
        .where(*known)
    )
    return (
        sa.select(
            Posting.sequence,
            Posting.subject,
            Posting.entry_id,
            Posting.district_id,
            Posting.measure,
            Posting.effective_on,
            Posting.quantity,
        )
        .where(Posting.entry_id.in_(entries), *known)
        .subquery()
    )
