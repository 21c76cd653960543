"""Revoke, relocate, retire: by two people, from a day on, with their postings."""

from __future__ import annotations

import json
from collections import Counter
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
from registry.entries.models import Entry, RobotLot, RobotUnit, UnitStatus
from registry.importing.queries import describe_undoing
from registry.importing.service import undo_import
from registry.ledger.heads import read_head
from registry.ledger.models import Event
from registry.ledger.queries import read_totals
from registry.ledger.verify import verify
from registry.notices.models import Notice
from registry.programme.kinds import Kind, Measure
from registry.standing import service
from registry.standing.models import Act, State
from registry.standing.outlook import look_ahead
from registry.standing.queries import version_of
from tests.applications.factories import a_member, an_approved
from tests.entries.factories import a_registered, an_entry
from tests.factories import a_district, a_user, an_enterprise
from tests.importing.factories import import_lines
from tests.standing.factories import (
    DAY,
    NOW,
    a_proposal,
    asking,
    asking_to_move,
    leave,
    settle,
)

KUNSHAN, ZHANGJIAGANG = "320583", "320582"
BEFORE = DAY - timedelta(days=1)


def total(measure: Measure, on: date, *, code: str = KUNSHAN) -> int:
    head = read_head()
    totals = read_totals(on, head=head, newest=head)
    return totals.get((a_district(code).id, measure), 0)


def administrator() -> User:
    return a_user(Role.ADMINISTRATOR)


def officer(role: Role = Role.OFFICER, code: str = KUNSHAN) -> User:
    return a_user(role, district=a_district(code))


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
    assert case.entry.number in letters[0].subject
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
    leave(entry, by=officer(), unit_ids=[_units(entry)[0].id])

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


def _units(entry: Entry) -> list[RobotUnit]:
    found = sa.select(RobotUnit).where(RobotUnit.entry_id == entry.id).order_by(RobotUnit.position)
    return list(db.session.scalars(found))


def test_robots_that_left_leave_the_stock_and_stay_in_ever_deployed(app: Flask) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    gone = _units(entry)[:2]

    leave(entry, by=officer(), unit_ids=[unit.id for unit in gone], way=UnitStatus.SOLD)

    figures = [(total(Measure.ROBOT, on), total(Measure.ROBOT_RETIRED, on)) for on in (BEFORE, DAY)]
    assert figures == [(3, 0), (1, 2)]
    assert {(unit.until_on, unit.retired, unit.status) for unit in gone} == {
        (DAY, True, UnitStatus.SOLD)
    }
    assert verify().fault is None


def test_the_serial_of_a_robot_that_left_can_be_registered_again(app: Flask) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    unit = _units(entry)[0]
    leave(entry, by=officer(), unit_ids=[unit.id])

    other = an_entry(Kind.ROBOT_DEPLOYMENT)
    first = _units(other)[0]
    first.serial_no, first.serial_key = unit.serial_no, unit.serial_key
    a_registered(Kind.ROBOT_DEPLOYMENT, entry=other, effective_on=DAY)

    assert total(Measure.ROBOT, DAY) == 5
    assert verify().fault is None


def a_lot(quantity: int) -> Entry:
    with clock.set_to(NOW - timedelta(days=30)):
        import_lines(
            {
                "kind": "robot_deployment",
                "enterprise": an_enterprise().name,
                "district": KUNSHAN,
                "title": "老名单",
                "decided_on": "2026-06-01",
                "quantity": quantity,
            },
            at=NOW - timedelta(days=30),
        )
    return db.session.scalars(sa.select(Entry).order_by(Entry.id.desc()).limit(1)).one()


def test_part_of_a_lot_leaves_and_the_rest_keeps_its_first_day(app: Flask) -> None:
    entry = a_lot(9)
    (lot,) = db.session.scalars(sa.select(RobotLot).where(RobotLot.entry_id == entry.id))

    leave(entry, by=officer(), lots={lot.id: 4})

    parts = db.session.scalars(sa.select(RobotLot).order_by(RobotLot.id)).all()
    assert [(p.quantity, p.from_on, p.until_on, p.retired) for p in parts] == [
        (5, date(2026, 6, 1), None, False),
        (4, date(2026, 6, 1), DAY, True),
    ]
    assert (total(Measure.ROBOT, DAY), total(Measure.ROBOT_RETIRED, DAY)) == (5, 4)
    assert verify().fault is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "units"),
        ({"unit_ids": [999_999]}, "units"),
        ({"lots": {999_999: 1}}, "lots"),
        ({"note": ""}, "reason"),
        ({"way": UnitStatus.IDLE}, "way"),
        ({"on": date(2026, 5, 31)}, "effective_on"),
        ({"on": date(2026, 11, 21)}, "effective_on"),
    ],
)
def test_what_leaves_is_in_the_stock_and_the_day_is_possible(
    app: Flask, given: dict[str, object], field: str
) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)

    with pytest.raises(Invalid) as refusal:
        leave(entry, by=officer(), **given)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    "who", [administrator, lambda: officer(Role.OFFICER, ZHANGJIAGANG), lambda: a_user(Role.LEADER)]
)
def test_only_the_desk_of_its_district_takes_robots_out(
    app: Flask, who: Callable[[], User]
) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)

    with pytest.raises(NotAllowed):
        leave(entry, by=who(), unit_ids=[_units(entry)[0].id])


