"""One-time links: invitations, the first administrator, and two who press at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from registry.accounts.invitations import invite
from registry.accounts.links import find_link, first_administrator_link, make_link, spend
from registry.accounts.models import Purpose, User
from registry.accounts.queries import find_user
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Busy, Invalid, WrongState
from tests.conftest import csrf_of
from tests.factories import AT, a_user

NEW = "three herons over 7 bridges"


def accept(browser: FlaskClient, path: str, **changed: str) -> int:
    fields = {"email": "shen@example.test", "name": "沈审核", "password": NEW, **changed}
    return browser.post(path, data={**fields, "csrf_token": csrf_of(browser, path)}).status_code


def test_invitation_makes_the_account_it_is_bound_to(app: Flask) -> None:
    path = invite("Shen@example.test", role=Role.OFFICER, district="昆山", at=clock.now())
    db.session.commit()

    status = accept(
        app.test_client(), path, email="evil@example.test", role="administrator", district="320585"
    )

    user = find_user("shen@example.test")
    assert status == 303
    assert user is not None
    assert user.role is Role.OFFICER
    assert user.district is not None
    assert user.district.code == "320583"
    assert find_user("evil@example.test") is None


@pytest.mark.parametrize(
    ("role", "district", "email"),
    [
        (Role.OFFICER, "", "a@example.test"),
        (Role.OFFICER, "上海", "a@example.test"),
        (Role.ADMINISTRATOR, "昆山", "a@example.test"),
        (Role.MEMBER, "昆山", "a@example.test"),
        (Role.LEADER, "", "no address"),
    ],
)
def test_what_cannot_be_invited_is_refused(
    app: Flask, role: Role, district: str, email: str
) -> None:
    with pytest.raises(Invalid):
        invite(email, role=role, district=district, at=AT)


def test_who_has_an_account_is_not_invited_again(app: Flask) -> None:
    email = a_user(Role.LEADER).email

    with pytest.raises(Invalid):
        invite(email, role=Role.LEADER, at=AT)


def test_first_administrator_is_made_once(app: Flask) -> None:
    older = first_administrator_link(at=clock.now())
    newer = first_administrator_link(at=clock.now())
    db.session.commit()
    assert older is not None
    assert newer is not None

    cancelled = app.test_client().get(older).status_code
    made = accept(app.test_client(), newer, email="first@example.test")

    user = find_user("first@example.test")
    assert (cancelled, made) == (404, 303)
    assert user is not None
    assert user.role is Role.ADMINISTRATOR
    assert first_administrator_link(at=clock.now()) is None


def test_link_left_over_makes_no_second_first_administrator(app: Flask) -> None:
    path = first_administrator_link(at=clock.now())
    a_user(Role.ADMINISTRATOR)
    db.session.commit()
    assert path is not None

    assert accept(app.test_client(), path, email="second@example.test") == 409
    assert find_user("second@example.test") is None


def test_of_two_who_spend_a_link_at_once_one_wins(app: Flask) -> None:
    key = make_link(Purpose.INVITE, email="a@example.test", role=Role.LEADER, at=AT)
    db.session.commit()
    db.session.remove()

    def press(_number: int) -> bool:
        with app.app_context():
            try:
                link = find_link(key, at=AT)
                if link is None:
                    return False
                spend(link, at=AT)
                db.session.commit()
            except WrongState:
                return False
            finally:
                db.session.remove()
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(press, range(8)))

    assert won.count(True) == 1


def test_an_address_is_sent_five_links_an_hour_at_most(app: Flask) -> None:
    for minute in range(5):
        make_link(Purpose.RESET, email="a@example.test", at=AT + timedelta(minutes=minute))

    with pytest.raises(Busy):
        make_link(Purpose.RESET, email="a@example.test", at=AT + timedelta(minutes=59))
    assert make_link(Purpose.RESET, email="a@example.test", at=AT + timedelta(minutes=60))


def test_no_log_line_bears_a_key_or_a_password(app: Flask) -> None:
    path = invite("shen@example.test", role=Role.LEADER, at=clock.now())
    db.session.commit()

    with capture_logs() as lines:
        accept(app.test_client(), path)

    written = str(lines)
    assert "/links/<key>" in written
    assert path.removeprefix("/links/") not in written
    assert NEW not in written


def test_closed_account_is_out_at_once(app: Flask, sign_in: Callable[[User], FlaskClient]) -> None:
    user = a_user(Role.LEADER)
    user_id = user.id
    browser = sign_in(user)
    db.session.get_one(User, user_id).closed_at = AT
    db.session.commit()

    assert browser.get("/account").status_code == 303


def test_a_link_found_in_time_is_not_spent_a_second_time(app: Flask) -> None:
    key = make_link(Purpose.INVITE, email="a@example.test", role=Role.LEADER, at=AT)
    link = find_link(key, at=AT)
    assert link is not None
    spend(link, at=AT)

    with pytest.raises(WrongState):
        spend(link, at=AT)
