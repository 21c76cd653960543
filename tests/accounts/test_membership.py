"""Who belongs to an enterprise: being let in, proof by the licence, rights, being turned away."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.models import User
from registry.accounts.roles import Membership, Right, Role
from registry.core.database import db
from tests.accounts.test_signing_up import post, sign_up
from tests.conftest import SignedIn as SignIn
from tests.factories import a_credit_code, a_district, a_user, an_enterprise


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
        browser, f"/enterprise/members/{asking_id}/let-in", {"right": "owner"}, page="/account"
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
    seen = firm_of(user_id)
    refused = post(stranger, f"/members/{user_id}/prove", seen, page="/members").status_code
    assert "王测试" in officer.get("/members").text
    proven = post(officer, f"/members/{user_id}/prove", seen, page="/members").status_code

    assert (refused, proven) == (404, 303)
    assert asked_state(user_id) == (Right.OWNER, Membership.PROVEN)


def firm_of(user_id: int) -> dict[str, str]:
    """Return the firm that the page of the desk shows a person under."""
    return {"enterprise": str(db.session.get_one(User, user_id).enterprise_id)}


def test_who_is_not_theirs_is_out_at_once(app: Flask, sign_in: SignIn) -> None:
    member = a_user(Role.MEMBER, membership=Membership.UNPROVEN)
    member_id = member.id
    browser = sign_in(member)
    officer = sign_in(a_user(Role.OFFICER))

    post(officer, f"/members/{member_id}/disown", firm_of(member_id), page="/members")

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
