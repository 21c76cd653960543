"""Hosts, proxies, methods and fields that a browser of ours would not send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import AccountRecord, User
from registry.accounts.roles import Membership, Role
from registry.accounts.views.onward import safe_path
from registry.app import create_app
from registry.applications.models import Application
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.notices.models import Notice
from tests.conftest import SignedIn, csrf_of, make_settings
from tests.factories import AT, a_district, a_user
from tests.security.scene import Scene, open_browser, token_of

EVIL = "evil.test"


@pytest.mark.parametrize(
    "target",
    [
        "/\r\nSet-Cookie: a=b",
        "\t//evil.test",
        "/\u2028/evil.test",
        "javascript:alert(1)",
        "///evil.test",
        "/%5cevil.test\\",
        "http:/evil.test",
        "",
        None,
    ],
)
def test_only_paths_of_our_own_are_led_to(target: str | None) -> None:
    assert safe_path(target, default="/home") == "/home"


def test_a_forged_host_reaches_no_mail_and_no_link(
    app: Flask, sign_in: SignedIn, scene: Scene
) -> None:
    email = db.session.get_one(User, scene.people["leader"]).email
    visitor, administrator = app.test_client(), open_browser(app, sign_in, scene, "administrator")
    forged = {"Host": EVIL, "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}"}
    fields = {"email": email, "csrf_token": csrf_of(visitor, "/forgot")}
    invited = {"email": "new@example.test", "role": "leader", "district": "", "key": "k" * 20}
    token = csrf_of(administrator, "/account")

    visitor.post("/forgot", data=fields, headers={"X-Forwarded-Host": EVIL})
    page = administrator.post(
        "/programme/accounts/invite",
        data={**invited, "csrf_token": token},
        headers={"X-Forwarded-Host": EVIL},
    )
    pages = [visitor.get(path, headers=forged) for path in ("/", "/sign-in", "/register")]

    notices = db.session.scalars(sa.select(Notice)).all()
    assert page.status_code == 200
    assert len(notices) >= 2
    assert EVIL not in "".join(repr(vars(notice)) for notice in notices)
    assert EVIL not in page.text
    assert [EVIL in f"{p.text}{p.headers}" for p in pages] == [False] * 3


def test_a_forwarded_address_counts_only_behind_a_proxy_of_ours(
    app: Flask, scene: Scene, tmp_path: Path
) -> None:
    address = app.config["SQLALCHEMY_DATABASE_URI"]
    behind = create_app(replace(make_settings(address, tmp_path), proxies=1))
    email = db.session.get_one(User, scene.people["leader"]).email
    db.session.rollback()
    for served in (app, behind):
        browser = served.test_client()
        fields = {"email": email, "password": "x", "csrf_token": csrf_of(browser, "/sign-in")}
        headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
        browser.post("/sign-in", data=fields, headers=headers)
    with behind.app_context():
        db.engine.dispose()

    noted = sa.select(AccountRecord.detail).where(AccountRecord.what == "sign_in_failed")
    assert db.session.scalars(noted.order_by(AccountRecord.id)).all() == [
        "127.0.0.1",
        "203.0.113.7",
    ]


MORE = {
    "status": "approved",
    "role": "administrator",
    "right": "owner",
    "membership": "proven",
    "is_proven": "1",
    "quantity": "9999",
    "version": "99",
    "number": "SZ-1",
    "filings_count": "7",
    "closed_at": "",
    "holder_id": "1",
    "verified": "1",
    "decided_at": "2026-01-01",
    "uscc": "91320583MA0000001X",
}


def test_fields_beyond_a_form_change_nothing(app: Flask, sign_in: SignedIn, scene: Scene) -> None:
    browser = open_browser(app, sign_in, scene, "member")
    person = db.session.get_one(User, scene.people["member"])
    firm_id = person.enterprise_id
    firm = db.session.get_one(Enterprise, firm_id)
    before = (person.role, person.right, person.enterprise_id, person.email, firm.uscc)
    place = a_district("320505").id
    more = {**MORE, "district_id": str(place), "enterprise_id": "999", "id": "1", "email": "a@b.cn"}
    seen = db.session.get_one(Application, scene.draft_id).version
    token = token_of(browser, "member")
    fields = {"csrf_token": token, **more}

    account = {"name": "新名字", "phone": "", "language": "zh_CN"}
    answers = [
        browser.post("/account", data={**fields, **account}),
        browser.post(
            f"/applications/{scene.draft_id}/edit/project?status=approved&district_id={place}",
            data={**fields, "seen": str(seen), "title": ["一", "二"], "key": "q" * 20},
        ),
    ]

    db.session.expire_all()
    person = db.session.get_one(User, scene.people["member"])
    draft = db.session.get_one(Application, scene.draft_id)
    firm = db.session.get_one(Enterprise, firm_id)
    assert [a.status_code for a in answers] == [303, 303]
    assert person.name == "新名字"
    assert (person.role, person.right, person.enterprise_id, person.email, firm.uscc) == before
    assert (draft.status, draft.filings_count, draft.enterprise_id) == ("draft", 0, firm_id)
    assert draft.form["fields"]["title"] == "一"
    assert not set(draft.form["fields"]) & (set(MORE) | {"district_id", "enterprise_id"})


def test_an_officer_moved_away_sees_nothing_of_the_old_district_at_once(
    app: Flask, sign_in: SignedIn, scene: Scene
) -> None:
    officer = open_browser(app, sign_in, scene, "officer")
    administrator = open_browser(app, sign_in, scene, "administrator")
    case = f"/approval/cases/{scene.case_id}"
    opened = officer.get(case).status_code
    fields = {"role": "officer", "district": "320505", "csrf_token": csrf_of(officer, "/account")}
    fields["csrf_token"] = csrf_of(administrator, "/account")

    moved = administrator.post(f"/programme/accounts/{scene.officer_id}/move", data=fields)

    file = f"/applications/{scene.case_id}/attachments/{scene.named['attachment_id']}"
    paths = (case, file, f"/applications/{scene.case_id}/receipt")
    after = [officer.get(path).status_code for path in paths]
    assert (opened, moved.status_code) == (200, 303)
    assert after in ([404, 404, 404], [303, 303, 303])


def test_a_password_set_by_link_and_a_closed_account_end_every_session(
    app: Flask, sign_in: SignedIn, scene: Scene
) -> None:
    colleague = db.session.get_one(User, scene.colleague_id)
    assert colleague.membership is Membership.UNPROVEN
    browser, owner = sign_in(colleague), open_browser(app, sign_in, scene, "member")
    opened = browser.get("/account").status_code
    token = csrf_of(owner, "/account")

    owner.post(
        f"/enterprise/members/{scene.colleague_id}/close",
        data={"csrf_token": token, "confirm": "y"},
    )

    assert opened == 200
    assert browser.get("/account").status_code == 303
    assert Role.MEMBER.value in scene.people


def test_a_session_in_steady_use_ends_after_half_a_day(app: Flask, sign_in: SignedIn) -> None:
    with clock.set_to(AT):
        browser = sign_in(a_user(Role.LEADER))
    statuses = []
    for minutes in range(50, 751, 50):
        with clock.set_to(AT + timedelta(minutes=minutes)):
            statuses.append(browser.get("/account").status_code)

    assert statuses == [200] * 14 + [303]
