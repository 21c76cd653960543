"""A sign-in that ends in the middle of a form loses nothing, and carries nothing from elsewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.roles import Role
from registry.core import clock, database
from registry.core.database import db
from registry.enterprises.models import Enterprise
from tests.conftest import SignedIn as SignIn
from tests.conftest import csrf_of
from tests.factories import AT, PASSWORD, a_user

OWN = {"Sec-Fetch-Site": "same-origin"}
FORM = {
    "address": "科技路 8 号\r\n二号楼 “甲” <b>",
    "district": "320583",
    "industry": "C34",
    "employees": "412",
    "revenue_wan": "38,620.5",
    "founded_on": "2010-05-01",
    "ownership": "private",
    "legal_representative": "张测试",
    "contact_name": "王测试",
    "contact_phone": "13812345678",
}


def fields_of(page: str) -> dict[str, str]:
    """Return the hidden fields of a page, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def sign_in_again(browser: FlaskClient, page: str, email: str) -> str:
    token = csrf_of(browser, "/sign-in")
    known = {"email": email, "password": PASSWORD, "csrf_token": token}
    carried = {name: fields_of(page)[name] for name in ("carried", "carried_to")}
    answer = browser.post("/sign-in", data={**known, **carried})
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def test_form_is_stored_as_it_was_after_signing_in_again(app: Flask, sign_in: SignIn) -> None:
    user = a_user(Role.MEMBER)
    email, firm_id = user.email, user.enterprise_id
    with clock.set_to(AT):
        browser = sign_in(user)
        form = {**FORM, "csrf_token": csrf_of(browser, "/enterprise/record")}
    with clock.set_to(AT + timedelta(hours=2)):
        cut_off = browser.post("/enterprise/record", data=form, headers=OWN)
        page = sign_in_again(browser, cut_off.text, email)
        again = browser.post("/enterprise/record", data=fields_of(page), headers=OWN)

    assert cut_off.status_code == 401
    assert 'action="/enterprise/record"' in page
    assert again.status_code == 303
    firm = db.session.get_one(Enterprise, firm_id)
    assert firm.address == "科技路 8 号 二号楼 “甲” <b>"
    assert str(firm.revenue_wan) == "38620.50"


def test_signing_out_in_a_second_tab_loses_nothing_in_the_first(
    app: Flask, sign_in: SignIn
) -> None:
    user = a_user(Role.MEMBER)
    email = user.email
    browser = sign_in(user)
    form = {**FORM, "csrf_token": csrf_of(browser, "/enterprise/record")}
    browser.post("/sign-out", data={"csrf_token": csrf_of(browser, "/account")})

    cut_off = browser.post("/enterprise/record", data=form, headers=OWN)
    page = sign_in_again(browser, cut_off.text, email)

    assert cut_off.status_code == 401
    assert fields_of(page)["contact_name"] == "王测试"


