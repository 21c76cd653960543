"""What left the figures in the demonstration: robots scrapped and sold, two workshops revoked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from registry.core.clock import day_of
from registry.core.database import db
from registry.demo.people import People
from registry.demo.plan import SHOWN_DISTRICT
from registry.districts.models import District
from registry.entries.models import Entry, RobotLot, Standing, UnitStatus
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from registry.standing import service
from registry.standing.changes import Asked, Leaving
from registry.standing.models import Act, State
from registry.standing.queries import version_of

OTHER_DISTRICT = "320581"
DAYS_BACK = timedelta(days=4)
STANDING_FOR = timedelta(days=60)
LEFT = 0.6  # of a lot


def retire_some(people: People, at: datetime) -> None:
    """Let the desk of the shown district take out what two enterprises reported."""
    day = day_of(at) - DAYS_BACK
    ways = (
        (UnitStatus.SCRAPPED, "到期报废，企业已来函。"),
        (UnitStatus.SOLD, "整线出售给外市企业。"),
    )
    for lot, (way, note) in zip(_list_lots(day, many=len(ways)), ways, strict=False):
        count = max(round(lot.quantity * LEFT), 1)
        leaving = Leaving(on=day, way=way, note=note, lots={lot.id: count})
        by = people.officers[SHOWN_DISTRICT][0]
        service.retire(lot.entry_id, leaving, by=by, at=at, seen=version_of(lot.entry_id))
        db.session.commit()


def _list_lots(day: date, *, many: int) -> list[RobotLot]:
    """List the largest lots of industrial robots that stand in the shown district."""
    found = (
        sa.select(RobotLot)
        .join(Entry, Entry.id == RobotLot.entry_id)
        .join(District, District.id == Entry.district_id)
        .where(
            District.code == SHOWN_DISTRICT,
            RobotLot.measure == Measure.ROBOT,
            RobotLot.until_on.is_(None),
            RobotLot.from_on.between(get_programme().starts_on, day),
            Entry.standing == Standing.REGISTERED,
        )
    )
    return list(db.session.scalars(found.order_by(-RobotLot.quantity, RobotLot.id).limit(many)))


def revoke_some(people: People, at: datetime) -> None:
    """Let a district propose two revocations, and the city confirm them."""
    day = day_of(at) - DAYS_BACK
    for entry in _list_workshops(day - STANDING_FOR, many=2):
        asked = Asked("ended", "车间已停产，现场核查属实。", "苏智造核〔2026〕7号", day)
        seen = version_of(entry.id)
        by = people.supervisors[OTHER_DISTRICT]
        outcome = service.propose(entry.id, Act.REVOKE, asked, by=by, at=at, seen=seen)
        db.session.commit()
        proposal = outcome.proposal
        if proposal is not None:
            service.decide(
                proposal.id,
                State.CONFIRMED,
                by=people.administrator,
                at=at,
                seen=version_of(entry.id),
            )
            db.session.commit()


def _list_workshops(day: date, *, many: int) -> list[Entry]:
    """List the first workshops of a district that have stood for a while."""
    found = (
        sa.select(Entry)
        .join(District, District.id == Entry.district_id)
        .where(
            District.code == OTHER_DISTRICT,
            Entry.kind == Kind.SMART_WORKSHOP,
            Entry.standing == Standing.REGISTERED,
            Entry.effective_on.between(get_programme().starts_on, day),
        )
    )
    return list(db.session.scalars(found.order_by(Entry.rank).limit(many)))
