"""Who was turned away is told where it stands, and asks again with the same account."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import AccountRecord, User
from registry.accounts.roles import Membership, Right, Role
from registry.applications.letters import list_filers
from registry.applications.models import Application
from registry.applications.policy import may_see
from registry.applications.queries import visible_to
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.notices.models import Notice
from tests.accounts.test_membership import asked_state
from tests.accounts.test_signing_up import post
from tests.applications.factories import a_draft
from tests.conftest import SignedIn as SignIn
from tests.conftest import csrf_of
from tests.factories import AT, PASSWORD, a_credit_code, a_user, an_enterprise

PAGE = "/enterprise/ask"


def another(**changed: str) -> dict[str, str]:
    fields = {
        "uscc": a_credit_code(7_100_001),
        "enterprise": "苏州另一精工有限公司",
        "district": "320581",
        "industry": "C34",
    }
    return {**fields, **changed}


def ask_again(browser: FlaskClient) -> TestResponse:
    return post(browser, "/enterprise/ask-again", {}, page=PAGE)


def mails_to(email: str) -> list[str]:
    found = sa.select(Notice.subject).where(Notice.to == email).order_by(Notice.id)
    return list(db.session.scalars(found))


def test_who_was_taken_out_is_led_to_where_it_stands(app: Flask, sign_in: SignIn) -> None:
    firm = an_enterprise("昆山去留精工有限公司")
    owner, member = a_user(Role.MEMBER, enterprise=firm), a_user(Role.MEMBER, enterprise=firm)
    member_id, email, out = member.id, member.email, app.test_client()
    with clock.set_to(AT):
        browser = sign_in(owner)
        post(browser, f"/enterprise/members/{member_id}/close", {}, page="/enterprise")

    entered = post(out, "/sign-in", {"email": email, "password": PASSWORD})
    page = out.get(PAGE).text

    assert entered.location == PAGE
    assert [out.get(path).location for path in ("/applications/", "/enterprise")] == [PAGE] * 2
    assert "2026-06-01，该企业负责人作出此决定。" in page
    assert "昆山去留精工有限公司" in page
    assert mails_to(email) == ["您不是这家企业的成员"]


def test_district_that_turned_away_is_named(app: Flask, sign_in: SignIn) -> None:
    member = a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    member_id, firm_id = member.id, member.enterprise_id
    fields = {"enterprise": str(firm_id)}
    with clock.set_to(AT):
        officer = sign_in(a_user(Role.OFFICER))
        post(officer, f"/members/{member_id}/disown", fields, page="/members")

    page = sign_in(db.session.get_one(User, member_id)).get(PAGE).text

    assert "2026-06-01，昆山市审核部门认定您不属于该企业。" in page


def test_asking_again_tells_the_owners_once_and_waits(app: Flask, sign_in: SignIn) -> None:
    firm = an_enterprise()
    owner = a_user(Role.MEMBER, enterprise=firm)
    refused = a_user(Role.MEMBER, enterprise=firm, membership=Membership.REFUSED)
    owner_mail, refused_id = owner.email, refused.id
    browser = sign_in(refused)
    token = csrf_of(browser, PAGE)

    answers = [
        browser.post("/enterprise/ask-again", data={"csrf_token": token}).location for _ in range(2)
    ]

    assert answers == [PAGE] * 2
    assert asked_state(refused_id) == (Right.EDITOR, Membership.ASKED)
    assert len(mails_to(owner_mail)) == 1
    assert "申请等待处理" in browser.get(PAGE).text
    told = db.session.scalars(sa.select(AccountRecord.what).order_by(AccountRecord.id)).all()
    assert told == ["signed_in", "asked_to_join"]


def test_who_was_turned_away_gets_in_by_somebody_else_only(app: Flask, sign_in: SignIn) -> None:
    """Nobody acts for the firm any more; a first sign-up would begin at once, this one waits."""
    member = a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    member_id, firm_id = member.id, member.enterprise_id
    officer = sign_in(a_user(Role.OFFICER))
    seen = {"enterprise": str(firm_id)}
    post(officer, f"/members/{member_id}/disown", seen, page="/members")
    browser = sign_in(db.session.get_one(User, member_id))

    ask_again(browser)
    waits = asked_state(member_id)
    listed = db.session.get_one(User, member_id).email in officer.get("/members").text
    post(officer, f"/members/{member_id}/prove", seen, page="/members")

    assert waits == (Right.EDITOR, Membership.ASKED)
    assert listed
    assert asked_state(member_id) == (Right.OWNER, Membership.PROVEN)


def test_leaving_and_coming_back_does_not_get_round_the_refusal(
    app: Flask, sign_in: SignIn
) -> None:
    other_id = an_enterprise(code=a_credit_code(7_100_001)).id
    a_user(Role.MEMBER, enterprise=db.session.get_one(Enterprise, other_id))
    member = a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    member_id, firm_id = member.id, member.enterprise_id
    code = member.enterprise.uscc if member.enterprise else ""
    officer = sign_in(a_user(Role.OFFICER))
    seen = {"enterprise": str(firm_id)}
    post(officer, f"/members/{member_id}/disown", seen, page="/members")
    browser = sign_in(db.session.get_one(User, member_id))

    post(browser, PAGE, another())
    at_other = db.session.get_one(User, member_id).enterprise_id
    post(browser, PAGE, another(uscc=code or ""))

    assert at_other == other_id
    assert db.session.get_one(User, member_id).enterprise_id == firm_id
    assert asked_state(member_id) == (Right.EDITOR, Membership.ASKED)


@pytest.mark.parametrize("membership", [Membership.REFUSED, Membership.ASKED])
def test_first_person_of_another_firm_begins_there_as_if_it_had_signed_up(
    app: Flask, sign_in: SignIn, membership: Membership
) -> None:
    member = a_user(Role.MEMBER, membership=membership)
    member_id = member.id
    browser = sign_in(member)

    answer = post(browser, PAGE, another())

    user = db.session.get_one(User, member_id)
    assert answer.location == "/applications/"
    assert (user.right, user.membership) == (Right.OWNER, Membership.UNPROVEN)
    assert user.enterprise is not None
    assert user.enterprise.uscc == a_credit_code(7_100_001)
    assert user.enterprise.contact_name == user.name


def test_bad_code_is_told_on_its_field_and_nothing_typed_is_lost(
    app: Flask, sign_in: SignIn
) -> None:
    browser = sign_in(a_user(Role.MEMBER, membership=Membership.REFUSED))

    answer = post(browser, PAGE, another(uscc="9132058"))

    assert answer.status_code == 422
    fault = answer.text.split('id="uscc-error"')[1].split("</p>")[0]
    assert fault.split("</svg>")[1].strip() == "代码应为 18 位，这里是 7 位。"
    assert 'value="苏州另一精工有限公司"' in answer.text


def test_fourth_request_of_a_day_waits(app: Flask, sign_in: SignIn) -> None:
    member = a_user(Role.MEMBER, membership=Membership.REFUSED)
    member_id = member.id
    for number in range(4):
        a_user(Role.MEMBER, enterprise=an_enterprise(code=a_credit_code(7_100_001 + number)))
    with clock.set_to(AT):
        browser = sign_in(member)
        answers = [
            post(browser, PAGE, another(uscc=a_credit_code(7_100_001 + number)))
            for number in range(4)
        ]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert answers[3].headers["Retry-After"] == "86400"
    assert f'value="{a_credit_code(7_100_004)}"' in answers[3].text
    firm = db.session.get_one(User, member_id).enterprise
    assert firm is not None
    assert firm.uscc == a_credit_code(7_100_003)


@pytest.mark.parametrize("membership", [Membership.PROVEN, Membership.UNPROVEN])
def test_who_acts_for_a_firm_does_not_change_it(
    app: Flask, sign_in: SignIn, membership: Membership
) -> None:
    member = a_user(Role.MEMBER, membership=membership)
    member_id, firm_id = member.id, member.enterprise_id
    browser = sign_in(member)

    answer = post(browser, PAGE, another(), page="/enterprise")

    assert answer.location == "/enterprise"
    assert db.session.get_one(User, member_id).enterprise_id == firm_id
    assert db.session.query(Enterprise).count() == 1


def test_licence_of_one_firm_proves_no_membership_of_another(app: Flask, sign_in: SignIn) -> None:
    """The officer's page is stale: meanwhile the person has gone to another firm there."""
    a_user(Role.MEMBER, enterprise=an_enterprise(code=a_credit_code(7_100_001)))
    member = a_user(Role.MEMBER, membership=Membership.ASKED)
    member_id, seen = member.id, {"enterprise": str(member.enterprise_id)}
    person = sign_in(member)
    officer = sign_in(a_user(Role.OFFICER))
    post(person, PAGE, another(district="320583"))

    answers = [
        post(officer, f"/members/{member_id}/{deed}", seen, page="/members").status_code
        for deed in ("prove", "disown")
    ]

    assert answers == [409, 409]
    assert asked_state(member_id) == (Right.EDITOR, Membership.ASKED)


