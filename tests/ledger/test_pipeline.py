"""The pipeline as it stood: open cases in the goal's unit, by district, shown apart."""

from __future__ import annotations

from itertools import count

import sqlalchemy as sa
from flask import Flask, current_app

from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.applications.status import PIPELINE, Status
from registry.applications.workflow import EVENTS, TRANSITIONS
from registry.core.database import db, reading
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryDistrict, Standing
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Seal
from registry.ledger.pipeline import STAGE_AFTER, Pipeline, read_pipeline
from registry.ledger.service import deed
from registry.programme.kinds import Kind
from tests.conftest import STARTS_ON
from tests.factories import AT, a_district, a_user, an_enterprise

_numbers = count(1)


def _filed(
    kind: Kind, *, quantity: int = 1, firm: Enterprise | None = None, code: str = "320583"
) -> int:
    firm = firm or an_enterprise()
    member = a_user(Role.MEMBER, enterprise=firm)
    district = a_district(code)
    entry = Entry(kind=kind, enterprise_id=firm.id, district_id=district.id, created_at=AT)
    db.session.add(entry)
    db.session.flush()
    application = Application(
        number=f"P-{next(_numbers)}",
        kind=kind,
        enterprise_id=firm.id,
        district_id=district.id,
        entry_id=entry.id,
        status=Status.SUBMITTED,
        started_by_id=member.id,
        started_at=AT,
        saved_at=AT,
    )
    db.session.add(application)
    db.session.flush()
    _happens(application.id, "submitted", quantity=quantity)
    return application.id


def _happens(application_id: int, what: str, **payload: object) -> int:
    with deed(by=None, cause=what) as opened:
        opened.record(what, payload, application_id=application_id)
    db.session.commit()
    return opened.sequence


def _count_upgrade(firm: Enterprise) -> None:
    entry = Entry(
        kind=Kind.EQUIPMENT_UPGRADE,
        enterprise_id=firm.id,
        district_id=a_district().id,
        standing=Standing.REGISTERED,
        effective_on=STARTS_ON,
        rank=1,
        created_at=AT,
    )
    with deed(by=None, cause="import") as opened:
        db.session.add(entry)
        db.session.flush()
        place = EntryDistrict(entry_id=entry.id, from_on=STARTS_ON, district_id=entry.district_id)
        db.session.add(place)
        opened.touch([entry.id])
        opened.record("imported", {})
    db.session.commit()


def _at(sequence: int) -> Head:
    seal = db.session.scalars(sa.select(Seal).where(Seal.sequence == sequence)).one()
    return Head(seal.sequence, seal.recorded_at, seal.hash)


def test_open_cases_count_in_the_unit_of_their_goal(app: Flask) -> None:
    _filed(Kind.SMART_FACTORY)
    _filed(Kind.ROBOT_DEPLOYMENT, quantity=331)
    _filed(Kind.ROBOT_DEPLOYMENT, quantity=9, code="320581")

    pipeline = read_pipeline(read_head())

    assert pipeline.by_kind == {Kind.SMART_FACTORY: 1, Kind.ROBOT_DEPLOYMENT: 340}
    assert pipeline.cases == {Kind.SMART_FACTORY: 1, Kind.ROBOT_DEPLOYMENT: 2}
    assert pipeline.by_district == {
        (a_district().id, Kind.SMART_FACTORY): 1,
        (a_district().id, Kind.ROBOT_DEPLOYMENT): 331,
        (a_district("320581").id, Kind.ROBOT_DEPLOYMENT): 9,
    }


def test_a_returned_case_stays_and_the_last_filing_says_how_many(app: Flask) -> None:
    case = _filed(Kind.ROBOT_DEPLOYMENT, quantity=331)
    _happens(case, "claimed")
    returned = _happens(case, "returned")
    _happens(case, "submitted", quantity=330)

    assert read_pipeline(_at(returned)).by_kind == {Kind.ROBOT_DEPLOYMENT: 331}
    assert read_pipeline(read_head()).by_kind == {Kind.ROBOT_DEPLOYMENT: 330}


def test_what_was_decided_has_left_and_as_known_before_is_still_there(app: Flask) -> None:
    for decision in ("approved", "rejected", "withdrawn"):
        case = _filed(Kind.SMART_WORKSHOP)
        before = read_head()
        _happens(case, decision)

        assert read_pipeline(read_head()).by_kind == {}
        assert read_pipeline(before).by_kind == {Kind.SMART_WORKSHOP: 1}


def test_upgrades_count_enterprises_that_are_not_in_the_figure_yet(app: Flask) -> None:
    counted, new = an_enterprise(), an_enterprise()
    _filed(Kind.EQUIPMENT_UPGRADE, firm=counted)
    _filed(Kind.EQUIPMENT_UPGRADE, firm=new)
    _filed(Kind.EQUIPMENT_UPGRADE, firm=new, code="320581")
    before = read_head()
    _count_upgrade(counted)

    pipeline = read_pipeline(read_head())

    assert pipeline.by_kind == {Kind.EQUIPMENT_UPGRADE: 1}
    assert pipeline.by_district == {(a_district().id, Kind.EQUIPMENT_UPGRADE): 1}
    assert pipeline.cases == {Kind.EQUIPMENT_UPGRADE: 3}
    assert read_pipeline(before).by_kind == {Kind.EQUIPMENT_UPGRADE: 2}


def test_stages_are_those_of_the_workflow() -> None:
    steps = {EVENTS[row.action]: row.target for row in TRANSITIONS if row.target in PIPELINE}

    assert steps == STAGE_AFTER


def _read_as_a_page_does() -> Pipeline:
    """Read in a snapshot: from what is kept of the last reading, brought up to now."""
    with current_app.app_context(), reading():
        pipeline = read_pipeline(read_head())
        db.session.remove()
    return pipeline


def test_what_is_kept_follows_the_firms_that_are_counted_and_those_no_more(app: Flask) -> None:
    firm = an_enterprise()
    _filed(Kind.EQUIPMENT_UPGRADE, firm=firm)
    assert _read_as_a_page_does().by_kind == {Kind.EQUIPMENT_UPGRADE: 1}

    _count_upgrade(firm)
    assert _read_as_a_page_does().by_kind == {}

    counted = db.session.scalars(sa.select(Entry).where(Entry.rank == 1)).one()
    with deed(by=None, cause="revoke") as opened:
        counted.revoked_on = STARTS_ON
        opened.touch([counted.id])
    db.session.commit()
    assert _read_as_a_page_does().by_kind == {Kind.EQUIPMENT_UPGRADE: 1}
