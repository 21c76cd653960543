"""Histories for releases, made by the same functions that people use."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.entries.models import Entry
from registry.ledger.heads import read_head
from registry.programme.kinds import Kind, Measure
from registry.releases import service
from registry.releases.models import Release
from registry.releases.service import Signed
from tests.factories import a_user
from tests.tally.factories import a_registered, revoke

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
THEN = NOW - timedelta(days=15)
OCTOBER, END_OF_OCTOBER = date(2026, 10, 1), date(2026, 10, 31)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind


def signed(name: str = "2026年10月月报", *, reason: str = "") -> Signed:
    return Signed(name, "周副局长", "苏州市工业和信息化局", reason)


def a_release(
    month: date = OCTOBER,
    *,
    by: User | None = None,
    at: datetime = THEN,
    name: str = "2026年10月月报",
    reason: str = "",
    key: str | None = None,
) -> Release:
    """Release a month as it is known now, having seen it so."""
    by = by or a_user(Role.ADMINISTRATOR)
    seen = read_head().sequence
    with clock.set_to(at):
        outcome = service.release(
            month, signed(name, reason=reason), by=by, at=at, seen=seen, key=key
        )
    assert outcome.release is not None
    return outcome.release


def a_history() -> tuple[Entry, Entry]:
    """Register what October counts; return a factory of Kunshan and one of Zhangjiagang."""
    with clock.set_to(THEN - timedelta(days=1)):
        here = a_registered(FACTORY, on=date(2025, 2, 3))
        there = a_registered(FACTORY, on=date(2026, 9, 3), district="320582")
        a_registered(WORKSHOP, on=date(2026, 10, 31))
        a_registered(WORKSHOP, on=date(2026, 11, 1))
        robots = {Measure.ROBOT: 331, Measure.MOBILE_ROBOT: 9}
        a_registered(ROBOTS, on=date(2026, 5, 1), robots=robots)
    return here, there


def later_changes(there: Entry) -> None:
    """Change October's figures after the release: one more, one less, and what is of November."""
    with clock.set_to(NOW - timedelta(days=1)):
        a_registered(WORKSHOP, on=date(2026, 10, 15))
        a_registered(WORKSHOP, on=date(2026, 11, 15))
        revoke(there, on=date(2026, 10, 20))


def kept(release: Release) -> Release:
    """Commit, and let what was released be read on whatever a request does to the session."""
    db.session.commit()
    db.session.refresh(release)
    db.session.expunge(release)
    return release
