"""Six administrators confirm the same proposal at once: one does, the others are told."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.ledger.models import Event, Posting
from registry.programme.kinds import Kind
from registry.standing.queries import version_of
from tests.applications.test_race import enter
from tests.conftest import csrf_of
from tests.entries.factories import a_registered
from tests.factories import a_user
from tests.standing.factories import NOW, a_proposal, officer

SIX = 6


def test_six_administrators_confirm_at_once(app: Flask) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP)
    proposal = a_proposal(entry, by=officer())
    address = f"/proposals/{proposal.id}"
    form = {"decision": "confirmed", "seen": str(version_of(entry.id))}
    emails = [a_user(Role.ADMINISTRATOR).email for _ in range(SIX)]
    db.session.commit()
    db.session.remove()
    browsers = [enter(app, email) for email in emails]
    tokens = [csrf_of(browser, address) for browser in browsers]
    gate = Barrier(SIX)

    def confirm(number: int) -> tuple[int, str]:
        gate.wait()
        data = {**form, "csrf_token": tokens[number], "key": new_key()}
        with clock.set_to(NOW):
            answer = browsers[number].post(f"{address}/decide", data=data)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(SIX) as pool:
        answers = list(pool.map(confirm, range(SIX)))

    assert Counter(status for status, _page in answers) == {303: 1, 409: 5}, answers
    assert all("已由他人办结" in page for status, page in answers if status == 409)
    assert db.session.scalars(sa.select(Posting.quantity)).all() == [1, -1]
    revoked = sa.select(sa.func.count()).where(Event.type == "revoked")
    assert db.session.scalar(revoked) == 1
