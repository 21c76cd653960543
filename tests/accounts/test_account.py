"""One's own account, and the common record of one's enterprise."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import SignedIn, User
from registry.accounts.roles import Membership, Right, Role
from registry.core.database import db
from registry.enterprises.models import Enterprise
from tests.conftest import SignedIn as SignIn
from tests.conftest import csrf_of
from tests.factories import PASSWORD, a_user, an_enterprise
from tests.statements import counted_statements

NEW = "three herons over 7 bridges"
RECORD = {
    "address": "科技路 8 号",
    "district": "320585",
    "industry": "C36",
    "employees": "1,412",
    "revenue_wan": "48,620.50",
    "founded_on": "2010年5月1日",
    "ownership": "foreign",
    "legal_representative": "张测试",
    "contact_name": "王测试",
    "contact_phone": "0512-65220000",
}


def post(browser: FlaskClient, path: str, fields: dict[str, str], *, page: str) -> TestResponse:
    return browser.post(path, data={**fields, "csrf_token": csrf_of(browser, page)})


def fault_of(answer: TestResponse, field: str) -> str:
    return answer.text.split(f'id="{field}-error"')[1].split("</svg>")[1].split("</p>")[0].strip()


def test_name_telephone_and_language_are_stored(app: Flask, sign_in: SignIn) -> None:
    user = a_user(Role.LEADER)
    user_id = user.id
    browser = sign_in(user)
    fields = {"name": "顾新名", "phone": "0512-65220000", "language": "en", "role": "administrator"}

    answer = post(browser, "/account", fields, page="/account")

    user = db.session.get_one(User, user_id)
    assert answer.status_code == 303
    assert (user.name, user.phone, user.language) == ("顾新名", "0512-65220000", "en")
    assert user.role is Role.LEADER


def test_changing_the_password_needs_the_old_one_and_ends_other_sign_ins(
    app: Flask, sign_in: SignIn
) -> None:
    user = a_user(Role.LEADER)
    user_id = user.id
    browser = sign_in(user)
    other = sign_in(db.session.get_one(User, user_id))
    page = "/account/password"

    wrong = post(browser, page, {"old": "wrong", "password": NEW}, page=page)
    right = post(browser, page, {"old": PASSWORD, "password": NEW}, page=page)

    assert wrong.status_code == 422
    assert fault_of(wrong, "old") == "现在的密码不对。"
    assert right.status_code == 303
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 303


def test_own_sign_ins_are_listed_and_ended_one_by_one(app: Flask, sign_in: SignIn) -> None:
    user = a_user(Role.LEADER)
    user_id = user.id
    browser = sign_in(user)
    other = sign_in(db.session.get_one(User, user_id))
    (shown,) = re.findall(r'name="session" value="([0-9a-f]{64})"', browser.get("/account").text)

    post(browser, "/account/sessions/end", {"session": shown}, page="/account")

    assert other.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200


def test_sign_ins_of_others_cannot_be_ended(app: Flask, sign_in: SignIn) -> None:
    sign_in(a_user(Role.LEADER))
    of_another = db.session.scalars(db.select(SignedIn.key_hash)).one()
    browser = sign_in(a_user(Role.LEADER))

    answer = post(browser, "/account/sessions/end", {"session": of_another}, page="/account")

    assert answer.status_code == 404
    assert db.session.query(SignedIn).count() == 2


def test_record_is_stored_and_the_size_computed(app: Flask, sign_in: SignIn) -> None:
    user = a_user(Role.MEMBER)
    firm_id = user.enterprise_id
    browser = sign_in(user)

    answer = post(browser, "/enterprise/record", RECORD, page="/enterprise/record")

    firm = db.session.get_one(Enterprise, firm_id)
    assert answer.status_code == 303
    assert (firm.employees, str(firm.revenue_wan)) == (1412, "48620.50")
    assert str(firm.founded_on) == "2010-05-01"
    assert firm.district is not None
    assert firm.district.code == "320585"
    assert "大型" in browser.get("/enterprise").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("employees", "1" + "0" * 30, "请用数字填写整数。"),
        ("employees", "-5", "请用数字填写整数。"),
        ("revenue_wan", "1" + "0" * 30, None),
        ("revenue_wan", "NaN", None),
        ("founded_on", "2099-01-01", "日期不能晚于今天。"),
        ("founded_on", "2010-02-30", "日期请写成 2026-11-22。"),
        ("contact_phone", "=1+1", "手机号为 11 位数字，座机形如 0512-65220000。"),
        ("address", "", "请填写。"),
    ],
)
def test_bad_input_is_told_on_its_field_and_kept(
    app: Flask, sign_in: SignIn, field: str, value: str, sentence: str | None
) -> None:
    user = a_user(Role.MEMBER)
    firm_id = user.enterprise_id
    browser = sign_in(user)

    answer = post(
        browser, "/enterprise/record", {**RECORD, field: value}, page="/enterprise/record"
    )

    assert answer.status_code == 422
    assert sentence is None or fault_of(answer, field) == sentence
    assert fault_of(answer, field)
    assert f'value="{value}"' in answer.text
    assert db.session.get_one(Enterprise, firm_id).address == "测试路 1 号"


@pytest.mark.parametrize(
    ("right", "membership", "status"),
    [
        (Right.OWNER, Membership.PROVEN, 200),
        (Right.EDITOR, Membership.PROVEN, 403),
        (Right.OWNER, Membership.REFUSED, 403),
        (Right.EDITOR, Membership.ASKED, 403),
    ],
)
def test_only_owners_change_the_record(
    app: Flask, sign_in: SignIn, right: Right, membership: Membership, status: int
) -> None:
    browser = sign_in(a_user(Role.MEMBER, right=right, membership=membership))

    assert browser.get("/enterprise/record").status_code == status


@pytest.mark.parametrize("membership", [Membership.UNPROVEN, Membership.ASKED, Membership.REFUSED])
def test_who_is_not_proven_sees_nothing_that_colleagues_brought_in(
    app: Flask, sign_in: SignIn, membership: Membership
) -> None:
    firm = an_enterprise()
    colleague = a_user(Role.MEMBER, enterprise=firm)
    email = colleague.email
    browser = sign_in(a_user(Role.MEMBER, enterprise=firm, membership=membership))

    page = browser.get("/enterprise").text

    assert email not in page
    assert "张测试" not in page
    assert "13800000000" not in page


def test_enterprise_takes_as_many_statements_for_three_members_as_for_one(
    app: Flask, sign_in: SignIn
) -> None:
    user = a_user(Role.MEMBER)
    firm_id = user.enterprise_id
    browser = sign_in(user)
    with counted_statements() as one:
        browser.get("/enterprise")
    for _ in range(2):
        a_user(Role.MEMBER, enterprise=db.session.get_one(Enterprise, firm_id))
    db.session.commit()
    with counted_statements() as three:
        browser.get("/enterprise")

    assert len(three) == len(one)
