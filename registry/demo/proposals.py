"""What two people decide in the demonstration: three proposals that wait, one correction."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from registry.accounts.models import User
from registry.core.clock import day_of
from registry.core.database import db
from registry.demo.people import People
from registry.demo.plan import SHOWN_DISTRICT
from registry.districts.models import District
from registry.entries.models import Entry, Standing
from registry.programme.kinds import Kind
from registry.programme.queries import get_programme
from registry.standing import service
from registry.standing.changes import Asked
from registry.standing.models import Act, Proposal, State
from registry.standing.queries import version_of

GIVING_DISTRICT = "320582"
CORRECTED = ("320506", "320507")
STANDING_FOR = timedelta(days=20)
DAYS_BACK = timedelta(days=5)


def propose_some(people: People, at: datetime) -> None:
    """Let the officer, the city and a neighbour each propose something about the shown district."""
    day = day_of(at) - DAYS_BACK
    first, second = _list_entries(SHOWN_DISTRICT, day, many=2)
    (moving,) = _list_entries(GIVING_DISTRICT, day, many=1)
    target = db.session.scalars(sa.select(District).where(District.code == SHOWN_DISTRICT)).one()
    untrue = Asked(
        "untrue", "现场核查发现部分设备并未购置，与申报材料不符。", "苏智造核〔2026〕12号", day
    )
    ended = Asked("ended", "该车间已停产拆除，企业已来函说明。", "苏智造核〔2026〕15号", day)
    moved = Asked("moved", "企业整体搬迁，设备已迁入新厂区。", "张工信〔2026〕31号", day, target.id)
    _propose(first, Act.REVOKE, untrue, by=people.officers[SHOWN_DISTRICT][0], at=at)
    db.session.commit()
    _propose(second, Act.REVOKE, ended, by=people.administrator, at=at)
    db.session.commit()
    _propose(moving, Act.RELOCATE, moved, by=people.supervisors[GIVING_DISTRICT], at=at)


def correct_one(people: People, at: datetime) -> None:
    """Let two districts agree that a workshop stood in the second one from the beginning."""
    giver, taker = CORRECTED
    (entry,) = _list_entries(giver, day_of(at), many=1)
    target = db.session.scalars(sa.select(District).where(District.code == taker)).one()
    wrong = Asked(
        "recorded_wrongly",
        "名单按企业注册地填报，车间实际位于相城区。",
        "吴工信〔2026〕18号",
        None,
        target.id,
    )
    proposal = _propose(entry, Act.RELOCATE, wrong, by=people.supervisors[giver], at=at)
    db.session.commit()
    by, seen = people.supervisors[taker], version_of(entry.id)
    service.decide(proposal.id, State.CONFIRMED, by=by, at=at, seen=seen)


def _list_entries(code: str, day: date, *, many: int) -> list[Entry]:
    """List the first workshops of a district decided within the programme, well before a day."""
    found = (
        sa.select(Entry)
        .join(District, District.id == Entry.district_id)
        .where(
            District.code == code,
            Entry.kind == Kind.SMART_WORKSHOP,
            Entry.standing == Standing.REGISTERED,
            Entry.effective_on.between(get_programme().starts_on, day - STANDING_FOR),
        )
    )
    return list(db.session.scalars(found.order_by(Entry.rank).limit(many)))


def _propose(entry: Entry, act: Act, asked: Asked, *, by: User, at: datetime) -> Proposal:
    outcome = service.propose(entry.id, act, asked, by=by, at=at, seen=version_of(entry.id))
    if outcome.proposal is None:
        raise LookupError(entry.number)
    return outcome.proposal
