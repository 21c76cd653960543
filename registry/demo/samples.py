"""The sample checks of the demonstration: one of the city, checked through; one under way."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from registry.accounts.models import User
from registry.core import clock
from registry.core.clock import day_of
from registry.core.database import db
from registry.demo.people import People
from registry.demo.plan import SHOWN_DISTRICT
from registry.districts.queries import find_district
from registry.programme.kinds import Kind
from registry.sampling import service
from registry.sampling.models import Draw, DrawEntry, Outcome
from registry.sampling.queries import next_look
from registry.sampling.service import Seen, Wanted

DEVIATING, MISSING = 2, 5  # places in the order of the draw
DAYS_BEFORE = timedelta(days=2)
SECOND_LOOK = timedelta(hours=5)


def draw_city(people: People, at: datetime) -> None:
    """Let the city draw from all robots in use."""
    wanted = Wanted("机器人应用半年抽查", Kind.ROBOT_DEPLOYMENT, "10")
    service.draw(wanted, by=people.administrator, at=at)


def draw_district(people: People, at: datetime) -> None:
    """Let the supervisor of the shown district draw from its workshops."""
    place = find_district(SHOWN_DISTRICT)
    wanted = Wanted(
        "智能车间现场核查（昆山）",
        Kind.SMART_WORKSHOP,
        "40%",
        district_id=place.id if place else None,
    )
    service.draw(wanted, by=people.supervisors[SHOWN_DISTRICT], at=at)


def check_all(people: People, at: datetime) -> None:
    """Let each desk look at what was drawn from it; at one entry they look twice."""
    drawn = _list_drawn()
    for row in drawn:
        _record(row, _first_look(row, people, at), people=people, at=at)
    again = drawn[DEVIATING - 1]
    later = at + SECOND_LOOK
    words = "企业当日将两台移至检修间，复查时已复位，数量与台账一致。"
    seen = _seen(again, Outcome.IN_ORDER, people, at=later, found=again.quantity, words=words)
    with clock.set_to(later):
        _record(again, seen, people=people, at=later)


def check_some(people: People, at: datetime) -> None:
    """Let the district look at the first half of what was drawn from it."""
    drawn = _list_drawn()
    for row in drawn[: len(drawn) // 2]:
        outcome = Outcome.DEVIATION if row.position == 1 else Outcome.IN_ORDER
        words = "生产线已改造，联网设备少于登记数，已请企业说明。" if row.position == 1 else ""
        _record(row, _seen(row, outcome, people, at=at, words=words), people=people, at=at)


def _first_look(row: DrawEntry, people: People, at: datetime) -> Seen:
    if row.position == DEVIATING:
        found, words = max(row.quantity - 2, 0), "现场少两台，企业称正在检修。"
        return _seen(row, Outcome.DEVIATION, people, at=at, found=found, words=words)
    if row.position == MISSING:
        words = "厂房已退租，现场未见设备，拟提出撤销。"
        return _seen(row, Outcome.NOT_FOUND, people, at=at, found=0, words=words)
    return _seen(row, Outcome.IN_ORDER, people, at=at, found=row.quantity)


def _seen(
    row: DrawEntry,
    outcome: Outcome,
    people: People,
    *,
    at: datetime,
    found: int | None = None,
    words: str = "",
) -> Seen:
    names = "、".join(person.name for person in people.officers[row.entry.district.code])
    return Seen(outcome, day_of(at - DAYS_BEFORE), names, found, words)


def _record(row: DrawEntry, seen: Seen, *, people: People, at: datetime) -> None:
    look = next_look(row.draw_sequence, row.entry_id)
    by: User = people.officers[row.entry.district.code][0]
    service.record(row.draw_sequence, row.entry_id, seen, by=by, at=at, look=look)
    db.session.commit()


def _list_drawn() -> list[DrawEntry]:
    """List what the newest draw drew."""
    newest = sa.select(sa.func.max(Draw.sequence)).scalar_subquery()
    found = sa.select(DrawEntry).where(DrawEntry.draw_sequence == newest)
    return list(db.session.scalars(found.order_by(DrawEntry.position)))
