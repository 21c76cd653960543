"""The entries behind a figure for files: all of them, a part at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry
from registry.ledger.behind import WHOLE, Part, of_figure, select_parts
from registry.ledger.heads import Head
from registry.ledger.models import Posting
from registry.ledger.streams import Select, stream, stream_raw
from registry.programme.kinds import Measure

ROWS_AT_ONCE = 1_000


class Entered(NamedTuple):
    """What one entry adds to a figure in one district, in the order of a file's columns."""

    number: str | None
    enterprise_name: str
    title: str
    district_name: str
    effective_on: date
    quantity: int


def select_behind(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    chinese: bool,
    district_id: int | None = None,
    part: Part = WHOLE,
) -> Select:
    """Select all entries that add up to a figure, latest first, in the shape of `Entered`."""
    parts = select_parts(as_of, head, measures, district_id=district_id, part=part).subquery()
    return (
        sa.select(
            Entry.number,
            Enterprise.name,
            Entry.title,
            District.name_zh if chinese else District.name_en,
            Entry.effective_on,
            sa.cast(parts.c.quantity, sa.Integer),
        )
        .select_from(parts)
        .join(Entry, Entry.id == parts.c.entry_id)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .join(District, District.id == parts.c.district_id)
        .order_by(Entry.effective_on.desc(), parts.c.entry_id.desc(), parts.c.district_id.desc())
    )


def stream_behind(found: Select) -> Iterator[Entered]:
    """Go through such rows without holding them; none is made anew, only shaped like one."""
    return stream(found, rows_at_once=ROWS_AT_ONCE)


def stream_text(found: Select) -> Iterator[tuple[object, ...]]:
    """Go through the same rows for a file of text: as the driver has them."""
    return stream_raw(found, rows_at_once=ROWS_AT_ONCE)


def sum_behind(
    as_of: date,
    head: Head,
    measures: Collection[Measure],
    *,
    district_id: int | None = None,
    part: Part = WHOLE,
) -> int:
    """Return the sum of what the entries behind a figure add to it."""
    total = sa.select(sa.func.sum(Posting.quantity)).where(
        *of_figure(as_of, head, measures, district_id=district_id, part=part)
    )
    return int(db.session.scalar(total) or 0)
