"""What an officer's browser sends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any  # fields of a form are words or lists of words

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.core.database import db
from registry.core.deeds import new_key
from registry.entries.catalogue import CATALOGUE
from tests.conftest import csrf_of
from tests.factories import a_district, a_user


def an_officer(code: str = "320583", role: Role = Role.OFFICER) -> User:
    return a_user(role, district=a_district(code))


def reload(application: Application) -> Application:
    """Return the case as it stands in the database now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Application, application.id)


def everything_ticked(application: Application, rows: Iterable[int]) -> dict[str, Any]:
    """Return the boxes of a complete review: the checklist, and these rows."""
    count = len(application.form["rows"])
    return {
        "checks": [item.code for item in CATALOGUE[application.kind].checklist],
        "verified": [str(row) for row in rows],
        "shown": f"1-{count}" if count else "",
    }


def decide(
    browser: FlaskClient,
    application: Application,
    action: str,
    *,
    seen: int | None = None,
    key: str = "",
    **fields: Any,
) -> TestResponse:
    """Press a button of a case."""
    return _post(browser, application, "decide", seen=seen, key=key, action=action, **fields)


def save(browser: FlaskClient, application: Application, **fields: object) -> TestResponse:
    """Keep the notes of a case."""
    return _post(browser, application, "notes", seen=None, key="", **fields)


def _post(
    browser: FlaskClient,
    application: Application,
    what: str,
    *,
    seen: int | None,
    key: str,
    **fields: Any,
) -> TestResponse:
    token = csrf_of(browser, "/approval")
    return browser.post(
        f"/approval/cases/{application.id}/{what}",
        data={
            "csrf_token": token,
            "seen": application.version if seen is None else seen,
            "key": key or new_key(),
            **fields,
        },
    )