def seen_by(user_id: int) -> tuple[list[int], list[int]]:
    """Return the ids of what a person sees, by the statement and by the rule in words."""
    user = db.session.get_one(User, user_id)
    cases = db.session.scalars(sa.select(Application).order_by(Application.id)).all()
    listed = db.session.scalars(visible_to(user).order_by(Application.id)).all()
    return [case.id for case in listed], [case.id for case in cases if may_see(user, case)]


def test_cases_of_the_old_firm_are_gone_and_come_back_with_the_membership(
    app: Flask, sign_in: SignIn
) -> None:
    member = a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    member_id, old_id = member.id, member.enterprise_id
    old = a_draft(member, with_files=False).id
    officer_id = a_user(Role.OFFICER).id
    db.session.commit()
    officer = sign_in(db.session.get_one(User, officer_id))
    before = seen_by(member_id)

    post(officer, f"/members/{member_id}/disown", {"enterprise": str(old_id)}, page="/members")
    refused = seen_by(member_id)
    browser = sign_in(db.session.get_one(User, member_id))
    closed = browser.get(f"/applications/{old}").status_code
    post(browser, PAGE, another())
    elsewhere, gone = seen_by(member_id), browser.get(f"/applications/{old}").status_code
    new = a_draft(db.session.get_one(User, member_id), with_files=False).id
    db.session.commit()

    assert before == ([old], [old])
    assert refused == elsewhere == ([], [])
    assert (closed, gone) == (404, 404)
    assert seen_by(member_id) == ([new], [new])
    assert f"/applications/{old}" not in browser.get("/applications/").text.split('"')


def test_mails_of_a_case_go_to_those_who_still_belong(app: Flask) -> None:
    firm, other = an_enterprise(), an_enterprise()
    left = a_user(Role.MEMBER, enterprise=firm)
    case = a_draft(left, with_files=False)
    colleague, officer = a_user(Role.MEMBER, enterprise=firm), a_user(Role.OFFICER)
    assert list_filers(case, but=officer) == [left]

    left.enterprise_id, left.membership = other.id, Membership.UNPROVEN
    db.session.flush()

    assert list_filers(case, but=officer) == [colleague]
