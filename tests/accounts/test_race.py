"""Many confirm, sign up and ask at the same moment: one firm, one first person, no more mails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.models import AskedMail, User
from registry.accounts.roles import Membership, Right
from registry.core.database import db
from registry.enterprises.models import Enterprise
from tests.accounts.test_signing_up import NEW, given, last_link, post
from tests.conftest import csrf_of

EIGHT = 8


def at_once(deeds: Sequence[Callable[[], int]]) -> Counter[int]:
    """Do all of it in the same moment and count the answers."""
    gate = Barrier(len(deeds))

    def start(deed: Callable[[], int]) -> int:
        gate.wait()
        return deed()

    db.session.remove()
    with ThreadPoolExecutor(len(deeds)) as pool:
        return Counter(pool.map(start, deeds))


def sender(browser: FlaskClient, path: str, fields: dict[str, str]) -> Callable[[], int]:
    data = {**fields, "csrf_token": csrf_of(browser, path)}
    return lambda: browser.post(path, data=data).status_code


def test_colleagues_who_confirm_at_once_make_one_firm_with_one_owner(app: Flask) -> None:
    deeds = []
    for number in range(EIGHT):
        browser = app.test_client()
        post(browser, "/sign-up", given(email=f"p{number}@firm.example.test"))
        deeds.append(sender(browser, last_link(), {"password": NEW}))

    answers = at_once(deeds)

    assert answers == {303: EIGHT}
    assert db.session.query(Enterprise).count() == 1
    found = db.session.execute(sa.select(User.right, User.membership)).all()
    assert Counter((right, membership) for right, membership in found) == {
        (Right.OWNER, Membership.UNPROVEN): 1,
        (Right.EDITOR, Membership.ASKED): EIGHT - 1,
    }


def test_link_opened_twice_makes_one_account(app: Flask) -> None:
    post(app.test_client(), "/sign-up", given())
    path = last_link()

    answers = at_once([sender(app.test_client(), path, {"password": NEW}) for _ in range(2)])

    assert answers[303] == 1
    assert answers[404] + answers[409] == 1
    assert db.session.query(User).count() == 1


def test_eight_sign_ups_at_once_get_no_further_than_five_one_by_one(app: Flask) -> None:
    answers = at_once([sender(app.test_client(), "/sign-up", given()) for _ in range(EIGHT)])

    assert answers == {303: 5, 429: EIGHT - 5}
    assert db.session.query(AskedMail).count() == 5
