"""Sixteen requests approve the same claimed application at once: one wins, one set of postings."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.entries.catalogue import CATALOGUE
from registry.ledger.models import Event, Posting, Seal
from registry.programme.kinds import Kind
from tests.applications.factories import a_claimed
from tests.conftest import csrf_of
from tests.factories import PASSWORD, a_user

SIXTEEN = 16


def enter(app: Flask, email: str) -> FlaskClient:
    browser = app.test_client()
    token = csrf_of(browser, "/sign-in")
    form = {"email": email, "password": PASSWORD, "csrf_token": token}
    assert browser.post("/sign-in", data=form).status_code == 303
    return browser


def test_sixteen_sessions_of_the_officer_approve_at_once(app: Flask) -> None:
    officer = a_user(Role.OFFICER)
    case = a_claimed(officer, at=clock.now())
    form = {
        "action": "approve",
        "seen": str(case.version),
        "checks": [item.code for item in CATALOGUE[Kind.ROBOT_DEPLOYMENT].checklist],
        "verified": ["1", "2", "3"],
        "shown": "1-3",
    }
    path, email, case_id = f"/approval/cases/{case.id}/decide", officer.email, case.id
    db.session.commit()
    db.session.remove()
    browsers = [enter(app, email) for _ in range(SIXTEEN)]
    tokens = [csrf_of(browser, f"/approval/cases/{case_id}") for browser in browsers]
    gate = Barrier(SIXTEEN)

    def approve(number: int) -> tuple[int, str]:
        gate.wait()
        answer = browsers[number].post(
            path, data={**form, "csrf_token": tokens[number], "key": new_key()}
        )
        return answer.status_code, answer.text

    with ThreadPoolExecutor(SIXTEEN) as pool:
        answers = list(pool.map(approve, range(SIXTEEN)))
    assert Counter(status for status, _page in answers) == {303: 1, 409: 15}, answers
    assert all("<h1" in page for status, page in answers if status == 409)
    rows = db.session.execute(sa.select(Posting.quantity)).scalars().all()
    assert rows == [3]
    approvals = sa.select(sa.func.count()).where(Event.type == "approved")
    assert db.session.scalar(approvals) == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(Seal.cause == "approve")) == 1
