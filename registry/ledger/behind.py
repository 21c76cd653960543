"""The entries that add up to a figure, whole or in parts, by pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple  # a part may be told by any column

import sqlalchemy as sa

from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.ledger.heads import Head
from registry.ledger.models import Posting
from registry.programme.kinds import Kind, Measure

PAGE_ROWS = 50
After = tuple[date, int, int]


class Figure(NamedTuple):
    """What one entry adds to a figure in one district."""

    entry_id: int
    kind: Kind
    number: str | None
    title: str
    enterprise_id: int
    enterprise_name: str
    district_id: int
    district_zh: str
    district_en: str
    effective_on: date
    quantity: int
    standing: Standing

    @property
    def key(self) -> After:
        """Where the page after this row begins."""
        return (self.effective_on, self.entry_id, self.district_id)


@dataclass(frozen=True)
class Part:
    """A part of a figure: what took effect within some days, or certain entries."""

    since: date | None = None
    until: date | None = None
    entries: sa.Select[int] | None = None


@dataclass(frozen=True)
class Behind:
    """One page of the entries behind a figure: `sum` is the figure, `total` counts all rows."""

    figures: Sequence[Figure]
    total: int
    sum: int
    following: After | None


WHOLE = Part()


def list_behind(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    part: Part = WHOLE,
    after: After | None = None,
    limit: int | None = PAGE_ROWS,
) -> Behind:
    """List the entries that add up to a figure, latest first, by pages.

    `limit` None lists all, 0 none: only how many there are and what they add up to.
    """
    parts = select_parts(as_of, head, measures, district_id=district_id, part=part).subquery()
    counted = sa.select(sa.func.count(), sa.func.sum(parts.c.quantity)).select_from(parts)
    count, total = db.session.execute(counted).one()
    figures = [] if limit == 0 else _list_figures(parts, after=after, limit=limit)
    more = limit is not None and len(figures) > limit
    page = figures[:limit]
    return Behind(page, count, int(total or 0), page[-1].key if more else None)


def _list_figures(parts: sa.Subquery, *, after: After | None, limit: int | None) -> list[Figure]:
    """Find the page first and its names afterwards; one row above the limit says there are more."""
    key = (Entry.effective_on, parts.c.entry_id, parts.c.district_id)
    found = (
        sa.select(parts)
        .join(Entry, Entry.id == parts.c.entry_id)
        .order_by(*(column.desc() for column in key))
    )
    if after is not None:
        found = found.where(sa.tuple_(*key) < sa.tuple_(*after))
    if limit is not None:
        found = found.limit(limit + 1)
    page = found.subquery("page")
    shown = (
        sa.select(
            Entry.id,
            Entry.kind,
            Entry.number,
            Entry.title,
            Enterprise.id,
            Enterprise.name,
            District.id,
            District.name_zh,
            District.name_en,
            Entry.effective_on,
            sa.cast(page.c.quantity, sa.Integer),
            Entry.standing,
        )
        .select_from(page)
        .join(Entry, Entry.id == page.c.entry_id)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .join(District, District.id == page.c.district_id)
        .order_by(Entry.effective_on.desc(), page.c.entry_id.desc(), page.c.district_id.desc())
    )
    return [Figure._make(row) for row in db.session.execute(shown)]


def select_parts(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    part: Part = WHOLE,
    by: Sequence[Any] = (),
) -> sa.Select[*tuple[Any, ...]]:
    """Sum the postings of a figure by entry and district (and more), zeros dropped."""
    quantity = sa.func.sum(Posting.quantity)
    key = (Posting.entry_id, Posting.district_id, *by)
    return (
        sa.select(*key, quantity.label("quantity"))
        .where(*of_figure(as_of, head, measures, district_id=district_id, part=part))
        .group_by(*key)
        .having(quantity != 0)
    )


def of_figure(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    part: Part = WHOLE,
) -> list[sa.ColumnElement[bool]]:
    """Return what is true of the postings that add up to a figure, or to a part of it."""
    true = [
        Posting.effective_on <= as_of,
        Posting.sequence <= head.sequence,
        Posting.measure.in_(sorted(measures)),
    ]
    if district_id is not None:
        true.append(Posting.district_id == district_id)
    if part.since is not None:
        true.append(Posting.effective_on >= part.since)
    if part.until is not None:
        true.append(Posting.effective_on <= part.until)
    if part.entries is not None:
        true.append(Posting.entry_id.in_(part.entries))
    return true
