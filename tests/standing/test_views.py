"""The pages on which entries are revoked, moved and lose robots, as people use them."""

from __future__ import annotations

from typing import Any, NamedTuple  # fields of a form

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core.database import db
from registry.core.deeds import new_key
from registry.entries.models import Entry, RobotUnit
from registry.programme.kinds import Kind
from registry.standing.models import Act, Proposal, State
from registry.standing.queries import version_of
from tests.applications.factories import a_member, an_approved
from tests.conftest import SignedIn, csrf_of
from tests.entries.factories import a_registered
from tests.factories import a_district, a_user
from tests.standing.factories import DAY, a_proposal, asking_to_move, settle
from tests.statements import counted_statements

WORDS = {"reason": "核查发现设备并未购置。", "document": "苏工信〔2026〕88号"}
REVOKE = {**WORDS, "reason_code": "untrue", "effective_on": DAY.isoformat()}


class Known(NamedTuple):
    """What stays known of an entry when its session is gone."""

    id: int
    number: str
    code: str


def known(entry: Entry) -> Known:
    """Store all there is, so that browsers see it."""
    found = Known(entry.id, entry.number or "", entry.certificate_code or "")
    db.session.commit()
    return found


def send(browser: FlaskClient, address: str, entry: Known, **fields: Any) -> TestResponse:
    seen = fields.pop("seen", None) or version_of(entry.id)
    db.session.rollback()
    data = {"csrf_token": csrf_of(browser, "/proposals"), "seen": seen, "key": new_key(), **fields}
    return browser.post(address, data=data)


def read_proposal() -> tuple[int, State]:
    found = db.session.execute(sa.select(Proposal.id, Proposal.state)).one()
    db.session.rollback()
    return found.id, found.state


@pytest.fixture
def entry(app: Flask) -> Known:
    return known(a_registered(Kind.SMART_WORKSHOP))


def propose(entry: Known, *, by: User) -> int:
    proposal = a_proposal(db.session.get_one(Entry, entry.id), by=by)
    db.session.commit()
    return proposal.id


def test_an_officer_proposes_and_the_city_confirms_a_revocation(
    app: Flask, sign_in: SignedIn, entry: Known
) -> None:
    number, officer = entry.number, sign_in(a_user(Role.OFFICER))
    assert f"/register/{number}/revoke" in officer.get(f"/register/{number}").text

    answer = send(officer, f"/register/{number}/revoke", entry, **REVOKE)

    proposal_id, _state = read_proposal()
    assert (answer.status_code, answer.location) == (303, f"/proposals/{proposal_id}")
    assert f"/register/{number}/revoke" not in officer.get(f"/register/{number}").text
    city = sign_in(a_user(Role.ADMINISTRATOR))
    assert "有 1 件事项待您确认" in city.get("/programme").text
    assert "−1" in city.get(f"/proposals/{proposal_id}").text
    answer = send(city, f"/proposals/{proposal_id}/decide", entry, decision="confirmed")
    assert answer.status_code == 303
    page = app.test_client().get(f"/certificates/{entry.code}").text
    assert ("已撤销" in page, DAY.isoformat() in page) == (True, True)
    assert "核查发现设备并未购置。" in officer.get(f"/register/{number}").text
    assert "已撤销" in officer.get("/register?standing=revoked").text


def test_the_enterprise_reads_of_the_revocation_in_its_case(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    case = an_approved(by=member, kind=Kind.SMART_WORKSHOP)
    proposal = a_proposal(case.entry, by=a_user(Role.OFFICER))
    settle(proposal, by=a_user(Role.ADMINISTRATOR))
    case_id, entry = case.id, known(case.entry)

    browser = sign_in(member)

    assert "已撤销登记" in browser.get(f"/applications/{case_id}").text
    page = browser.get(f"/register/{entry.number}").text
    assert ("已撤销登记" in page, "提请撤销登记" in page) == (True, False)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({**REVOKE, "reason": ""}, "请填写"),
        ({**REVOKE, "effective_on": "2026-02-30"}, "2026-11-22"),
        ({**REVOKE, "effective_on": "2026-11-21"}, "该日期尚未到来"),
    ],
)
def test_bad_input_comes_back_on_its_field_with_the_words(
    app: Flask, sign_in: SignedIn, entry: Known, fields: dict[str, str], words: str
) -> None:
    officer = sign_in(a_user(Role.OFFICER))

    answer = send(officer, f"/register/{entry.number}/revoke", entry, **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert WORDS["document"] in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Proposal.id))) == 0


