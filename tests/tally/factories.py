"""Histories for the tally: registered entries posted through deeds, cases filed by their events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count

from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.applications.status import Status
from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryDistrict, RobotDeployment, RobotLot, Standing
from registry.ledger.goals import allocate, set_milestones
from registry.ledger.service import deed
from registry.programme.kinds import Kind, Measure
from registry.programme.plan import Milestone
from registry.programme.queries import get_programme
from tests.factories import a_district, a_user, an_enterprise

_numbers = count(1)
AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


def a_registered(
    kind: Kind,
    *,
    on: date,
    district: str = "320583",
    robots: Mapping[Measure, int] | None = None,
    enterprise: Enterprise | None = None,
) -> Entry:
    """Register one entry in the ledger, as an official list would."""
    place = a_district(district)
    firm = enterprise or an_enterprise(district=place)
    number = next(_numbers)
    with deed(by=None, cause="import") as opened:
        entry = Entry(
            kind=kind,
            enterprise_id=firm.id,
            district_id=place.id,
            title=f"测试项目{number}",
            title_key=f"测试项目{number}",
            standing=Standing.REGISTERED,
            effective_on=on,
            rank=number,
            number=f"SZ-T-{number:05d}",
            created_at=AT,
        )
        db.session.add(entry)
        db.session.flush()
        db.session.add(EntryDistrict(entry_id=entry.id, from_on=on, district_id=place.id))
        _add_robots(entry, robots or {}, on=on)
        opened.touch([entry.id])
        opened.record("imported", {"row": number}, entry_id=entry.id)
    return entry


def _add_robots(entry: Entry, robots: Mapping[Measure, int], *, on: date) -> None:
    if robots:
        db.session.add(RobotDeployment(entry_id=entry.id))
        db.session.flush()
    for measure, quantity in robots.items():
        lot = RobotLot(entry_id=entry.id, measure=measure, quantity=quantity, from_on=on)
        db.session.add(lot)
    db.session.flush()


def revoke(entry: Entry, *, on: date) -> None:
    """Take an entry out of the figures from a day on."""
    with deed(by=None, cause="revoke") as opened:
        entry.revoked_on = on
        opened.touch([entry.id])
        opened.record("revoked", {"on": on.isoformat()}, entry_id=entry.id)


def retire_robots(entry: Entry, *, on: date) -> None:
    """Let all robots of a deployment leave the stock."""
    with deed(by=None, cause="retire") as opened:
        for lot in db.session.query(RobotLot).filter_by(entry_id=entry.id):
            lot.until_on, lot.retired = on, True
        opened.touch([entry.id])
        opened.record("retired", {"on": on.isoformat()}, entry_id=entry.id)


def allocate_shares(kind: Kind, shares: Mapping[str, int | None], *, on: date) -> None:
    """Give districts, by code, their shares of a goal."""
    goal = next(goal for goal in get_programme().goals if goal.kind is kind)
    by_id = {a_district(code).id: quantity for code, quantity in shares.items()}
    allocate(goal, by_id, effective_on=on, by=None)


def set_plan(kind: Kind, milestones: Mapping[str, int], *, on: date, source: str = "") -> None:
    """Let the plan line of a goal go through milestones, by their days."""
    goal = next(goal for goal in get_programme().goals if goal.kind is kind)
    given = [Milestone(date.fromisoformat(day), number) for day, number in milestones.items()]
    set_milestones(goal, given, effective_on=on, by=None, source=source)


def a_filed_case(
    kind: Kind,
    *,
    quantity: int = 1,
    district: str = "320583",
    enterprise: Enterprise | None = None,
    then: str = "",
) -> Application:
    """File a case, and let one more thing happen to it where `then` names an event."""
    place = a_district(district)
    firm = enterprise or an_enterprise(district=place)
    person = a_user(Role.MEMBER, enterprise=firm)
    entry = Entry(
        kind=kind, enterprise_id=firm.id, district_id=place.id, title="在办项目", created_at=AT
    )
    db.session.add(entry)
    db.session.flush()
    case = _a_case(entry, place=place, started_by_id=person.id, quantity=quantity)
    _happen("submitted", case, district_id=place.id, quantity=quantity)
    if then:
        _happen(then, case)
    return case


def _a_case(entry: Entry, *, place: District, started_by_id: int, quantity: int) -> Application:
    case = Application(
        number=f"SQ-T-{next(_numbers):05d}",
        kind=entry.kind,
        enterprise_id=entry.enterprise_id,
        district_id=place.id,
        entry_id=entry.id,
        status=Status.SUBMITTED,
        quantity=quantity,
        started_by_id=started_by_id,
        started_at=AT,
        saved_at=AT,
    )
    db.session.add(case)
    db.session.flush()
    return case


def _happen(event: str, case: Application, **payload: int) -> None:
    with deed(by=None, cause=event) as opened:
        opened.record(event, payload, application_id=case.id)
