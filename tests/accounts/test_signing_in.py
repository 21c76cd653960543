"""Who may sign in, how guessing is slowed, and what a session is worth afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import AccountRecord, FailedSignIn, SignedIn, User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from tests.conftest import SignedIn as SignIn
from tests.conftest import csrf_of
from tests.factories import AT, PASSWORD, a_user


def post_sign_in(browser: FlaskClient, email: str, password: str, **more: str) -> TestResponse:
    fields = {"email": email, "password": password, **more}
    return browser.post("/sign-in", data={**fields, "csrf_token": csrf_of(browser, "/sign-in")})


def a_person() -> str:
    email = a_user(Role.LEADER).email
    db.session.commit()
    return email


def test_right_password_opens_a_session_that_sign_out_kills_wherever_it_was_copied(
    app: Flask,
) -> None:
    email = a_person()
    browser, thief = app.test_client(), app.test_client()
    assert post_sign_in(browser, email.upper(), PASSWORD).status_code == 303
    cookie = browser.get_cookie("registry")
    assert cookie is not None
    thief.set_cookie("registry", cookie.value)
    assert thief.get("/account").status_code == 200

    browser.post("/sign-out", data={"csrf_token": csrf_of(browser, "/account")})

    assert thief.get("/account").status_code == 303
    assert db.session.query(SignedIn).count() == 0


def test_a_session_planted_before_is_worth_nothing_after(app: Flask) -> None:
    email = a_person()
    browser = app.test_client()
    csrf_of(browser, "/sign-in")
    planted = browser.get_cookie("registry")
    post_sign_in(browser, email, PASSWORD)

    after = browser.get_cookie("registry")

    thief = app.test_client()
    assert planted is not None
    thief.set_cookie("registry", planted.value)
    assert after is not None
    assert planted.value != after.value
    assert thief.get("/account").status_code == 303


def test_unknown_account_and_wrong_password_are_told_apart_by_nothing(app: Flask) -> None:
    email = a_person()

    wrong = post_sign_in(app.test_client(), email, "wrong")
    unknown = post_sign_in(app.test_client(), "nobody@example.test", "wrong")

    assert wrong.status_code == unknown.status_code == 422
    assert fault_of(wrong) == fault_of(unknown) == "邮箱或密码不对。再错 4 次要等 15 分钟。"


def fault_of(answer: TestResponse) -> str:
    text = answer.text.split('id="password-error"')[1].split("</svg>")[1]
    return text.split("</p>")[0].strip()


def test_sixth_try_waits_a_quarter_of_an_hour_and_no_longer(app: Flask) -> None:
    email = a_person()
    browser = app.test_client()
    with clock.set_to(AT):
        faults = [fault_of(post_sign_in(browser, email, "wrong")) for _ in range(5)]
        refused = post_sign_in(browser, email, PASSWORD)
    with clock.set_to(AT + timedelta(minutes=15)):
        let_in = post_sign_in(browser, email, PASSWORD)

    assert "再错 1 次" in faults[3]
    assert "再错" not in faults[4]
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert fault_of(refused) == "错误次数太多，请等 15 分钟再试。"
    assert let_in.status_code == 303
    assert db.session.query(FailedSignIn).count() == 0


def test_one_address_may_not_try_many_accounts(app: Flask) -> None:
    browser = app.test_client()
    with clock.set_to(AT):
        answers = [
            post_sign_in(browser, f"p{n}@example.test", "wrong").status_code for n in range(21)
        ]
        a_forged = browser.post(
            "/sign-in",
            data={
                "email": "p99@example.test",
                "password": "wrong",
                "csrf_token": csrf_of(browser, "/sign-in"),
            },
            headers={"X-Forwarded-For": "203.0.113.9"},
        )

    assert answers == [422] * 20 + [429]
    assert a_forged.status_code == 429


def test_session_ends_when_idle_and_after_half_a_day(app: Flask, sign_in: SignIn) -> None:
    with clock.set_to(AT):
        browser = sign_in(a_user(Role.LEADER))
    with clock.set_to(AT + timedelta(minutes=59)):
        assert browser.get("/account").status_code == 200
    with clock.set_to(AT + timedelta(minutes=118)):
        assert browser.get("/account").status_code == 200
    with clock.set_to(AT + timedelta(minutes=179)):
        assert browser.get("/account").status_code == 303


def test_closed_and_unconfirmed_accounts_stay_outside(app: Flask) -> None:
    closed, unconfirmed = a_user(Role.LEADER), a_user(Role.LEADER)
    closed.closed_at, unconfirmed.email_confirmed_at = AT, None
    emails = [closed.email, unconfirmed.email]
    db.session.commit()

    answers = [post_sign_in(app.test_client(), email, PASSWORD).status_code for email in emails]

    assert answers == [422, 422]


def test_sign_in_renews_a_hash_of_lower_cost(app: Flask) -> None:
    email = a_person()

    post_sign_in(app.test_client(), email, PASSWORD)

    stored = db.session.scalar(sa.select(User.password_hash).where(User.email == email))
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    "target",
    ["//evil.test", "/\\evil.test", "https://evil.test", "https:evil.test", "/\t/evil.test", "x"],
)
def test_nobody_is_led_to_another_site(app: Flask, target: str) -> None:
    email = a_person()

    answer = post_sign_in(app.test_client(), email, PASSWORD, next=target)

    assert answer.status_code == 303
    assert answer.location in ("/tally", "/")


def test_a_path_of_our_own_is_kept(app: Flask) -> None:
    email = a_person()

    answer = post_sign_in(app.test_client(), email, PASSWORD, next="/account?a=1")

    assert answer.location == "/account?a=1"


def test_language_is_kept_for_the_person(app: Flask, sign_in: SignIn) -> None:
    user = a_user(Role.LEADER)
    user_id = user.id
    browser = sign_in(user)
    fields = {"language": "en", "next": "/account"}

    answer = browser.post("/language", data={**fields, "csrf_token": csrf_of(browser, "/account")})

    assert answer.location == "/account"
    assert 'lang="en"' in browser.get("/account").text
    assert db.session.get_one(User, user_id).language == "en"


def test_each_sign_in_leaves_one_record(app: Flask) -> None:
    email = a_person()
    browser = app.test_client()
    post_sign_in(browser, email, "wrong")
    post_sign_in(browser, email, PASSWORD)
    browser.post("/sign-out", data={"csrf_token": csrf_of(browser, "/account")})

    told = db.session.scalars(sa.select(AccountRecord.what).order_by(AccountRecord.id)).all()

    assert told == ["sign_in_failed", "signed_in", "signed_out"]