def test_who_comes_too_late_sees_why_and_keeps_the_words(
    app: Flask, sign_in: SignedIn, entry: Known
) -> None:
    officer = sign_in(a_user(Role.OFFICER))

    answer = send(officer, f"/register/{entry.number}/revoke", entry, seen=999, **REVOKE)

    assert answer.status_code == 409
    assert WORDS["reason"] in answer.text


def test_a_repeated_request_leads_to_the_same_page(
    app: Flask, sign_in: SignedIn, entry: Known
) -> None:
    officer, key = sign_in(a_user(Role.OFFICER)), new_key()
    seen = version_of(entry.id)
    address = f"/register/{entry.number}/revoke"

    answers = [send(officer, address, entry, key=key, seen=seen, **REVOKE) for _ in range(2)]

    assert [answer.location for answer in answers] == [f"/proposals/{read_proposal()[0]}"] * 2


def test_a_district_gives_an_entry_and_the_other_takes_it(
    app: Flask, sign_in: SignedIn, entry: Known
) -> None:
    target = a_district("320582")
    target_id, target_name = target.id, target.name_zh
    taking = a_user(Role.SUPERVISOR, district=target)
    taking_id = taking.id
    giver = sign_in(a_user(Role.SUPERVISOR))
    asked = {**WORDS, "district": target_id, "reason_code": "moved"}
    address = f"/register/{entry.number}/relocate"
    assert send(giver, address, entry, **asked).status_code == 422
    send(giver, address, entry, **asked, effective_on=DAY.isoformat())
    proposal_id, _state = read_proposal()

    taker = sign_in(db.session.get_one(User, taking_id))
    assert "有 1 件事项待您确认" in taker.get("/approval").text
    assert entry.number in taker.get("/proposals").text
    answer = send(taker, f"/proposals/{proposal_id}/decide", entry, decision="confirmed")

    assert answer.status_code == 303
    assert read_proposal()[1] is State.CONFIRMED
    assert target_name in taker.get(f"/register/{entry.number}").text


def test_a_refusal_without_words_comes_back(app: Flask, sign_in: SignedIn, entry: Known) -> None:
    proposal_id = propose(entry, by=a_user(Role.OFFICER))
    city = sign_in(a_user(Role.ADMINISTRATOR))
    address = f"/proposals/{proposal_id}/decide"

    answers = [
        send(city, address, entry, decision="refused").status_code,
        send(city, address, entry, decision="open").status_code,
        send(city, address, entry, decision="refused", note="证据不足。").status_code,
        send(city, address, entry, decision="confirmed").status_code,
    ]

    assert answers == [422, 422, 303, 409]
    assert read_proposal()[1] is State.REFUSED


def test_ticked_robots_leave_the_stock(app: Flask, sign_in: SignedIn) -> None:
    entry = known(a_registered(Kind.ROBOT_DEPLOYMENT))
    officer = sign_in(a_user(Role.OFFICER))
    units = db.session.scalars(sa.select(RobotUnit.id).order_by(RobotUnit.id)).all()
    db.session.rollback()
    fields = {**WORDS, "way": "scrapped", "effective_on": DAY.isoformat()}
    address = f"/register/{entry.number}/retire"
    assert send(officer, address, entry, **fields).status_code == 422

    answer = send(officer, address, entry, **fields, units=[units[0], units[1]])

    assert answer.status_code == 303
    page = officer.get(f"/register/{entry.number}").text
    assert "其中 2 台已报废、出售或迁出，不再计入在用" in page
    assert officer.get(address).text.count('name="units"') == 1


@pytest.mark.parametrize("what", ["revoke", "retire"])
def test_the_desk_of_another_district_finds_no_such_page(
    app: Flask, sign_in: SignedIn, what: str
) -> None:
    entry = known(a_registered(Kind.ROBOT_DEPLOYMENT))
    stranger = sign_in(a_user(Role.OFFICER, district=a_district("320582")))

    assert stranger.get(f"/register/{entry.number}/{what}").status_code == 404
    assert what not in stranger.get(f"/register/{entry.number}").text


def test_a_list_of_three_asks_no_more_than_a_list_of_one(app: Flask, sign_in: SignedIn) -> None:
    person_id, target_id = a_user(Role.SUPERVISOR).id, a_district("320582").id
    browser = sign_in(a_user(Role.ADMINISTRATOR))

    def add() -> None:
        person = db.session.get_one(User, person_id)
        asked = asking_to_move(target_id)
        a_proposal(a_registered(Kind.SMART_WORKSHOP), Act.RELOCATE, by=person, asked=asked)
        db.session.commit()

    add()
    with counted_statements() as one:
        browser.get("/proposals")
    add()
    add()
    with counted_statements() as three:
        browser.get("/proposals")

    assert len(three) == len(one)
