"""All cases that a reader may see, the newest filing first; the same selection as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from registry.accounts.models import User
from registry.applications.models import Application
from registry.applications.queries import Selected, visible_to
from registry.applications.status import Status
from registry.approval.search import matches
from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.programme.kinds import Kind

PAGE = 100
BLOCK = 500
ROWS_MOST = 50_000


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for; None and "" ask for all."""

    status: Status | None = None
    kind: Kind | None = None
    district: str = ""
    text: str = ""


@dataclass(frozen=True)
class Place:
    """Where a page ends."""

    filed_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.filed_at.astimezone(UTC).strftime('%Y%m%dT%H%M%S.%f')}-{self.id}"


def read_place(text: str) -> Place | None:
    """Read a place out of an address; None where it is none."""
    moment, _dash, number = text.partition("-")
    if not number.isdecimal() or len(number) > 18:
        return None
    try:
        filed_at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Place(filed_at, int(number))


@dataclass(frozen=True)
class Listed:
    """One page of cases. `after` leads to the next one; None where this is the last."""

    cases: Sequence[Application]
    after: Place | None


def list_cases(
    actor: User, wanted: Wanted, *, after: Place | None = None, most: int = PAGE
) -> Listed:
    """List a page of filed cases, the newest filing first."""
    found = _selected(actor, wanted)
    if after is not None:
        found = found.where(
            sa.or_(
                Application.filed_at < after.filed_at,
                sa.and_(Application.filed_at == after.filed_at, Application.id < after.id),
            )
        )
    rows = db.session.scalars(
        found.options(contains_eager(Application.enterprise))
        .options(joinedload(Application.entry), joinedload(Application.holder))
        .options(joinedload(Application.district), joinedload(Application.amends))
        .order_by(Application.filed_at.desc(), Application.id.desc())
        .limit(most + 1)
    ).all()
    shown = rows[:most]
    return Listed(shown, _end_of(shown) if len(rows) > most else None)


def _end_of(cases: Sequence[Application]) -> Place | None:
    last = cases[-1]
    return Place(last.filed_at, last.id) if last.filed_at is not None else None


def count_cases(actor: User, wanted: Wanted) -> int:
    """Count what `list_cases` would list in all."""
    found = _selected(actor, wanted).with_only_columns(sa.func.count())
    return db.session.scalar(found) or 0


def iterate_cases(actor: User, wanted: Wanted) -> Iterator[Application]:
    """Give every case of a selection, block by block, at most 50,000."""
    after: Place | None = None
    for _block in range(ROWS_MOST // BLOCK):
        page = list_cases(actor, wanted, after=after, most=BLOCK)
        yield from page.cases
        if page.after is None:
            return
        after = page.after
        db.session.expunge_all()


def _selected(actor: User, wanted: Wanted) -> Selected:
    found = visible_to(actor).join(Enterprise, Application.enterprise_id == Enterprise.id)
    found = found.where(Application.filings_count > 0, *matches(wanted.text))
    if wanted.status is not None:
        found = found.where(Application.status == wanted.status)
    if wanted.kind is not None:
        found = found.where(Application.kind == wanted.kind)
    if wanted.district:
        code = sa.select(District.id).where(District.code == wanted.district)
        found = found.where(Application.district_id.in_(code))
    return found
