"""The pages on which a case is handed to another district, as both desks use them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any  # fields of a form

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.given import Given
from registry.applications.models import Application, Transfer, TransferState
from registry.applications.status import Status
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind
from tests.applications.factories import a_claimed, a_filed, a_member, act
from tests.applications.test_race import enter
from tests.applications.test_transfer import HERE, REASON, THERE, a_supervisor, ask
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_user
from tests.statements import counted_statements


@dataclass(frozen=True)
class Handed:
    """A case that is being handed over, and who has to do with it, by id."""

    case_id: int
    transfer_id: int
    officer_id: int
    giver_id: int
    receiver_id: int
    member_id: int

    @property
    def case(self) -> Application:
        return db.session.get_one(Application, self.case_id, populate_existing=True)

    @property
    def transfer(self) -> Transfer:
        return db.session.get_one(Transfer, self.transfer_id, populate_existing=True)


@pytest.fixture
def handed(app: Flask) -> Handed:
    now = clock.now()
    member, officer = a_member(), a_user(Role.OFFICER)
    giver, receiver = a_supervisor(), a_supervisor(THERE)
    case = a_claimed(officer, by=member, at=now)
    transfer = ask(case, by=giver)
    db.session.commit()
    return Handed(case.id, transfer.id, officer.id, giver.id, receiver.id, member.id)


def open_as(sign_in: SignedIn, user_id: int) -> FlaskClient:
    browser = sign_in(db.session.get_one(User, user_id))
    db.session.rollback()
    return browser


def post(browser: FlaskClient, address: str, **fields: Any) -> TestResponse:
    db.session.rollback()
    data = {"csrf_token": csrf_of(browser, "/account"), "key": new_key(), **fields}
    return browser.post(address, data=data)


def answer(browser: FlaskClient, handed: Handed, word: str, **fields: Any) -> TestResponse:
    seen = fields.pop("seen", None) or handed.case.version
    address = f"/approval/transfers/{handed.transfer_id}/answer"
    return post(browser, address, answer=word, seen=seen, **fields)


def test_the_supervisor_asks_from_the_case(app: Flask, sign_in: SignedIn) -> None:
    case, giver = a_filed(at=clock.now()), a_supervisor()
    db.session.commit()
    case_id, version, browser = case.id, case.version, open_as(sign_in, giver.id)
    assert f"/approval/cases/{case_id}/transfer" in browser.get(f"/approval/cases/{case_id}").text

    done = post(
        browser,
        f"/approval/cases/{case_id}/transfer",
        seen=version,
        district=THERE,
        reason=REASON,
    )

    assert (done.status_code, done.location) == (303, f"/approval/cases/{case_id}")
    page = browser.get(f"/approval/cases/{case_id}").text
    assert "拟移送张家港市，待对方答复" in page
    assert REASON in page
    assert "拟移送张家港市" in browser.get("/approval").text


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"district": THERE, "reason": "  "}, "请填写"),
        ({"district": "", "reason": REASON}, "请选择"),
        ({"district": HERE, "reason": REASON}, "Not a valid choice"),
        ({"district": THERE, "reason": "长" * 2_001}, "2000"),
    ],
)
def test_what_is_missing_is_said_and_the_words_stay(
    app: Flask, sign_in: SignedIn, fields: dict[str, str], fault: str
) -> None:
    case, giver = a_filed(at=clock.now()), a_supervisor()
    db.session.commit()
    case_id, version, browser = case.id, case.version, open_as(sign_in, giver.id)

    page = post(browser, f"/approval/cases/{case_id}/transfer", seen=version, **fields)

    assert page.status_code == 422
    assert fault in page.text or "选择" in page.text
    assert fields["reason"].strip() in page.text


def test_the_receiver_sees_the_transfer_and_not_yet_the_case(
    app: Flask, sign_in: SignedIn, handed: Handed
) -> None:
    browser = open_as(sign_in, handed.receiver_id)

    assert "有 1 件移送待您答复" in browser.get("/approval").text
    assert REASON in browser.get("/approval/transfers").text
    assert "接收" in browser.get(f"/approval/transfers/{handed.transfer_id}").text
    assert browser.get(f"/approval/cases/{handed.case_id}").status_code == 404


def test_accepted_the_old_desk_finds_nothing_and_the_new_one_finds_it(
    app: Flask, sign_in: SignedIn, handed: Handed
) -> None:
    receiver = open_as(sign_in, handed.receiver_id)

    done = answer(receiver, handed, "accept")

    assert (done.status_code, done.location) == (303, f"/approval/cases/{handed.case_id}")
    case_address = f"/approval/cases/{handed.case_id}"
    assert receiver.get(case_address).status_code == 200
    assert receiver.get(f"/applications/{handed.case_id}/receipt").status_code == 200
    for user_id in (handed.officer_id, handed.giver_id):
        browser = open_as(sign_in, user_id)
        assert browser.get(case_address).status_code == 404
        assert browser.get(f"/applications/{handed.case_id}/receipt").status_code == 404
        assert handed.case.number not in browser.get("/approval/cases").text
        assert browser.get(f"/approval/transfers/{handed.transfer_id}").status_code == 200
    page = open_as(sign_in, handed.member_id).get(f"/applications/{handed.case_id}").text
    assert "张家港市" in page
    assert "已移送" in page
    assert (handed.case.status, handed.transfer.state) == (
        Status.SUBMITTED,
        TransferState.ACCEPTED,
    )


def test_a_refusal_needs_words(app: Flask, sign_in: SignedIn, handed: Handed) -> None:
    browser = open_as(sign_in, handed.receiver_id)
    assert answer(browser, handed, "refuse").status_code == 422
    assert answer(browser, handed, "nonsense").status_code == 422

    done = answer(browser, handed, "refuse", reason="厂房确在昆山。")

    assert (done.status_code, done.location) == (303, "/approval/transfers")
    assert "厂房确在昆山。" in browser.get("/approval/transfers").text
    assert handed.transfer.state is TransferState.REFUSED


def test_the_giver_takes_it_back_and_the_receiver_is_told_so(
    app: Flask, sign_in: SignedIn, handed: Handed
) -> None:
    seen = handed.case.version
    assert answer(open_as(sign_in, handed.giver_id), handed, "take_back").status_code == 303

    late = answer(open_as(sign_in, handed.receiver_id), handed, "accept", seen=seen)

    assert late.status_code == 409
    assert "该移送其间已办理" in late.text
    assert "已撤回" in late.text


def test_an_answer_to_an_older_version_is_a_clear_page(
    app: Flask, sign_in: SignedIn, handed: Handed
) -> None:
    browser, seen = open_as(sign_in, handed.receiver_id), handed.case.version
    holder = db.session.get_one(User, handed.officer_id)
    given = Given(remarks=[("field:title", "请补正。")])
    act(handed.case, Action.RETURN, by=holder, at=clock.now(), given=given)
    db.session.commit()

    page = answer(browser, handed, "accept", seen=seen, reason="已写的话")

    assert page.status_code == 409
    assert "已写的话" in page.text
    assert answer(browser, handed, "accept").status_code == 303
    assert handed.case.status is Status.RETURNED


def test_who_was_at_work_on_it_is_told_where_it_went_and_keeps_the_words(
    app: Flask, sign_in: SignedIn, handed: Handed
) -> None:
    officer, seen = open_as(sign_in, handed.officer_id), handed.case.version
    assert answer(open_as(sign_in, handed.receiver_id), handed, "accept").status_code == 303
    words = {"reject_reason": "材料与现场不符。", "remark-field:title": "名称请写全。"}

    for what, fields in (("decide", {"action": "reject", "seen": seen}), ("notes", {})):
        page = post(officer, f"/approval/cases/{handed.case_id}/{what}", **words, **fields)
        assert page.status_code == 409
        assert "张家港市" in page.text
        assert all(word in page.text for word in words.values())

    stranger = open_as(sign_in, a_supervisor("320581").id)
    page = post(stranger, f"/approval/cases/{handed.case_id}/decide", action="claim", seen=seen)
    assert page.status_code == 404


def test_a_double_click_accepts_once(app: Flask, sign_in: SignedIn, handed: Handed) -> None:
    browser, seen = open_as(sign_in, handed.receiver_id), handed.case.version
    answers = [answer(browser, handed, "accept", seen=seen, key="once") for _ in range(2)]

    assert [(one.status_code, one.location) for one in answers] == [
        (303, f"/approval/cases/{handed.case_id}")
    ] * 2


def test_the_administrator_puts_a_case_back_where_there_is_no_supervisor(
    app: Flask, sign_in: SignedIn
) -> None:
    case, city = a_claimed(at=clock.now()), a_user(Role.ADMINISTRATOR)
    db.session.commit()
    case_id, version, browser = case.id, case.version, open_as(sign_in, city.id)
    assert "release_reason" in browser.get(f"/approval/cases/{case_id}").text

    address = f"/approval/cases/{case_id}/decide"
    refused = post(browser, address, action="approve", seen=version)
    done = post(browser, address, action="release", seen=version, release_reason="该员调离。")

    assert (refused.status_code, done.status_code) == (403, 303)
    assert done.location == "/approval/cases"
    assert db.session.get_one(Application, case_id).status is Status.SUBMITTED


def test_the_list_needs_the_same_statements_for_one_and_for_three(
    app: Flask, sign_in: SignedIn, handed: Handed
) -> None:
    browser, giver = open_as(sign_in, handed.receiver_id), handed.giver_id
    counts = []
    for more in (0, 2):
        for _ in range(more):
            ask(a_filed(at=clock.now()), by=db.session.get_one(User, giver))
        db.session.commit()
        db.session.remove()
        with counted_statements() as statements:
            assert browser.get("/approval/transfers").status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_four_supervisors_accept_while_the_holder_approves(app: Flask, handed: Handed) -> None:
    seen = handed.case.version
    supervisors = [a_supervisor(THERE).email for _ in range(4)]
    officer = db.session.get_one(User, handed.officer_id).email
    db.session.commit()
    db.session.remove()
    browsers = [enter(app, email) for email in (*supervisors, officer)]
    tokens = [csrf_of(browser, "/account") for browser in browsers]
    gate = Barrier(len(browsers))
    approve = {
        "action": "approve",
        "checks": [item.code for item in CATALOGUE[Kind.ROBOT_DEPLOYMENT].checklist],
        "verified": ["1", "2", "3"],
        "shown": "1-3",
    }

    def press(number: int) -> int:
        is_officer = number == len(browsers) - 1
        path = (
            f"/approval/cases/{handed.case_id}/decide"
            if is_officer
            else f"/approval/transfers/{handed.transfer_id}/answer"
        )
        fields: dict[str, Any] = approve if is_officer else {"answer": "accept"}
        gate.wait()
        sent = {**fields, "csrf_token": tokens[number], "seen": seen, "key": new_key()}
        return browsers[number].post(path, data=sent).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(press, range(len(browsers))))

    assert Counter(answers) == {303: 1, 409: 4}, answers
    was_approved = answers[-1] == 303
    assert (handed.case.status, handed.transfer.state) == (
        (Status.APPROVED, TransferState.ENDED)
        if was_approved
        else (Status.SUBMITTED, TransferState.ACCEPTED)
    )