def test_signing_in_again_in_a_second_tab_asks_once_more_in_the_first(
    app: Flask, sign_in: SignIn
) -> None:
    user = a_user(Role.MEMBER)
    email = user.email
    browser = sign_in(user)
    form = {**FORM, "csrf_token": csrf_of(browser, "/enterprise/record")}
    browser.post("/sign-out", data={"csrf_token": csrf_of(browser, "/account")})
    token = csrf_of(browser, "/sign-in")
    browser.post("/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token})

    stale = browser.post("/enterprise/record", data=form, headers=OWN)
    again = browser.post("/enterprise/record", data=fields_of(stale.text), headers=OWN)

    assert stale.status_code == 409
    assert "继续刚才的填写" in stale.text
    assert again.status_code == 303


def test_post_from_another_site_is_refused_and_not_carried(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(a_user(Role.MEMBER))
    for headers in (
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.test"},
        {},
    ):
        for who in (browser, app.test_client()):
            answer = who.post("/enterprise/record", data=FORM, headers=headers)
            assert answer.status_code == 400
            assert "13812345678" not in answer.text


def test_origin_counts_where_the_browser_says_no_more(app: Flask) -> None:
    answer = app.test_client().post(
        "/enterprise/record", data=FORM, headers={"Origin": "http://localhost"}
    )

    assert answer.status_code == 401
    assert "13812345678" in answer.text


def test_passwords_and_tokens_are_never_carried(app: Flask) -> None:
    secret = {"old_password": "secret-1", "password": "secret-2", "csrf_token": "secret-3"}

    answer = app.test_client().post("/account/password", data=secret, headers=OWN)

    assert answer.status_code == 401
    assert "secret-" not in answer.text


def test_a_draft_that_saves_itself_is_told_in_json(app: Flask) -> None:
    headers = {**OWN, "X-Requested-With": "autosave"}

    answer = app.test_client().post("/enterprise/record", data=FORM, headers=headers)

    assert answer.status_code == 401
    assert answer.get_json() == {"status": 401, "sign_in": True}


def test_another_role_is_not_led_to_the_form(app: Flask, sign_in: SignIn) -> None:
    email = a_user(Role.LEADER).email
    db.session.commit()
    browser = app.test_client()
    cut_off = browser.post("/enterprise/record", data=FORM, headers=OWN)
    known = {"email": email, "password": PASSWORD, "csrf_token": csrf_of(browser, "/sign-in")}
    carried = {name: fields_of(cut_off.text)[name] for name in ("carried", "carried_to")}

    answer = browser.post("/sign-in", data={**known, **carried})

    assert answer.status_code == 303


def test_carried_fields_lead_to_no_other_site(app: Flask, sign_in: SignIn) -> None:
    email = a_user(Role.MEMBER).email
    db.session.commit()
    browser = app.test_client()
    known = {"email": email, "password": PASSWORD, "csrf_token": csrf_of(browser, "/sign-in")}

    answer = browser.post(
        "/sign-in", data={**known, "carried": "[]", "carried_to": "//evil.test/enterprise/record"}
    )

    assert answer.status_code == 303
    assert "evil" not in answer.location


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Let a program that is none of ours hold all that is written to."""
    is_sqlite = app.config["SETTINGS"].database_url.startswith("sqlite")
    engine = sa.create_engine(app.config["SETTINGS"].database_url, poolclass=sa.pool.NullPool)
    with engine.connect() as other:
        lock = "BEGIN IMMEDIATE" if is_sqlite else "LOCK TABLE account_record IN EXCLUSIVE MODE"
        other.exec_driver_sql(lock)
        yield
        other.rollback()


class Waiting(NamedTuple):
    """A member's browser, and a record that somebody else has locked, with a form for it."""

    browser: FlaskClient
    firm_id: int
    form: dict[str, str]

    def post(self, **headers: str) -> TestResponse:
        """Send the form from a thread of its own, which waits in vain."""
        send = partial(self.browser.post, "/enterprise/record", data=self.form)
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(partial(send, headers={**OWN, **headers})).result()


@pytest.fixture
def waiting(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Waiting:
    user = a_user(Role.MEMBER)
    firm_id = user.enterprise_id
    assert firm_id is not None
    browser = sign_in(user)
    form = {**FORM, "csrf_token": csrf_of(browser, "/enterprise/record")}
    monkeypatch.setattr(database, "BUSY_SECONDS", 1)
    db.session.remove()
    db.engine.dispose()
    db.session.get(Enterprise, firm_id, with_for_update=True)
    return Waiting(browser, firm_id, form)


def test_a_form_that_waited_in_vain_is_sent_again_by_one_button(waiting: Waiting) -> None:
    refused = waiting.post()
    db.session.remove()
    again = waiting.browser.post("/enterprise/record", data=fields_of(refused.text), headers=OWN)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    kept = fields_of(refused.text)
    assert {name: kept[name] for name in FORM} == FORM
    assert again.status_code == 303
    firm = db.session.get_one(Enterprise, waiting.firm_id)
    assert (firm.address, firm.employees) == ("科技路 8 号 二号楼 “甲” <b>", 412)


def test_a_script_that_waited_in_vain_gets_no_page(waiting: Waiting) -> None:
    refused = waiting.post(**{"X-Requested-With": "draft"})
    db.session.remove()
    assert refused.status_code == 503
    assert refused.json is not None
    assert set(refused.json) == {"status", "message"}


def test_a_form_that_writes_at_the_very_end_waits_in_vain_no_other_way(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record sent as it stands changes nothing; what is noted of it is the only write."""
    browser = sign_in(a_user(Role.MEMBER))
    form = {**FORM, "csrf_token": csrf_of(browser, "/enterprise/record")}
    stored = browser.post("/enterprise/record", data=form, headers=OWN)
    form["csrf_token"] = csrf_of(browser, "/enterprise/record")
    monkeypatch.setattr(database, "BUSY_SECONDS", 1)
    db.engine.dispose()
    with locked(app):
        refused = browser.post("/enterprise/record", data=form, headers=OWN)
        by_itself = browser.post(
            "/enterprise/record", data=form, headers={**OWN, "X-Requested-With": "draft"}
        )
    again = browser.post("/enterprise/record", data=fields_of(refused.text), headers=OWN)

    assert (stored.status_code, refused.status_code, again.status_code) == (303, 503, 303)
    assert {name: fields_of(refused.text)[name] for name in FORM} == FORM
    assert "企业信息已保存" not in refused.text
    assert (by_itself.status_code, by_itself.is_json) == (503, True)
