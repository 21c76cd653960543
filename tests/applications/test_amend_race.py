"""Six colleagues begin an amendment at once, and two robots' serials are claimed at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.core.database import db
from registry.core.deeds import new_key
from tests.applications.amendments import a_registered
from tests.applications.test_race import enter
from tests.conftest import csrf_of
from tests.factories import a_user

SIX = 6


def test_of_six_who_begin_at_once_one_does(app: Flask) -> None:
    case = a_registered(2)
    people = [a_user(Role.MEMBER, enterprise=case.enterprise) for _ in range(SIX)]
    emails, number, entry_id = [person.email for person in people], case.entry.number, case.entry_id
    db.session.commit()
    db.session.remove()
    browsers = [enter(app, email) for email in emails]
    tokens = [csrf_of(browser, "/applications/") for browser in browsers]
    gate = Barrier(SIX)

    def begin(place: int) -> str:
        gate.wait()
        answer = browsers[place].post(
            f"/applications/amend/{number}", data={"csrf_token": tokens[place], "key": new_key()}
        )
        assert answer.status_code == 303, answer.text
        return answer.location.partition("/edit")[0]

    with ThreadPoolExecutor(SIX) as pool:
        led_to = Counter(pool.map(begin, range(SIX)))

    found = db.session.scalars(sa.select(Application.id).where(Application.amends_id == entry_id))
    (one,) = found.all()
    assert led_to == {f"/applications/{one}": 1, f"/register/{number}": SIX - 1}
