"""What a person may see of applications; every list and page starts from `visible_to`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # a form as typed is nested JSON

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.accounts.models import User
from registry.accounts.queries import ADMITTED
from registry.accounts.roles import Role
from registry.applications.models import Application, Attachment, Filing, Remark
from registry.applications.status import DECIDED, EDITABLE, PIPELINE, Status
from registry.core.database import db
from registry.core.errors import NotFound
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind

Selected = sa.Select[Application]


def visible_to(actor: User) -> Selected:
    """Select what this person may see; the same rule as `policy.may_see`."""
    found = sa.select(Application)
    if actor.role is Role.MEMBER:
        if actor.membership not in ADMITTED:
            return found.where(sa.false())
        found = found.where(Application.enterprise_id == actor.enterprise_id)
        return found if actor.is_proven else found.where(Application.started_by_id == actor.id)
    if actor.role is Role.ADMINISTRATOR:
        return found
    found = found.where(Application.filings_count > 0)
    if actor.role is Role.LEADER and actor.district_id is None:
        return found
    return found.where(Application.district_id == actor.district_id)


def get_visible(actor: User, application_id: int) -> Application:
    """Return an application with what its page shows; raise NotFound where it may not be seen."""
    found = db.session.scalar(
        visible_to(actor)
        .where(Application.id == application_id)
        .options(
            joinedload(Application.enterprise),
            joinedload(Application.district),
            joinedload(Application.entry),
            joinedload(Application.amends),
            joinedload(Application.holder),
        )
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Mine:
    """The applications of an enterprise, by who has the next step."""

    waits_for_me: Sequence[Application]
    waits_for_them: Sequence[Application]
    decided: Sequence[Application]

    @property
    def open(self) -> Sequence[Application]:
        return [*self.waits_for_me, *self.waits_for_them]

    @property
    def is_empty(self) -> bool:
        return not (self.waits_for_me or self.waits_for_them or self.decided)


def list_mine(actor: User) -> Mine:
    """List a member's applications, in the order in which they ask for attention."""
    rows = db.session.scalars(
        visible_to(actor)
        .options(
            joinedload(Application.entry),
            joinedload(Application.amends),
            joinedload(Application.district),
            joinedload(Application.round),
            joinedload(Application.holder),
            selectinload(Application.remarks),
        )
        .order_by(Application.saved_at.desc(), Application.id.desc())
    ).all()
    return Mine(
        [row for row in rows if row.status in EDITABLE],
        [row for row in rows if row.status in PIPELINE - EDITABLE],
        [row for row in rows if row.status in DECIDED],
    )


def find_last_of_kind(actor: User, kind: Kind) -> Application | None:
    """Return the newest application of a kind that this person may see, to take words over from."""
    return db.session.scalar(
        visible_to(actor).where(Application.kind == kind).order_by(Application.id.desc()).limit(1)
    )


def list_attachments(application_id: int) -> Sequence[Attachment]:
    """List the files that stand with an application, removed ones left out."""
    return db.session.scalars(
        sa.select(Attachment)
        .where(Attachment.application_id == application_id, Attachment.removed_at.is_(None))
        .order_by(Attachment.id)
    ).all()


def get_attachment(actor: User, application_id: int, attachment_id: int) -> Attachment:
    """Return a file of a case that this person may see, or raise NotFound.

    The district sees what was filed: a file put to a returned case shows with the next filing.
    """
    application = get_visible(actor, application_id)
    found = db.session.get(Attachment, attachment_id)
    if found is None or found.application_id != application.id:
        raise NotFound
    if not may_open(actor, application.kind, found.slot):
        raise NotFound
    if actor.role is not Role.MEMBER and found.sha256 not in _filed_hashes(application):
        raise NotFound
    return found


def may_open(actor: User, kind: Kind, slot: str) -> bool:
    """Say whether papers of this sort are open to a person: leaders read without personal data."""
    if actor.role is not Role.LEADER:
        return True
    return any(known.code == slot and not known.names_persons for known in CATALOGUE[kind].slots)


def _filed_hashes(application: Application) -> set[str]:
    return {file["sha256"] for filing in application.filings for file in filing.files}


def list_open_remarks(application: Application) -> Sequence[Remark]:
    """List the remarks of the last return, those that are to be answered now."""
    if application.status is not Status.RETURNED:
        return []
    return list_remarks_on(application, application.filings_count)


def list_remarks_on(application: Application, filing_number: int) -> Sequence[Remark]:
    """List the remarks that were made on one filing."""
    return [remark for remark in application.remarks if remark.filing_number == filing_number]


def find_filing(application: Application, number: int | None = None) -> Filing | None:
    """Return a filing by its number, the last one unless told; None where nothing was filed."""
    wanted = application.filings_count if number is None else number
    return next((filing for filing in application.filings if filing.number == wanted), None)


@dataclass(frozen=True)
class Change:
    """One thing that differs from the filing before; `place` as in a remark, texts as typed.

    A row that came or went has the place `row:<position>` and an empty `before` or `now`.
    """

    place: str
    before: str
    now: str


def changes_since_last_filing(application: Application) -> list[Change]:
    """List what the last filing changed against the one before it; nothing for a first filing."""
    now = find_filing(application)
    before = find_filing(application, application.filings_count - 1)
    if now is None or before is None:
        return []
    return [
        *compare_forms(before.form, now.form),
        *_field_changes(before.enterprise, now.enterprise, "enterprise"),
        *_file_changes(before.files, now.files),
    ]


def compare_forms(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """List what differs between two states of a form."""
    return [
        *_field_changes(before.get("fields", {}), now.get("fields", {}), "field"),
        *_row_changes(before.get("rows", []), now.get("rows", [])),
    ]


def as_text(value: object) -> str:
    """Write a value of a form in one line."""
    if isinstance(value, list):
        return "、".join(as_text(item) for item in value)
    if isinstance(value, dict):
        return " ".join(as_text(item) for item in value.values())
    return "" if value is None else str(value)


def _field_changes(before: dict[str, Any], now: dict[str, Any], prefix: str) -> list[Change]:
    names = [*now, *(name for name in before if name not in now)]
    pairs = [(name, as_text(before.get(name)), as_text(now.get(name))) for name in names]
    return [Change(f"{prefix}:{name}", was, says) for name, was, says in pairs if was != says]


def _row_changes(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[Change]:
    changes = []
    for position in range(1, max(len(before), len(now)) + 1):
        was = before[position - 1] if position <= len(before) else {}
        says = now[position - 1] if position <= len(now) else {}
        if not was or not says:
            changes.append(Change(f"row:{position}", as_text(was), as_text(says)))
        else:
            changes += _field_changes(was, says, f"row:{position}")
    return changes


def _file_changes(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[Change]:
    was = {file["sha256"]: file for file in before}
    says = {file["sha256"]: file for file in now}
    gone = [Change(f"file:{f['slot']}", f["name"], "") for h, f in was.items() if h not in says]
    new = [Change(f"file:{f['slot']}", "", f["name"]) for h, f in says.items() if h not in was]
    return gone + new


def count_open(actor: User, *, on: date) -> int:
    """Count what waits for a member: drafts and what was returned and may still be filed again."""
    mine = visible_to(actor).where(
        Application.status.in_(EDITABLE),
        sa.or_(Application.answer_by.is_(None), Application.answer_by >= on),
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0
