"""How an enterprise and its people come in: sign-up, the link, the password, a forgotten one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import AccountRecord, OneTimeLink, PendingSignUp, User
from registry.accounts.queries import find_user
from registry.accounts.roles import Membership, Right, Role
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.notices.models import Notice
from tests.conftest import SignedIn as SignIn
from tests.conftest import csrf_of
from tests.factories import AT, PASSWORD, a_credit_code, a_district, a_user

NEW = "three herons over 7 bridges"


def given(**changed: str) -> dict[str, str]:
    fields = {
        "uscc": a_credit_code(7_000_001),
        "enterprise": "苏州测试精工（集团）有限公司",
        "district": "320583",
        "industry": "C34",
        "name": "王测试",
        "phone": "13812345678",
        "email": "Wang@Firm.example.test",
    }
    return {**fields, **changed}


def post(
    browser: FlaskClient, path: str, fields: dict[str, str], *, page: str = ""
) -> TestResponse:
    return browser.post(path, data={**fields, "csrf_token": csrf_of(browser, page or path)})


def last_link() -> str:
    """Return the path of the link in the last mail of the outbox."""
    body = db.session.scalar(sa.select(Notice.body).order_by(Notice.id.desc()).limit(1))
    assert body is not None
    return body.split("{site}")[1].split("\n")[0]


def sign_up(app: Flask, **changed: str) -> User:
    """Sign up and choose the password behind the link; return the account."""
    browser = app.test_client()
    assert post(browser, "/sign-up", given(**changed)).status_code == 303
    assert post(browser, last_link(), {"password": NEW}).status_code == 303
    user = find_user(given(**changed)["email"])
    assert user is not None
    return user


def test_first_person_of_a_firm_is_its_unproven_owner(app: Flask) -> None:
    user = sign_up(app)

    assert (user.role, user.right, user.membership) == (
        Role.MEMBER,
        Right.OWNER,
        Membership.UNPROVEN,
    )
    assert user.email == "wang@firm.example.test"
    assert user.enterprise is not None
    assert user.enterprise.uscc == a_credit_code(7_000_001)
    assert user.enterprise.name_key == "苏州测试精工(集团)有限公司"


def test_nothing_comes_into_being_before_the_link_is_spent(app: Flask, sign_in: SignIn) -> None:
    browser = app.test_client()
    officer = sign_in(a_user(Role.OFFICER, district=a_district("320583")))
    post(browser, "/sign-up", given())
    entry = {"email": "wang@firm.example.test", "password": NEW}

    before = post(browser, "/sign-in", entry).status_code
    firms, people = db.session.query(Enterprise).count(), db.session.query(User).count()
    members, pairs = officer.get("/members").text, officer.get("/programme/duplicates").text
    post(browser, last_link(), {"password": NEW})
    after = post(browser, "/sign-in", entry).status_code

    assert (firms, people) == (0, 1)
    assert "王测试" not in members
    assert "苏州测试精工" not in members + pairs
    assert (before, after) == (422, 303)
    assert db.session.query(Enterprise).count() == 1
    assert db.session.query(PendingSignUp).count() == 0


def test_what_a_stranger_typed_first_leads_to_nothing(app: Flask) -> None:
    stranger, owner = app.test_client(), app.test_client()
    post(stranger, "/sign-up", given(name="陌生人", uscc=a_credit_code(7_000_002), password=NEW))
    strangers = last_link()
    post(owner, "/sign-up", given())
    own = last_link()

    shown = owner.get(own).text
    spent = post(owner, own, {"password": "herons over seven bridges"}).status_code
    late = post(stranger, strangers, {"password": NEW}, page="/sign-in").status_code
    entry = {"email": "wang@firm.example.test", "password": NEW}

    assert "王测试" in shown
    assert "陌生人" not in shown
    assert (spent, late) == (303, 404)
    assert post(stranger, "/sign-in", entry).status_code == 422
    codes = db.session.scalars(sa.select(Enterprise.uscc)).all()
    assert codes == [a_credit_code(7_000_001)]


def test_page_of_the_link_shows_what_the_account_will_be(app: Flask) -> None:
    browser = app.test_client()
    post(browser, "/sign-up", given(name="陌生人", uscc=a_credit_code(7_000_002)))

    page = browser.get(last_link()).text

    for word in ("陌生人", a_credit_code(7_000_002), "13812345678", "wang@firm.example.test"):
        assert word in page


@pytest.mark.parametrize("password", ["short", "1234567890", "王测试 wang@firm.example.test", ""])
def test_weak_password_is_told_on_the_page_of_the_link_which_stays_good(
    app: Flask, password: str
) -> None:
    browser = app.test_client()
    post(browser, "/sign-up", given())
    path = last_link()

    weak = post(browser, path, {"password": password})

    assert weak.status_code == 422
    assert 'id="password-error"' in weak.text
    assert db.session.query(User).count() == 0
    assert post(browser, path, {"password": NEW}).status_code == 303


def test_who_got_an_account_meanwhile_is_not_made_twice(app: Flask) -> None:
    browser = app.test_client()
    post(browser, "/sign-up", given())
    a_user(Role.LEADER).email = "wang@firm.example.test"
    db.session.commit()

    answer = post(browser, last_link(), {"password": NEW})

    assert answer.status_code == 409
    assert db.session.query(Enterprise).count() == 0


def test_account_that_waited_under_an_earlier_release_is_taken_over(app: Flask) -> None:
    waiting = a_user(Role.MEMBER, membership=Membership.ASKED)
    waiting.email, waiting.email_confirmed_at = "wang@firm.example.test", None
    waiting_id = waiting.id
    db.session.commit()

    user = sign_up(app)

    assert user.id == waiting_id
    assert user.membership is Membership.UNPROVEN
    entry = {"email": "wang@firm.example.test", "password": PASSWORD}
    assert post(app.test_client(), "/sign-in", entry).status_code == 422


def test_what_was_never_confirmed_is_forgotten(app: Flask) -> None:
    with clock.set_to(AT):
        post(app.test_client(), "/sign-up", given())
    with clock.set_to(AT + timedelta(hours=72)):
        post(app.test_client(), "/sign-up", given(email="li@firm.example.test", name="李测试"))

    names = db.session.scalars(sa.select(PendingSignUp.name)).all()

    assert names == ["李测试"]


def test_opening_a_link_does_not_spend_it_and_it_works_once(app: Flask) -> None:
    browser = app.test_client()
    post(browser, "/sign-up", given())
    path = last_link()

    opened = [browser.get(path).status_code for _ in range(2)]
    spent = post(browser, path, {"password": NEW}).status_code

    assert opened == [200, 200]
    assert spent == 303
    assert browser.get(path).status_code == 404


def test_a_newer_link_cancels_the_older_and_72_hours_end_it(app: Flask) -> None:
    browser = app.test_client()
    with clock.set_to(AT):
        post(browser, "/sign-up", given())
        older = last_link()
        post(browser, "/sign-up", given())
        newer = last_link()
        assert browser.get(older).status_code == 404
        assert browser.get(newer).status_code == 200
    with clock.set_to(AT + timedelta(hours=72)):
        assert browser.get(newer).status_code == 404


def test_key_of_a_link_is_stored_nowhere_but_in_the_mail(app: Flask) -> None:
    post(app.test_client(), "/sign-up", given())
    key = last_link().removeprefix("/links/")

    row = db.session.scalars(sa.select(OneTimeLink)).one()
    details = db.session.scalars(sa.select(AccountRecord.detail)).all()

    assert len(key) == 43
    assert row.key_hash != key
    assert not [detail for detail in details if key in detail]


def test_an_address_with_an_account_is_told_by_mail_only(app: Flask) -> None:
    sign_up(app)
    browser = app.test_client()

    again = post(browser, "/sign-up", given(name="另一人"))

    assert again.location == "/sign-up/sent"
    assert db.session.query(User).count() == 1
    subject = db.session.scalar(sa.select(Notice.subject).order_by(Notice.id.desc()).limit(1))
    assert subject == "您已有账号"


def test_a_record_of_old_lists_is_not_completed_by_a_sign_up_but_shown(
    app: Flask, sign_in: SignIn
) -> None:
    old = Enterprise(
        name="苏州测试精工(集团)有限公司",
        name_key="苏州测试精工(集团)有限公司",
        created_at=AT,
    )
    db.session.add(old)
    db.session.commit()
    old_id = old.id

    user = sign_up(app)

    assert user.enterprise_id != old_id
    officer = sign_in(a_user(Role.OFFICER, district=a_district("320583")))
    assert "历史名单中有同名企业" in officer.get("/members").text
    assert db.session.get_one(Enterprise, old_id).uscc is None


def test_password_reset_tells_nothing_and_ends_all_sessions(app: Flask, sign_in: SignIn) -> None:
    user = a_user(Role.LEADER)
    email = user.email
    browser, visitor = sign_in(user), app.test_client()

    known = post(visitor, "/forgot", {"email": email})
    path = last_link()
    unknown = post(visitor, "/forgot", {"email": "nobody@example.test"})
    spent = post(visitor, path, {"password": NEW})

    assert known.location == unknown.location == "/sign-up/sent"
    assert db.session.query(Notice).count() == 1
    assert spent.status_code == 303
    assert browser.get("/account").status_code == 303
    assert post(visitor, "/sign-in", {"email": email, "password": PASSWORD}).status_code == 422
    assert post(visitor, "/sign-in", {"email": email, "password": NEW}).status_code == 303


def test_reset_link_ends_after_an_hour(app: Flask) -> None:
    email = a_user(Role.LEADER).email
    db.session.commit()
    with clock.set_to(AT):
        post(app.test_client(), "/forgot", {"email": email})
    path = last_link()

    with clock.set_to(AT + timedelta(minutes=59)):
        assert app.test_client().get(path).status_code == 200
    with clock.set_to(AT + timedelta(minutes=60)):
        assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("uscc", "91320583MAO000001X", "第 11 位是字母 O，代码中从不使用这个字母，可能是 0。"),
        ("uscc", "9132058", "代码应为 18 位，这里是 7 位。"),
        ("enterprise", "", "请填写。"),
        ("enterprise", "\0\1", "有一个字符无法识别，请重新输入。"),
        ("enterprise", "苏州测试\ufffd公司", "有一个字符无法识别，请重新输入。"),
        ("enterprise", "苏州🦢公司", "不能登记表情或装饰符号，请删去。"),
        ("district", "310000", "Not a valid choice."),
        ("phone", "12345", "手机号为 11 位数字，座机形如 0512-65220000。"),
        ("email", "wang at firm", "邮箱格式不对，应类似 name@company.cn。"),
    ],
)
def test_bad_input_is_told_on_its_field_and_kept(
    app: Flask, field: str, value: str, sentence: str
) -> None:
    answer = post(app.test_client(), "/sign-up", given(**{field: value}))

    assert answer.status_code == 422
    if field != "district":
        fault = answer.text.split(f'id="{field}-error"')[1].split("</p>")[0]
        assert fault.split("</svg>")[1].strip() == sentence
    assert 'value="王测试"' in answer.text
    assert db.session.query(User).count() == 0


def test_a_rare_character_in_a_name_is_kept(app: Flask) -> None:
    assert sign_up(app, name="王𠮷").name == "王𠮷"


def test_fields_beyond_the_form_change_nothing(app: Flask) -> None:
    user = sign_up(app, role="administrator", membership="proven", enterprise_id="1")

    assert (user.role, user.membership) == (Role.MEMBER, Membership.UNPROVEN)
