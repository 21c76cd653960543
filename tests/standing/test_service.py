"""Revoke: proposed by one, confirmed by another, from a day on, with its postings."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.applications.status import Status
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, NotFound, WrongState
from registry.entries.models import Entry, RobotUnit
from registry.importing.queries import describe_undoing
from registry.importing.service import undo_import
from registry.ledger.models import Event
from registry.ledger.verify import verify
from registry.notices.models import Notice
from registry.programme.kinds import Kind, Measure
from registry.standing import service
from registry.standing.changes import list_live_units
from registry.standing.models import Act, State
from registry.standing.queries import version_of
from tests.applications.factories import a_member, an_approved
from tests.entries.factories import a_registered
from tests.factories import a_district, an_enterprise
from tests.standing.factories import (
    BEFORE,
    DAY,
    NOW,
    ZHANGJIAGANG,
    a_lot,
    a_proposal,
    administrator,
    asking,
    leave,
    officer,
    settle,
    total,
)


def last_event(entry: Entry, type_: str) -> dict[str, object]:
    found = sa.select(Event.payload).where(Event.entry_id == entry.id, Event.type == type_)
    payload: dict[str, object] = json.loads(db.session.scalars(found).one())
    return payload


def test_a_revocation_counts_until_the_day_before(app: Flask) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP)
    proposal = a_proposal(entry, by=officer())
    assert total(Measure.SMART_WORKSHOP, DAY) == 1

    settle(proposal, by=administrator())

    assert entry.revoked_on == DAY
    assert total(Measure.SMART_WORKSHOP, BEFORE) == 1
    assert total(Measure.SMART_WORKSHOP, DAY) == 0
    assert proposal.state is State.CONFIRMED
    assert last_event(entry, "revoked")["document"] == "苏工信〔2026〕88号"
    assert verify().fault is None


def test_the_application_stays_approved_and_the_enterprise_is_told(app: Flask) -> None:
    member = a_member()
    case = an_approved(by=member, kind=Kind.SMART_WORKSHOP)
    proposal = a_proposal(case.entry, by=officer())
    told_before = db.session.scalar(sa.select(sa.func.count(Notice.id))) or 0

    settle(proposal, by=administrator())

    assert db.session.get_one(Application, case.id).status is Status.APPROVED
    letters = db.session.scalars(sa.select(Notice).order_by(Notice.id).offset(told_before)).all()
    assert [(letter.to, letter.application_id) for letter in letters] == [(member.email, case.id)]
    assert str(case.entry.number) in letters[0].subject
    assert "核查发现设备并未购置。" in letters[0].body
    assert verify().fault is None


def test_an_upgrade_revoked_leaves_the_enterprise_to_its_next_one_from_that_day(app: Flask) -> None:
    firm = an_enterprise()
    first = a_registered(Kind.EQUIPMENT_UPGRADE, enterprise=firm, effective_on=date(2026, 5, 1))
    place = a_district(ZHANGJIAGANG)
    a_registered(
        Kind.EQUIPMENT_UPGRADE, enterprise=firm, district=place, effective_on=date(2026, 6, 1)
    )

    settle(a_proposal(first, by=officer()), by=administrator())

    figures = [
        (
            total(Measure.EQUIPMENT_UPGRADE, on),
            total(Measure.EQUIPMENT_UPGRADE, on, code=place.code),
        )
        for on in (BEFORE, DAY)
    ]
    assert figures == [(1, 0), (0, 1)]
    assert verify().fault is None


def test_the_serials_of_a_revoked_entry_are_free(app: Flask) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)

    settle(a_proposal(entry, by=officer()), by=administrator())

    spans = db.session.execute(
        sa.select(RobotUnit.until_on, RobotUnit.retired).where(RobotUnit.entry_id == entry.id)
    ).all()
    assert {tuple(span) for span in spans} == {(DAY, False)}
    assert total(Measure.ROBOT, BEFORE) == 3
    assert (total(Measure.ROBOT, DAY), total(Measure.ROBOT_RETIRED, DAY)) == (0, 0)
    assert verify().fault is None


@pytest.mark.parametrize(
    ("proposes", "decides", "is_allowed"),
    [
        (officer, administrator, True),
        (lambda: officer(Role.SUPERVISOR), administrator, True),
        (administrator, lambda: officer(Role.SUPERVISOR), True),
        (administrator, administrator, True),
        (administrator, officer, False),
        (officer, lambda: officer(Role.SUPERVISOR), False),
    ],
)
def test_two_people_revoke_and_one_of_them_is_of_the_city(
    app: Flask, proposes: Callable[[], User], decides: Callable[[], User], is_allowed: bool
) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP)
    proposal = a_proposal(entry, by=proposes())

    if is_allowed:
        settle(proposal, by=decides())
    else:
        with pytest.raises(NotAllowed):
            settle(proposal, by=decides())

    assert (entry.revoked_on == DAY) is is_allowed


@pytest.mark.parametrize("who", [administrator, officer])
def test_nobody_confirms_their_own_proposal(app: Flask, who: Callable[[], User]) -> None:
    person = who()
    proposal = a_proposal(a_registered(Kind.SMART_WORKSHOP), by=person)

    with pytest.raises(NotAllowed):
        settle(proposal, by=person)


def test_another_district_neither_proposes_nor_sees(app: Flask) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP)
    stranger = officer(Role.SUPERVISOR, ZHANGJIAGANG)
    with pytest.raises(NotAllowed):
        a_proposal(entry, by=stranger)
    db.session.commit()

    proposal = a_proposal(entry, by=officer())
    with pytest.raises(NotFound):
        settle(proposal, by=stranger)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"effective_on": date(2026, 5, 31)}, "effective_on"),
        ({"effective_on": clock.day_of(NOW) + timedelta(days=1)}, "effective_on"),
        ({"effective_on": None}, "effective_on"),
        ({"reason_code": "none"}, "reason_code"),
        ({"reason": " "}, "reason"),
        ({"document": " "}, "document"),
        ({"document": "x" * 101}, "document"),
    ],
)
def test_a_revocation_needs_reason_document_and_a_possible_day(
    app: Flask, given: dict[str, object], field: str
) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP)

    with pytest.raises(Invalid) as refusal:
        a_proposal(entry, by=officer(), asked=asking(**given))

    assert refusal.value.field == field


def test_an_entry_has_one_open_proposal_and_is_revoked_once(app: Flask) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP)
    proposal = a_proposal(entry, by=officer())
    with pytest.raises(WrongState):
        a_proposal(entry, by=administrator())
    settle(proposal, by=administrator())
    with pytest.raises(WrongState):
        settle(proposal, by=administrator())
    with pytest.raises(WrongState):
        a_proposal(entry, by=officer())


def test_who_saw_an_older_version_changes_nothing(app: Flask) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    seen = version_of(entry.id)
    leave(entry, by=officer(), unit_ids=[list_live_units(entry)[0].id])

    with pytest.raises(WrongState):
        service.propose(entry.id, Act.REVOKE, asking(), by=officer(), at=NOW, seen=seen)


def test_a_request_sent_twice_acts_once(app: Flask) -> None:
    entry, city = a_registered(Kind.SMART_WORKSHOP), administrator()
    proposal = a_proposal(entry, by=officer(), key="propose-once")
    settle(proposal, by=city, key="confirm-once")

    again = settle(proposal, by=city, key="confirm-once")

    assert again.is_repeated
    revoked = sa.select(sa.func.count()).where(Event.type == "revoked")
    assert db.session.scalar(revoked) == 1


def test_a_refusal_says_why_and_leaves_all_as_it_was(app: Flask) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP)
    proposal = a_proposal(entry, by=officer())
    with pytest.raises(Invalid) as fault:
        settle(proposal, State.REFUSED, by=administrator())
    assert fault.value.field == "note"

    settle(proposal, State.REFUSED, by=administrator(), note="证据不足。")

    assert (proposal.state, proposal.decision_note) == (State.REFUSED, "证据不足。")
    assert (entry.revoked_on, total(Measure.SMART_WORKSHOP, DAY)) == (None, 1)
    a_proposal(entry, by=officer())
    assert verify().fault is None


def test_only_who_proposed_takes_it_back(app: Flask) -> None:
    entry, person = a_registered(Kind.SMART_WORKSHOP), officer()
    proposal = a_proposal(entry, by=person)
    with pytest.raises(NotAllowed):
        settle(proposal, State.WITHDRAWN, by=administrator())

    settle(proposal, State.WITHDRAWN, by=person)

    assert proposal.state is State.WITHDRAWN


def test_undoing_an_import_names_what_was_revoked_meanwhile(app: Flask) -> None:
    entry = a_lot(9)
    settle(a_proposal(entry, by=officer()), by=administrator())
    assert entry.batch_id is not None

    undoing = describe_undoing(entry.batch_id)
    undo_import(entry.batch_id, by=None, at=NOW)

    assert undoing.changed == [(entry.number, ["revocation_proposed", "revoked"])]
    assert total(Measure.ROBOT, BEFORE) == 0
    assert verify().fault is None


def test_a_proposal_on_an_undone_entry_is_gone(app: Flask) -> None:
    entry = a_lot(9)
    proposal = a_proposal(entry, by=officer())
    assert entry.batch_id is not None
    undo_import(entry.batch_id, by=None, at=NOW)

    with pytest.raises(NotFound):
        settle(proposal, by=administrator())
