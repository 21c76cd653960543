"""Cut off, sent twice, sent at once: the longest forms keep every word, and a deed is done once."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.core import clock
from registry.core.database import db
from registry.entries.catalogue import CATALOGUE
from registry.ledger.models import Posting
from registry.programme.kinds import Kind
from tests.accounts.test_resume import OWN, fields_of, sign_in_again
from tests.applications.factories import a_claimed, a_draft, a_member, a_robot_row
from tests.conftest import SignedIn, csrf_of
from tests.factories import AT, PASSWORD, a_user

ROWS = 331
LATER = AT + timedelta(hours=2)


def resume(browser: FlaskClient, email: str, path: str, form: dict[str, str]) -> int:
    """Post after the session has ended, sign in again, continue; return the status of the last."""
    with clock.set_to(LATER):
        cut_off = browser.post(path, data=form, headers=OWN)
        page = sign_in_again(browser, cut_off.text, email)
        assert cut_off.status_code == 401
        return browser.post(path, data=fields_of(page), headers=OWN).status_code


def test_331_rows_survive_the_end_of_a_session(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = a_draft(member, with_files=False)
    email, draft_id, version = member.email, draft.id, draft.version
    rows = [a_robot_row(700_000 + number, country="日本 “甲” <乙>") for number in range(ROWS)]
    form = {f"rows-{n}-{name}": word for n, row in enumerate(rows) for name, word in row.items()}
    with clock.set_to(AT):
        browser = sign_in(member)
        form |= {"seen": str(version), "csrf_token": csrf_of(browser, "/account")}

    status = resume(browser, email, f"/applications/{draft_id}/edit/rows", form)

    db.session.rollback()
    stored = db.session.get_one(Application, draft_id).form["rows"]
    assert status == 303
    assert [{name: word for name, word in row.items() if word} for row in stored] == [
        {name: word for name, word in row.items() if word} for row in rows
    ]


def test_an_officers_remark_survives_the_end_of_a_session(app: Flask, sign_in: SignedIn) -> None:
    officer = a_user(Role.OFFICER)
    with clock.set_to(AT):
        case = a_claimed(officer)
        email, case_id, version = officer.email, case.id, case.version
        browser = sign_in(officer)
        token = csrf_of(browser, f"/approval/cases/{case_id}")
    remark = "请写全称：\r\n“俱进路” <218> 号"
    form = {"seen": str(version), "csrf_token": token, "remark-field:title": remark, "shown": "1-3"}
    form |= {"verified": "2", "key": "r" * 32}

    status = resume(browser, email, f"/approval/cases/{case_id}/notes", form)

    db.session.rollback()
    kept = db.session.get_one(Application, case_id).review
    assert status == 303
    assert kept["remarks"] == {"field:title": remark.replace("\r\n", "\n")}
    assert kept["verified"] == [2]


def test_a_double_click_that_arrives_at_once_approves_once(app: Flask) -> None:
    officer = a_user(Role.OFFICER)
    case = a_claimed(officer, at=clock.now())
    path, email = f"/approval/cases/{case.id}/decide", officer.email
    form = {
        "action": "approve",
        "seen": str(case.version),
        "checks": [item.code for item in CATALOGUE[Kind.ROBOT_DEPLOYMENT].checklist],
        "verified": ["1", "2", "3"],
        "shown": "1-3",
    }
    answers = click_twice(app, email, path, form)

    assert answers == [(303, "/approval")] * 2
    assert db.session.scalars(sa.select(Posting.quantity)).all() == [3]


def test_a_double_click_that_arrives_at_once_begins_one(app: Flask) -> None:
    email = a_member().email

    answers = click_twice(app, email, "/applications/start", {"kind": "robot_deployment"})

    assert answers[0] == answers[1]
    assert answers[0][0] == 303
    assert db.session.scalar(sa.select(sa.func.count(Application.id))) == 1


def click_twice(
    app: Flask, email: str, path: str, form: Mapping[str, object]
) -> list[tuple[int, str]]:
    """Send one form twice at the same moment from one signed-in browser."""
    db.session.commit()
    db.session.remove()
    browser = app.test_client()
    token = csrf_of(browser, "/sign-in")
    browser.post("/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token})
    sent = {**form, "csrf_token": csrf_of(browser, "/account"), "key": "d" * 32}
    cookie, gate = browser.get_cookie("registry"), Barrier(2)
    assert cookie is not None

    def click(_number: int) -> tuple[int, str]:
        window = app.test_client()
        window.set_cookie("registry", cookie.value)
        gate.wait()
        answer = window.post(path, data=sent)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(click, range(2)))
