"""What is done to accounts: invited, moved, closed, opened again; tokens made and ended."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registry.accounts.links import find_link
from registry.accounts.models import AccountRecord, ApiToken, SignedIn, User
from registry.accounts.roles import Role
from registry.accounts.sessions import hash_key, start_session
from registry.administration import people
from registry.api.tokens import find_token
from registry.applications.models import Application
from registry.applications.status import Status
from registry.core.database import db
from registry.core.errors import Invalid, NotFound, WrongState
from registry.ledger.verify import verify
from registry.notices.models import Notice
from tests.applications.factories import a_claimed
from tests.factories import AT, a_district, a_user

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def administrator() -> User:
    return a_user(Role.ADMINISTRATOR)


def records(user: User | None = None) -> list[tuple[str, str]]:
    found = sa.select(AccountRecord.what, AccountRecord.detail).order_by(AccountRecord.id)
    if user is not None:
        found = found.where(AccountRecord.user_id == user.id)
    return [(row.what, row.detail) for row in db.session.execute(found)]


def test_invitation_is_sent_and_shown_and_can_be_withdrawn(administrator: User) -> None:
    path = people.invite_person(
        "Lu@Kunshan.example.test",
        role=Role.OFFICER,
        district="320583",
        by=administrator,
        at=AT,
    )
    link = find_link(path.removeprefix("/links/"), at=AT)
    assert link is not None
    assert (link.email, link.role, link.district) == (
        "lu@kunshan.example.test",
        Role.OFFICER,
        a_district(),
    )
    mail = db.session.scalars(sa.select(Notice)).one()
    assert mail.to == "lu@kunshan.example.test"
    assert path in mail.body

    people.withdraw_invitation(link.id, by=administrator, at=AT)
    assert find_link(path.removeprefix("/links/"), at=AT) is None
    assert records()[-1] == ("invitation_withdrawn", "lu@kunshan.example.test")
    with pytest.raises(NotFound):
        people.withdraw_invitation(link.id, by=administrator, at=AT)


def test_closing_ends_sessions_and_puts_cases_back(administrator: User) -> None:
    officer = a_user(Role.OFFICER)
    case = a_claimed(officer)
    start_session(officer, at=AT)

    assert people.close_person(officer, by=administrator, at=AT) == 1

    assert officer.closed_at == AT
    assert db.session.scalars(sa.select(SignedIn)).all() == []
    stored = db.session.get_one(Application, case.id)
    assert (stored.status, stored.holder_id) == (Status.SUBMITTED, None)
    assert records(officer) == [("closed", "")]
    assert verify().fault is None


def test_nobody_closes_the_own_account(administrator: User) -> None:
    with pytest.raises(WrongState):
        people.close_person(administrator, by=administrator, at=AT)


def test_administrator_closed_meanwhile_closes_nobody(administrator: User) -> None:
    other = a_user(Role.ADMINISTRATOR)
    people.close_person(other, by=administrator, at=AT)

    with pytest.raises(WrongState):
        people.close_person(administrator, by=other, at=AT)
    assert administrator.closed_at is None


def test_closed_account_opens_again(administrator: User) -> None:
    officer = a_user(Role.OFFICER)
    people.close_person(officer, by=administrator, at=AT)

    people.reopen_person(officer, by=administrator, at=AT)

    assert officer.is_active
    assert records(officer) == [("closed", ""), ("reopened", "")]


def test_officer_becomes_supervisor_and_keeps_the_cases(administrator: User) -> None:
    officer = a_user(Role.OFFICER)
    a_claimed(officer)

    released = people.move_person(
        officer, role=Role.SUPERVISOR, district=a_district(), by=administrator, at=AT
    )

    assert (released, officer.role) == (0, Role.SUPERVISOR)
    assert records(officer) == [("moved", "officer 320583 → supervisor 320583")]


def test_other_district_puts_cases_back(administrator: User) -> None:
    officer = a_user(Role.OFFICER)
    case = a_claimed(officer)

    released = people.move_person(
        officer, role=Role.OFFICER, district=a_district("320582"), by=administrator, at=AT
    )

    assert released == 1
    assert officer.district_id == a_district("320582").id
    assert db.session.get_one(Application, case.id).holder_id is None
    assert verify().fault is None


def test_moves_that_cannot_be(administrator: User) -> None:
    officer, leader = a_user(Role.OFFICER), a_user(Role.LEADER)

    with pytest.raises(Invalid):
        people.move_person(officer, role=Role.OFFICER, district=None, by=administrator, at=AT)
    for user, role in ((leader, Role.OFFICER), (officer, Role.ADMINISTRATOR)):
        with pytest.raises(WrongState):
            people.move_person(user, role=role, district=a_district(), by=administrator, at=AT)


def test_token_is_stored_as_a_hash_and_dead_once_ended(administrator: User) -> None:
    key = people.make_token("每日取数", by=administrator, at=AT)

    token = db.session.scalars(sa.select(ApiToken)).one()
    assert token.key_hash == hash_key(key)
    assert find_token(key) == token

    people.end_token(token.id, by=administrator, at=AT)
    assert find_token(key) is None
    people.end_token(token.id, by=administrator, at=AT)
    assert records() == [("token_made", "每日取数"), ("token_ended", "每日取数")]
