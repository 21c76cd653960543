"""No password, key, token or session stands in the log or in an address, whatever is done."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.core.database import db
from registry.notices.models import Notice
from tests.conftest import SignedIn, csrf_of
from tests.factories import PASSWORD
from tests.security.scene import LINK_KEY, TOKEN_KEY, Scene, open_browser

CANARY = "canary over the harbour 77"


def test_a_journey_leaves_no_secret_in_the_log(
    app: Flask, sign_in: SignedIn, scene: Scene, capfd: pytest.CaptureFixture[str]
) -> None:
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

    log = "".join(capfd.readouterr())

    assert log.count('"event": "request"') > 10
    assert [secret for secret in secrets if secret in log] == []


def test_a_failure_of_the_database_logs_no_values(
    app: Flask, sign_in: SignedIn, scene: Scene, capfd: pytest.CaptureFixture[str]
) -> None:
    """SQLAlchemy's own message shows every value that was bound; those stay out of the log."""
    browser = open_browser(app, sign_in, scene, "member")
    token = csrf_of(browser, "/account")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    db.session.execute(sa.text('ALTER TABLE "user" RENAME COLUMN phone TO telephone'))
    db.session.commit()
    try:
        fields = {"name": CANARY, "phone": "13899998888", "language": "zh_CN"}
        broken = browser.post("/account", data={**fields, "csrf_token": token})
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
        db.session.rollback()
        db.session.execute(sa.text('ALTER TABLE "user" RENAME COLUMN telephone TO phone'))
        db.session.commit()

    log = "".join(capfd.readouterr())
    assert broken.status_code in {500, 503}
    assert CANARY not in log
    assert "13899998888" not in log


def test_expired_pages_carry_no_secret_in_their_address(app: Flask, scene: Scene) -> None:
    answer = app.test_client().get("/account/password?token=x")

    assert answer.status_code == 303
    assert PASSWORD not in answer.location
