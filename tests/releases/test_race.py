"""Six administrators release the same month at once: one does, the others are shown it."""

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
from registry.ledger.heads import read_head
from registry.ledger.verify import verify
from registry.releases.models import Release
from tests.applications.test_race import enter
from tests.conftest import csrf_of
from tests.factories import a_user
from tests.releases.factories import NOW, a_history

SIX = 6
ADDRESS = "/tally/releases/new/2026-10"


def test_six_administrators_release_at_once(app: Flask) -> None:
    a_history()
    words = {"name": "2026年10月月报", "signer_name": "周副局长", "signer_office": "工信局"}
    form = {**words, "seen": str(read_head().sequence)}
    emails = [a_user(Role.ADMINISTRATOR).email for _ in range(SIX)]
    db.session.commit()
    db.session.remove()
    browsers = [enter(app, email) for email in emails]
    tokens = [csrf_of(browser, ADDRESS) for browser in browsers]
    gate = Barrier(SIX)

    def post(number: int) -> tuple[int, str]:
        gate.wait()
        data = {**form, "csrf_token": tokens[number], "key": new_key()}
        with clock.set_to(NOW):
            answer = browsers[number].post(ADDRESS, data=data)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(SIX) as pool:
        answers = list(pool.map(post, range(SIX)))

    assert Counter(status for status, _page in answers) == {303: 1, 409: 5}, answers
    assert all("本月已由他人定稿" in page for status, page in answers if status == 409)
    assert db.session.scalars(sa.select(Release.revision)).all() == [1]
    assert verify().fault is None
