"""What sends mails to addresses that nobody checked is slowed, per network and per mail address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import TestResponse

from registry.accounts.models import AskedMail, PendingSignUp
from registry.accounts.roles import Role
from registry.accounts.throttle import network_of
from registry.core import clock
from registry.core.database import db
from registry.notices.models import Notice
from tests.accounts.test_signing_up import given, last_link, post
from tests.conftest import csrf_of
from tests.factories import AT, a_user

MOST = 20


def sign_ups(browser: FlaskClient, count: int, *, first: int = 0) -> list[int]:
    return [
        post(browser, "/sign-up", given(email=f"p{first + n}@firm.example.test")).status_code
        for n in range(count)
    ]


def post_from(address: str, browser: FlaskClient, path: str, fields: dict[str, str]) -> int:
    data = {**fields, "csrf_token": csrf_of(browser, path)}
    sent: TestResponse = browser.post(path, data=data, environ_base={"REMOTE_ADDR": address})
    return sent.status_code


def test_one_network_signs_up_twenty_in_an_hour_and_keeps_what_it_typed(app: Flask) -> None:
    browser = app.test_client()
    with clock.set_to(AT):
        taken = sign_ups(browser, MOST)
    with clock.set_to(AT + timedelta(minutes=20)):
        refused = post(browser, "/sign-up", given(email="late@firm.example.test"))
        elsewhere = post_from("203.0.113.9", browser, "/sign-up", given(email="x@a.example.test"))
    with clock.set_to(AT + timedelta(minutes=60)):
        after = post(browser, "/sign-up", given(email="late@firm.example.test"))

    assert taken == [303] * MOST
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2400")
    notice = refused.text.split('role="alert"')[1].split("</div>")[0]
    assert "一小时内已提交 20 次" in notice
    assert "40 分钟" in notice
    for typed in given(email="late@firm.example.test", district="", industry="").values():
        assert f'value="{typed}"' in refused.text
    assert 'selected value="320583"' in refused.text
    assert (elsewhere, after.status_code) == (303, 303)
    assert db.session.query(Notice).count() == MOST + 2


def test_what_was_refused_counts_for_nothing_and_bad_input_neither(app: Flask) -> None:
    browser = app.test_client()
    with clock.set_to(AT):
        post(browser, "/sign-up", given(uscc="9132058"))
        sign_ups(browser, MOST)
        refused = sign_ups(browser, 3, first=MOST)

    assert refused == [429] * 3
    assert db.session.query(AskedMail).count() == MOST
    assert db.session.query(PendingSignUp).count() == MOST


def test_one_forged_header_more_changes_nothing(app: Flask) -> None:
    browser = app.test_client()
    with clock.set_to(AT):
        sign_ups(browser, MOST)
        data = {**given(email="x@a.example.test"), "csrf_token": csrf_of(browser, "/sign-up")}
        answer = browser.post("/sign-up", data=data, headers={"X-Forwarded-For": "203.0.113.9"})

    assert answer.status_code == 429


def test_behind_a_proxy_each_network_has_its_own_count(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=1))  # what PROXIES=1 sets up
    browser = app.test_client()

    def from_network(address: str, email: str) -> int:
        data = {**given(email=email), "csrf_token": csrf_of(browser, "/sign-up")}
        headers = {"X-Forwarded-For": address}
        return browser.post("/sign-up", data=data, headers=headers).status_code

    with clock.set_to(AT):
        first = [from_network("198.51.100.1", f"p{n}@a.example.test") for n in range(MOST + 1)]
        second = from_network("198.51.100.2", "x@a.example.test")

    assert first == [303] * MOST + [429]
    assert second == 303


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_network_of_an_address(address: str, counted_as: str) -> None:
    assert network_of(address) == counted_as


def test_address_with_an_account_is_counted_as_one_without(app: Flask) -> None:
    known = a_user(Role.LEADER).email
    db.session.commit()
    browser = app.test_client()
    with clock.set_to(AT):
        answers = {
            email: [post(browser, "/sign-up", given(email=email)).status_code for _ in range(6)]
            for email in (known, "nobody@firm.example.test")
        }
        resets = {
            email: [post(browser, "/forgot", {"email": email}).status_code for _ in range(6)]
            for email in (known, "nobody@firm.example.test")
        }

    assert answers[known] == answers["nobody@firm.example.test"] == [303] * 5 + [429]
    assert resets[known] == resets["nobody@firm.example.test"] == [303] * 5 + [429]


def test_one_network_asks_for_twenty_passwords_in_an_hour(app: Flask) -> None:
    browser = app.test_client()
    with clock.set_to(AT):
        taken = [
            post(browser, "/forgot", {"email": f"p{n}@a.example.test"}).status_code
            for n in range(MOST)
        ]
        refused = post(browser, "/forgot", {"email": "late@a.example.test"})
        sign_up = post(browser, "/sign-up", given())

    assert taken == [303] * MOST
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert 'value="late@a.example.test"' in refused.text
    assert sign_up.status_code == 303


def test_newest_of_five_links_still_works(app: Flask) -> None:
    browser = app.test_client()
    with clock.set_to(AT):
        answers = [post(browser, "/sign-up", given()) for _ in range(6)]
        page = browser.get(last_link()).status_code

    assert "已为此邮箱请求 5 次邮件" in answers[5].text
    assert page == 200


def test_old_requests_are_dropped(app: Flask) -> None:
    with clock.set_to(AT):
        sign_ups(app.test_client(), 2)
    with clock.set_to(AT + timedelta(days=1, seconds=1)):
        sign_ups(app.test_client(), 1, first=7)

    emails = db.session.scalars(sa.select(AskedMail.email)).all()

    assert emails == ["p7@firm.example.test"]
