"""Releases, and the months that may be released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import NotFound
from registry.ledger.growing import OF_ENTRIES, Growing, Since
from registry.ledger.heads import read_head
from registry.ledger.models import Seal
from registry.programme.models import Programme
from registry.releases.models import Release

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Recorded:
    """A release with the moment of its seal; `newer` is the revision that supersedes it."""

    release: Release
    recorded_at: datetime
    newer: Release | None = None


def get_release(sequence: int) -> Recorded:
    """Return a release and what supersedes it; raise NotFound."""
    found = db.session.execute(_recorded().where(Release.sequence == sequence)).first()
    if found is None:
        raise NotFound
    release, recorded_at = found
    newer = (
        sa.select(Release)
        .where(Release.month == release.month, Release.revision > release.revision)
        .order_by(Release.revision)
    )
    return Recorded(release, recorded_at, db.session.scalars(newer.limit(1)).first())


def list_releases(*, first: date, last: date) -> Sequence[Recorded]:
    """List the releases of months from `first` to `last`, the newest month and revision first."""
    found = _recorded().where(Release.month.between(first, last))
    order = (Release.month.desc(), Release.revision.desc())
    listed: list[Recorded] = []
    for release, recorded_at in db.session.execute(found.order_by(*order)):
        before = listed[-1].release if listed else None
        newer = before if before is not None and before.month == release.month else None
        listed.append(Recorded(release, recorded_at, newer))
    return listed


def list_every() -> Sequence[Recorded]:
    """List all releases, as `list_releases`."""
    return list_releases(first=date.min, last=date.max)


def find_latest(month: date) -> Release | None:
    """Return the release of a month that holds: its last revision."""
    found = sa.select(Release).where(Release.month == month).order_by(Release.revision.desc())
    return db.session.scalars(found.limit(1)).first()


def find_of_day(as_of: date) -> Release | None:
    """Return the release that holds for a day."""
    if as_of not in _days.read(None, read_head(), whole=_read_days, grow=_unless_released):
        return None
    found = sa.select(Release).where(Release.as_of == as_of).order_by(Release.revision.desc())
    return db.session.scalars(found.limit(1)).first()


def _read_days() -> frozenset[date]:
    return frozenset(db.session.scalars(sa.select(Release.as_of)))


def _unless_released(kept: frozenset[date], since: Since) -> frozenset[date] | None:
    """Keep the days that were released; a deed of that name may have been on a case as well."""
    return kept if since.causes <= OF_ENTRIES - {"release"} else None


_days: Growing[frozenset[date]] = Growing()


def find_newest() -> Release | None:
    """Return what was released last, whichever month it is of."""
    return db.session.scalars(sa.select(Release).order_by(Release.sequence.desc()).limit(1)).first()


def _recorded() -> sa.Select[Release, datetime]:
    return sa.select(Release, Seal.recorded_at).join(Seal, Seal.sequence == Release.sequence)


def last_day(month: date) -> date:
    """Return the last day of the month of a day."""
    years, index = divmod(month.month, MONTHS_A_YEAR)
    return date(month.year + years, index + 1, 1) - timedelta(days=1)


def list_months(programme: Programme, *, today: date) -> list[date]:
    """List the months that have ended since the programme began, by their first days."""
    months, month = [], programme.starts_on.replace(day=1)
    while last_day(month) <= today:
        months.append(month)
        month = last_day(month) + timedelta(days=1)
    return months