def test_what_moved_counts_elsewhere_from_its_day_and_the_past_stays(app: Flask) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    proposal = a_proposal(
        entry, Act.RELOCATE, by=officer(Role.SUPERVISOR), asked=asking_to_move(target.id)
    )

    settle(proposal, by=officer(Role.SUPERVISOR, ZHANGJIAGANG))

    figures = [
        (total(Measure.SMART_WORKSHOP, on), total(Measure.SMART_WORKSHOP, on, code=target.code))
        for on in (BEFORE, DAY)
    ]
    assert figures == [(1, 0), (0, 1)]
    assert entry.district_id == target.id
    assert verify().fault is None


def test_what_was_recorded_wrongly_takes_its_past_along_and_the_old_answer_stays(
    app: Flask,
) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    known = read_head()
    asked = asking_to_move(target.id, reason_code="recorded_wrongly", effective_on=None)
    proposal = a_proposal(entry, Act.RELOCATE, by=administrator(), asked=asked)

    settle(proposal, by=officer(Role.SUPERVISOR, ZHANGJIAGANG))

    on = date(2026, 6, 1)
    assert total(Measure.SMART_WORKSHOP, on) == 0
    assert total(Measure.SMART_WORKSHOP, on, code=target.code) == 1
    then = read_totals(on, head=known, newest=read_head())
    assert then.get((a_district().id, Measure.SMART_WORKSHOP)) == 1
    assert verify().fault is None


def test_a_move_is_taken_back_as_recorded_wrongly(app: Flask) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    home = entry.district_id
    city, other_city = administrator(), administrator()
    moved = asking_to_move(target.id)
    settle(a_proposal(entry, Act.RELOCATE, by=city, asked=moved), by=other_city)

    wrong = asking_to_move(home, reason_code="recorded_wrongly", effective_on=None)
    settle(a_proposal(entry, Act.RELOCATE, by=city, asked=wrong), by=other_city)

    assert [(place.from_on, place.district_id) for place in entry.districts] == [
        (entry.effective_on, home)
    ]
    assert total(Measure.SMART_WORKSHOP, clock.day_of(NOW)) == 1
    assert verify().fault is None


@pytest.mark.parametrize(
    ("proposes", "decides", "is_allowed"),
    [
        (KUNSHAN, ZHANGJIAGANG, True),
        (KUNSHAN, "", True),
        ("", ZHANGJIAGANG, True),
        ("", KUNSHAN, True),
        (KUNSHAN, KUNSHAN, False),
    ],
)
def test_both_districts_agree_or_the_city_orders(
    app: Flask, proposes: str, decides: str, is_allowed: bool
) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    one, other = (
        officer(Role.SUPERVISOR, code) if code else administrator() for code in (proposes, decides)
    )
    asked = asking_to_move(target.id)
    proposal = a_proposal(entry, Act.RELOCATE, by=one, asked=asked)

    if is_allowed:
        settle(proposal, by=other)
    else:
        with pytest.raises(NotAllowed):
            settle(proposal, by=other)

    assert (entry.district_id == target.id) is is_allowed


def test_a_move_leads_elsewhere_on_a_day_after_the_last_one(app: Flask) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    faulty = [
        asking_to_move(entry.district_id),
        asking_to_move(999_999),
        asking_to_move(target.id, effective_on=date(2026, 6, 1)),
        asking_to_move(target.id, effective_on=date(2026, 11, 21)),
    ]
    fields = []
    for asked in faulty:
        with pytest.raises(Invalid) as refusal:
            a_proposal(entry, Act.RELOCATE, by=officer(Role.SUPERVISOR), asked=asked)
        fields.append(refusal.value.field)

    assert fields == ["district", "district", "effective_on", "effective_on"]


@pytest.mark.parametrize("act", list(Act))
def test_what_is_shown_before_is_what_is_posted_after(app: Flask, act: Act) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    target = a_district(ZHANGJIAGANG)
    asked = {Act.REVOKE: asking(), Act.RELOCATE: asking_to_move(target.id)}[act]
    proposal = a_proposal(entry, act, by=officer(Role.SUPERVISOR), asked=asked)
    effects = look_ahead(entry, act, asked)
    before = _figures()

    settle(proposal, by=administrator())

    shown: Counter[tuple[int, Measure]] = Counter()
    for effect in effects:
        shown[effect.district.id, effect.measure] += effect.quantity
    after = _figures()
    changed = {place: after[place] - before[place] for place in before | after}
    assert {place: n for place, n in changed.items() if n} == dict(shown)


def _figures() -> Counter[tuple[int, Measure]]:
    head = read_head()
    return Counter(dict(read_totals(clock.day_of(NOW), head=head, newest=head)))


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
