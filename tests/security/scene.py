"""A small register with one of everything, every address of it, and a print of all its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any  # values of an address

import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from registry.accounts.access import VISITOR, door_of
from registry.accounts.models import ApiToken, OneTimeLink, Purpose, User
from registry.accounts.roles import Membership, Right, Role
from registry.accounts.sessions import hash_key
from registry.applications.given import Given
from registry.applications.models import Attachment
from registry.applications.queries import list_attachments
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import Base, db
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry
from registry.importing.models import Batch
from registry.programme.kinds import Kind
from registry.programme.models import Round
from registry.programme.queries import get_programme
from tests.applications.factories import (
    a_claimed,
    a_draft,
    a_filed,
    a_returned,
    act,
    an_approved,
    workshop_words,
)
from tests.conftest import SignedIn, csrf_of
from tests.factories import AT, a_district, a_user, an_enterprise
from tests.importing.factories import FACTORY, import_lines
from tests.releases.factories import a_release
from tests.sampling.factories import a_draw, a_result, drawn
from tests.standing.factories import a_proposal, asking

WHO = (VISITOR, *(role.value for role in Role))
NOT_COMPARED = frozenset({"signed_in", "failed_sign_in"})
LINK_KEY, TOKEN_KEY = "link-key-of-the-tests", "token-key-of-the-tests"
FILE = b"%PDF-1.4\n%%EOF\n"


@dataclass(frozen=True)
class Scene:
    """Who is there, by role, and what stands in addresses, by endpoint or by name."""

    people: Mapping[str, int]
    colleague_id: int
    officer_id: int
    draft_id: int
    case_id: int
    returned_id: int
    named: Mapping[str, Any]

    def values(self, endpoint: str) -> dict[str, Any]:
        if endpoint.startswith("approval.") or endpoint in READ_A_CASE:
            return {**self.named, "application_id": self.case_id}
        if endpoint.startswith("administration."):
            return {**self.named, "user_id": self.officer_id}
        if endpoint.startswith("open_data."):
            return {**self.named, "name": "tally", "form": "csv"}
        if endpoint.startswith("tally."):
            return {**self.named, "name": "course-smart-workshop", "form": "svg"}
        return dict(self.named)


READ_A_CASE = frozenset({"applications.attachment", "applications.receipt", "applications.show"})


def a_scene(app: Flask) -> Scene:
    """Put one of everything into the register, at AT; commits."""
    with clock.set_to(AT):
        return _made(app)


def _made(app: Flask) -> Scene:
    firm = an_enterprise("苏州场景精密机械有限公司")
    people = {
        role.value: a_user(role, enterprise=firm if role is Role.MEMBER else None) for role in Role
    }
    member, officer = people["member"], people["officer"]
    colleague = a_user(
        Role.MEMBER, enterprise=firm, right=Right.EDITOR, membership=Membership.UNPROVEN
    )
    draft = a_draft(member, with_files=False)
    a_draft(member, kind=Kind.SMART_WORKSHOP, words=workshop_words(), with_files=False)
    case = a_claimed(officer, by=member)
    returned = a_returned(officer, by=member, places=("field:title", "section:attachments"))
    approved = an_approved(officer, by=member)
    leaving = a_filed(member)
    given = Given(district="320582", reason="厂房不在昆山。")
    act(leaving, Action.TRANSFER, by=people["supervisor"], given=given)
    import_lines(FACTORY, at=AT)
    link, token, window = _link(), _token(people["administrator"]), _window()
    db.session.add_all([link, token, window])
    db.session.flush()
    file = list_attachments(case.id)[0]
    _store(file, app.config["SETTINGS"].attachments_dir)
    entry = db.session.get_one(Entry, approved.entry_id)
    done = _done_to(entry, officer=officer, administrator=people["administrator"])
    scene = Scene(
        people={role: person.id for role, person in people.items()},
        colleague_id=colleague.id,
        officer_id=officer.id,
        draft_id=draft.id,
        case_id=case.id,
        returned_id=returned.id,
        named={
            "application_id": draft.id,
            "attachment_id": file.id,
            "section": "project",
            "user_id": colleague.id,
            "key": LINK_KEY,
            "kind": "robot_deployment",
            "batch_id": db.session.scalar(sa.select(sa.func.max(Batch.id))),
            "check_id": "0" * 32,
            "transfer_id": leaving.transfers[-1].id,
            "token_id": token.id,
            "link_id": link.id,
            "round_id": window.id,
            **done,
        },
    )
    db.session.commit()
    return scene


def _done_to(entry: Entry, *, officer: User, administrator: User) -> dict[str, Any]:
    """Propose to revoke it, draw it, look at it, and release a month; name all of that."""
    today = clock.day_of(AT)
    get_programme().has_open_data = True
    proposal = a_proposal(entry, by=officer, asked=asking(effective_on=today), at=AT)
    draw = a_draw("1", by=administrator, at=AT, kind=entry.kind)
    (row,) = drawn(draw)
    a_result(row, by=officer, at=AT, found=row.quantity, checked_on=today)
    release = a_release(date(2026, 4, 1), by=administrator, at=AT)
    return {
        "number": entry.number,
        "code": entry.certificate_code,
        "proposal_id": proposal.id,
        "draw_number": draw.number,
        "entry_number": row.entry.number,
        "sequence": release.sequence,
        "month": "2026-03",
        "name": "months-robot-deployment",
        "form": "svg",
    }


def _window() -> Round:
    return Round(
        programme_id=get_programme().id,
        kind=Kind.SMART_FACTORY,
        name="第一批",
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 1),
    )


def _store(file: Attachment, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.stored_as).write_bytes(FILE)


def _link() -> OneTimeLink:
    return OneTimeLink(
        key_hash=hash_key(LINK_KEY),
        purpose=Purpose.INVITE,
        email="invited@example.test",
        role=Role.LEADER,
        made_at=AT,
        ends_at=AT + timedelta(days=3),
    )


def _token(maker: User) -> ApiToken:
    return ApiToken(key_hash=hash_key(TOKEN_KEY), label="统计", made_by_id=maker.id, made_at=AT)


def open_browser(app: Flask, sign_in: SignedIn, scene: Scene, who: str) -> FlaskClient:
    """Return the browser of a person of the scene, or a visitor's."""
    if who == VISITOR:
        return app.test_client()
    return sign_in(db.session.get_one(User, scene.people[who]))


def token_of(browser: FlaskClient, who: str) -> str:
    """Return a token that is good in this browser."""
    return csrf_of(browser, "/sign-in" if who == VISITOR else "/account")


def walk(app: Flask, scene: Scene, method: str, who: str) -> Iterator[tuple[str, str]]:
    """Give endpoint and a living address of each route that this one may enter."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and who in door_of(rule.endpoint):
            yield rule.endpoint, address_of(rule, scene)


def address_of(rule: Rule, scene: Scene) -> str:
    values = scene.values(rule.endpoint)
    return url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def print_tables() -> dict[str, str]:
    """Return a hash of the content of each table but those of sessions and wrong guesses."""
    db.session.rollback()
    prints = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_COMPARED:
            rows = sorted(repr(tuple(row)) for row in db.session.execute(sa.select(table)))
            prints[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    db.session.rollback()
    return prints


def firm_of(scene: Scene) -> Enterprise:
    member = db.session.get_one(User, scene.people["member"])
    assert member.enterprise is not None
    return member.enterprise


def kunshan_and_another() -> tuple[int, int]:
    return a_district("320583").id, a_district("320505").id
