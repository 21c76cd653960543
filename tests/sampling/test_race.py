"""Six officers record a result of the same entry at once: one is stored, the others are told."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask

from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.ledger.verify import verify
from registry.sampling.models import CheckResult, Draw
from tests.applications.test_race import enter
from tests.conftest import csrf_of
from tests.sampling.factories import NOW, a_draw, administrator, drawn, officer, workshops

SIX = 6


def test_six_officers_record_at_once(app: Flask) -> None:
    workshops(3)
    address = f"/checks/1/entries/{drawn(a_draw('1'))[0].entry.number}"
    form = {"outcome": "in_order", "checked_on": "2026-11-15", "checkers": "王核查", "seen": "1"}
    emails = [officer().email for _ in range(SIX)]
    db.session.commit()
    db.session.remove()
    browsers = [enter(app, email) for email in emails]
    tokens = [csrf_of(browser, address) for browser in browsers]
    gate = Barrier(SIX)

    def post(number: int) -> int:
        gate.wait()
        data = {**form, "csrf_token": tokens[number], "key": new_key()}
        with clock.set_to(NOW):
            return browsers[number].post(address, data=data).status_code

    with ThreadPoolExecutor(SIX) as pool:
        answers = list(pool.map(post, range(SIX)))

    assert Counter(answers) == {303: 1, 409: 5}
    assert db.session.scalars(sa.select(CheckResult.look)).all() == [1]
    assert verify().fault is None


def test_six_draws_at_once_have_six_numbers(app: Flask) -> None:
    workshops(9)
    emails = [administrator().email for _ in range(SIX)]
    db.session.commit()
    db.session.remove()
    browsers = [enter(app, email) for email in emails]
    tokens = [csrf_of(browser, "/checks/new") for browser in browsers]
    form = {"purpose": "抽查", "kind": "smart_workshop", "district": "city", "size": "4"}
    gate = Barrier(SIX)

    def post(number: int) -> int:
        gate.wait()
        data = {**form, "csrf_token": tokens[number], "key": new_key()}
        with clock.set_to(NOW):
            return browsers[number].post("/checks/new", data=data).status_code

    with ThreadPoolExecutor(SIX) as pool:
        answers = list(pool.map(post, range(SIX)))

    assert answers == [303] * SIX
    assert sorted(db.session.scalars(sa.select(Draw.number))) == [1, 2, 3, 4, 5, 6]
    assert verify().fault is None
