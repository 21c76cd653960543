"""Draws and results, made by the same functions that people use."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any  # what is wanted or seen

import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.programme.kinds import Kind, Measure
from registry.sampling import service
from registry.sampling.models import CheckResult, Draw, DrawEntry, Outcome
from registry.sampling.queries import next_look
from registry.sampling.service import Seen, Wanted
from tests.factories import a_district, a_user
from tests.tally.factories import a_registered

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
THEN = NOW - timedelta(days=10)
KUNSHAN, ZHANGJIAGANG = "320583", "320582"
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind


def workshops(many: int, *, district: str = KUNSHAN, on: date = date(2026, 3, 1)) -> None:
    for place in range(many):
        a_registered(WORKSHOP, on=on + timedelta(days=place), district=district)


def robots(*quantities: int, district: str = KUNSHAN) -> None:
    for quantity in quantities:
        counted = {Measure.ROBOT: quantity}
        a_registered(ROBOTS, on=date(2026, 4, 1), robots=counted, district=district)


def administrator() -> User:
    return a_user(Role.ADMINISTRATOR)


def officer(code: str = KUNSHAN, role: Role = Role.OFFICER) -> User:
    return a_user(role, district=a_district(code))


def wanting(size: str = "3", **given: Any) -> Wanted:
    return Wanted(**{"purpose": "半年抽查", "kind": WORKSHOP, "size": size, **given})


def a_draw(
    size: str = "3",
    *,
    by: User | None = None,
    at: datetime = THEN,
    key: str | None = None,
    **given: Any,
) -> Draw:
    with clock.set_to(at):
        done = service.draw(wanting(size, **given), by=by or administrator(), at=at, key=key)
    assert done.draw is not None
    return done.draw


def drawn(draw: Draw) -> list[DrawEntry]:
    found = sa.select(DrawEntry).where(DrawEntry.draw_sequence == draw.sequence)
    return list(db.session.scalars(found.order_by(DrawEntry.position)))


def seen(outcome: Outcome = Outcome.IN_ORDER, **given: Any) -> Seen:
    words = "" if outcome is Outcome.IN_ORDER else "现场少两台。"
    facts = {"checked_on": date(2026, 11, 15), "checkers": "王核查、李核查", "words": words}
    return Seen(**{"outcome": outcome, **facts, **given})


def a_result(
    row: DrawEntry,
    outcome: Outcome = Outcome.IN_ORDER,
    *,
    by: User | None = None,
    at: datetime = NOW,
    look: int | None = None,
    key: str | None = None,
    **given: Any,
) -> CheckResult:
    done = service.record(
        row.draw_sequence,
        row.entry_id,
        seen(outcome, **given),
        by=by or officer(row.entry.district.code),
        at=at,
        look=look or next_look(row.draw_sequence, row.entry_id),
        key=key,
    )
    assert done.result is not None
    return done.result
