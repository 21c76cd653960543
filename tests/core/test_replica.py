"""With a replica set, pages that only read ask it; who has just written reads from the primary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from registry.accounts.roles import Role
from registry.app import create_app
from registry.core.database import db
from registry.programme.models import Programme
from registry.start import init_register
from tests.conftest import ENDS_ON, STARTS_ON, csrf_of, make_settings
from tests.databases import replace_database
from tests.factories import PASSWORD, a_user

ON_REPLICA, ON_PRIMARY = "the name on the replica", "the name on the primary"


def test_reading_asks_the_replica_and_the_writer_sees_the_primary(
    postgresql_url: str, tmp_path: Path
) -> None:
    primary = replace_database(postgresql_url, "primary")
    settings = make_settings(primary, tmp_path)
    email = _fill(settings.database_url, tmp_path)
    follower = replace_database(postgresql_url, "follower", template="primary")
    _rename(primary, ON_PRIMARY)
    _rename(follower, ON_REPLICA)
    app = create_app(replace(settings, database_read_url=follower))

    browser = app.test_client()
    before = browser.get("/sign-in").text
    token = csrf_of(browser, "/sign-in")
    form = {"email": email, "password": PASSWORD, "csrf_token": token}
    answer = browser.post("/sign-in", data=form)
    after = browser.get("/tally").text

    assert ON_REPLICA in before
    assert answer.status_code == 303
    assert ON_PRIMARY in after
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def _fill(url: str, folder: Path) -> str:
    app = create_app(make_settings(url, folder))
    with app.test_request_context():
        init_register(starts_on=STARTS_ON, ends_on=ENDS_ON)
        email = a_user(Role.LEADER).email
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return email


def _rename(url: str, name: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.update(Programme).values(name_zh=name))
