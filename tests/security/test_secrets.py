"""No password, key, token or session stands in the log or in an address, whatever is done."""

from __future__ import annotations

import io
import sys

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.core import log
from registry.core.database import db
from registry.notices.models import Notice
from tests.conftest import csrf_of
from tests.factories import PASSWORD
from tests.security.scene import LINK_KEY, TOKEN_KEY, Scene

CANARY = "canary over the harbour 77"


def test_a_journey_leaves_no_secret_in_the_log(
    app: Flask, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    log.configure()
    email = db.session.get_one(User, scene.people["leader"]).email
    visitor = app.test_client()
    secrets = [CANARY, PASSWORD, LINK_KEY, TOKEN_KEY, "13899998888", email]
    for password in (CANARY, PASSWORD):
        token = csrf_of(visitor, "/sign-in")
        secrets.append(token)
        fields = {"email": email, "password": password, "csrf_token": token}
        visitor.post("/sign-in", data=fields)
    cookie = visitor.get_cookie("registry")
    assert cookie is not None
    secrets.append(cookie.value)
    token = csrf_of(visitor, "/account/password")
    fields = {"old": "wrong", "password": CANARY, "csrf_token": token}
    visitor.post("/account/password", data=fields)
    visitor.post("/account", data={"name": "x", "phone": "13899998888", "csrf_token": token})
    app.test_client().get(f"/links/{LINK_KEY}")
    app.test_client().post(f"/links/{LINK_KEY}", data={"password": CANARY})
    app.test_client().get("/api/v1/tally", headers={"Authorization": f"Bearer {TOKEN_KEY}"})
    stranger = app.test_client()
    token = csrf_of(stranger, "/forgot")
    stranger.post("/forgot", data={"email": email, "csrf_token": token})
    mail = db.session.scalars(sa.select(Notice).order_by(Notice.id.desc())).first()
    assert mail is not None
    secrets.append(mail.body.split("/links/")[1].split()[0])

    told = written.getvalue()
    monkeypatch.undo()
    log.configure()

    assert told.count('"event": "request"') > 10
    assert [secret for secret in secrets if secret in told] == []


def test_a_failure_of_the_database_tells_no_values(app: Flask) -> None:
    """Its message goes to the log, and SQLAlchemy would show there every value that was bound."""
    with pytest.raises(sa.exc.DBAPIError) as failure:
        db.session.execute(sa.text("SELECT :secret FROM nowhere"), {"secret": CANARY})

    assert CANARY not in str(failure.value)


def test_expired_pages_carry_no_secret_in_their_address(app: Flask, scene: Scene) -> None:
    answer = app.test_client().get("/account/password?token=x")

    assert answer.status_code == 303
    assert PASSWORD not in answer.location
