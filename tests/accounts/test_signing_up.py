"""How an enterprise and its people come in: sign-up, confirmation, joining, proof, rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import AccountRecord, OneTimeLink, User
from registry.accounts.queries import find_user
from registry.accounts.roles import Membership, Right, Role
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.notices.models import Notice
from tests.conftest import SignedIn as SignIn
from tests.conftest import csrf_of
from tests.factories import AT, PASSWORD, a_credit_code, a_district, a_user, an_enterprise

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
        "password": NEW,
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
    """Sign up and confirm the address; return the account."""
    browser = app.test_client()
    assert post(browser, "/sign-up", given(**changed)).status_code == 303
    assert post(browser, last_link(), {}).status_code == 303
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


def test_nobody_signs_in_before_the_address_is_confirmed(app: Flask) -> None:
    browser = app.test_client()
    post(browser, "/sign-up", given())
    entry = {"email": "wang@firm.example.test", "password": NEW}

    before = post(browser, "/sign-in", entry)
    post(browser, last_link(), {})
    after = post(browser, "/sign-in", entry)

    assert (before.status_code, after.status_code) == (422, 303)


def test_opening_a_link_does_not_spend_it_and_it_works_once(app: Flask) -> None:
    browser = app.test_client()
    post(browser, "/sign-up", given())
    path = last_link()

    opened = [browser.get(path).status_code for _ in range(2)]
    spent = post(browser, path, {}).status_code

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


def test_second_person_asks_and_the_proven_owner_lets_in(app: Flask, sign_in: SignIn) -> None:
    owner_id = a_user(Role.MEMBER, enterprise=an_enterprise(code=a_credit_code(7_000_001))).id
    db.session.commit()
    asking_id = sign_up(app).id
    browser = sign_in(db.session.get_one(User, owner_id))
    assert asked_state(asking_id) == (Right.EDITOR, Membership.ASKED)

    answer = post(
        browser, f"/enterprise/members/{asking_id}/let-in", {"right": "signer"}, page="/enterprise"
    )

    assert answer.status_code == 303
    assert asked_state(asking_id) == (Right.SIGNER, Membership.PROVEN)


def asked_state(user_id: int) -> tuple[Right | None, Membership | None]:
    user = db.session.get_one(User, user_id)
    return user.right, user.membership


@pytest.mark.parametrize("membership", [Membership.UNPROVEN, Membership.ASKED])
def test_only_a_proven_owner_lets_in(app: Flask, sign_in: SignIn, membership: Membership) -> None:
    firm = an_enterprise()
    asking = a_user(Role.MEMBER, enterprise=firm, membership=Membership.ASKED)
    other = a_user(Role.MEMBER, enterprise=firm, membership=membership)
    asking_id = asking.id
    browser = sign_in(other)

    answer = post(
        browser, f"/enterprise/members/{asking_id}/let-in", {"right": "owner"}, page="/enterprise"
    )

    assert answer.status_code == 404
    assert asked_state(asking_id)[1] is Membership.ASKED


def test_owner_of_another_firm_does_not_find_the_person(app: Flask, sign_in: SignIn) -> None:
    asking_id = a_user(Role.MEMBER, membership=Membership.ASKED).id
    browser = sign_in(a_user(Role.MEMBER))

    for deed in ("let-in", "refuse", "right", "close"):
        path = f"/enterprise/members/{asking_id}/{deed}"
        assert post(browser, path, {"right": "owner"}, page="/enterprise").status_code == 404


def test_last_proven_owner_stays_one(app: Flask, sign_in: SignIn) -> None:
    owner = a_user(Role.MEMBER)
    owner_id = owner.id
    browser = sign_in(owner)

    answer = post(
        browser, f"/enterprise/members/{owner_id}/right", {"right": "editor"}, page="/enterprise"
    )

    assert answer.status_code == 409
    assert asked_state(owner_id)[0] is Right.OWNER


def test_district_proves_its_own_firms_only(app: Flask, sign_in: SignIn) -> None:
    user_id = sign_up(app).id
    stranger = sign_in(a_user(Role.OFFICER, district=a_district("320585")))
    officer = sign_in(a_user(Role.OFFICER, district=a_district("320583")))

    assert "王测试" not in stranger.get("/members").text
    refused = post(stranger, f"/members/{user_id}/prove", {}, page="/members").status_code
    assert "王测试" in officer.get("/members").text
    proven = post(officer, f"/members/{user_id}/prove", {}, page="/members").status_code

    assert (refused, proven) == (404, 303)
    assert asked_state(user_id) == (Right.OWNER, Membership.PROVEN)


def test_who_is_not_theirs_is_out_at_once(app: Flask, sign_in: SignIn) -> None:
    member = a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    member_id = member.id
    browser = sign_in(member)
    officer = sign_in(a_user(Role.OFFICER))

    post(officer, f"/members/{member_id}/disown", {}, page="/members")

    assert asked_state(member_id)[1] is Membership.REFUSED
    assert browser.get("/enterprise").status_code == 303


def test_list_of_members_takes_as_many_statements_for_three_as_for_one(
    app: Flask, sign_in: SignIn
) -> None:
    a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    officer = sign_in(a_user(Role.OFFICER))
    one = statements_of(officer, "/members")
    for _ in range(2):
        a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    db.session.commit()

    assert statements_of(officer, "/members") == one


def statements_of(browser: FlaskClient, path: str) -> int:
    seen: list[str] = []

    def count(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


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
        ("district", "310000", "Not a valid choice."),
        ("phone", "12345", "手机号为 11 位数字，座机形如 0512-65220000。"),
        ("email", "wang at firm", "邮箱格式不对，应类似 name@company.cn。"),
        ("password", "short", "密码至少 10 个字符，三四个词连起来就可以。"),
        ("password", "1234567890", "这个密码太常见，很容易被猜到，请换一个。"),
        ("password", "wang@firm.example.test", "密码里含有您的姓名、邮箱或代码，请换一个。"),
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
    assert NEW not in answer.text
    assert db.session.query(User).count() == 0


def test_emoji_and_lone_surrogates_in_names_do_no_harm(app: Flask) -> None:
    user = sign_up(
        app,
        name="王🦢测试",
        enterprise="苏州𠮷测试\ud800有限公司".encode("utf-8", "surrogatepass").decode(
            "utf-8", "replace"
        ),
    )

    assert user.name == "王🦢测试"


def test_fields_beyond_the_form_change_nothing(app: Flask) -> None:
    user = sign_up(app, role="administrator", membership="proven", enterprise_id="1")

    assert (user.role, user.membership) == (Role.MEMBER, Membership.UNPROVEN)
