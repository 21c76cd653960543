"""Applications in every status, made by the same functions that people use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications import service
from registry.applications.given import Given, Outcome
from registry.applications.models import Application, Attachment
from registry.applications.workflow import Action
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind
from tests.factories import a_user

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
_numbers = count(1)

ROBOT_FIELDS = {
    "title": "谐波产线机器人",
    "district": "320583",
    "site_address": "昆山市张浦镇俱进路 218 号 3 号厂房",
}
WORKSHOP_FIELDS = {
    "title": "谐波减速器精密装配车间",
    "district": "320583",
    "site_address": "昆山市张浦镇俱进路 218 号",
    "commissioned_on": "2026-03-15",
    "summary": "一条谐波减速器装配线，全程可追溯。",
    "equipment_total": "120",
    "equipment_smart": "96",
    "equipment_networked": "90",
    "systems": ["mes", "erp"],
    "traceable": "batch",
    "auto_delivery": "partial",
    "invest_total_wan": "1200",
    "invest_equip_wan": "900",
    "invest_soft_wan": "120",
    "effect_efficiency_before": "20",
    "effect_efficiency_after": "28",
    "effect_staff_before": "60",
    "effect_staff_after": "41",
}


def a_robot_row(number: int | None = None, **changes: str) -> dict[str, str]:
    """Return one robot as it is typed; its serial is new unless a number is given."""
    number = number if number is not None else 100_000 + next(_numbers)
    return {
        "brand": "发那科",
        "model": "M-20iD/25",
        "serial_no": f"E21-{number:06d}",
        "robot_type": "articulated",
        "axes": "6",
        "payload_kg": "25",
        "application": "assembly",
        "origin": "imported",
        "country": "日本",
        "unit_price_wan": "18.60",
        "invoice_code": "",
        "invoice_no": f"2632{number:016d}",
        "invoice_on": "2026-03-14",
        "commissioned_on": "2026-04-08",
        "is_new": "yes",
        "status": "in_use",
        **changes,
    }


def robot_words(rows: int = 3, **fields: object) -> dict[str, Any]:
    """Return the words of a complete robot deployment."""
    title = f"{ROBOT_FIELDS['title']}{next(_numbers)}期"
    return {
        "fields": {**ROBOT_FIELDS, "title": title, **fields},
        "rows": [a_robot_row() for _ in range(rows)],
    }


def workshop_words(**fields: object) -> dict[str, Any]:
    """Return the words of a complete smart workshop."""
    return {"fields": {**WORKSHOP_FIELDS, **fields}, "rows": []}


def a_member(enterprise: Enterprise | None = None, **rest: Any) -> User:
    return a_user(Role.MEMBER, enterprise=enterprise, **rest)


def a_draft(
    by: User | None = None,
    *,
    kind: Kind = Kind.ROBOT_DEPLOYMENT,
    words: Mapping[str, Any] | None = None,
    at: datetime = AT,
    with_files: bool = True,
) -> Application:
    """Return a draft that is ready to be filed."""
    by = by or a_member()
    application = service.start(kind, by=by, at=at)
    words = words or (robot_words() if kind is Kind.ROBOT_DEPLOYMENT else workshop_words())
    application = service.save(application, words, by=by, at=at, seen=application.version)
    if with_files:
        for slot in CATALOGUE[kind].slots:
            for _ in range(slot.min_files if slot.required else 0):
                add_file(application, slot.code, by=by, at=at)
    return application


def add_file(application: Application, slot: str, *, by: User, at: datetime = AT) -> Attachment:
    """Put the row of a file to a form, without the file."""
    number = next(_numbers)
    file = Attachment(
        application_id=application.id,
        slot=slot,
        name=f"{slot}-{number}.pdf",
        content_type="application/pdf",
        size=1_000 + number,
        sha256=f"{number:064x}",
        stored_as=f"{number:048x}",
        uploaded_by_id=by.id,
        uploaded_at=at,
    )
    db.session.add(file)
    db.session.flush()
    return file


def act(
    application: Application,
    action: Action,
    *,
    by: User,
    at: datetime = AT,
    given: Given = Given(),  # noqa: B008 - frozen, and empty
) -> Outcome:
    """Take one step with the version as it stands."""
    db.session.flush()
    return service.perform(
        application.id, action, by=by, at=at, seen=application.version, given=given
    )


def file_it(
    application: Application,
    *,
    by: User,
    at: datetime = AT,
    answers: Mapping[int, str] | None = None,
) -> Application:
    given = Given(pledged=True, answers=answers or {})
    return act(application, Action.SUBMIT, by=by, at=at, given=given).application


def a_filed(by: User | None = None, **rest: Any) -> Application:
    by = by or a_member()
    return file_it(a_draft(by, **rest), by=by, at=rest.get("at", AT))


def a_claimed(
    officer: User | None = None, *, by: User | None = None, at: datetime = AT, **rest: Any
) -> Application:
    application = a_filed(by, at=at, **rest)
    officer = officer or a_user(Role.OFFICER, district=application.district)
    return act(application, Action.CLAIM, by=officer, at=at).application


def a_returned(
    officer: User | None = None,
    *,
    by: User | None = None,
    places: tuple[str, ...] = ("field:title",),
    **rest: Any,
) -> Application:
    application = a_claimed(officer, by=by, **rest)
    holder = application.holder
    assert holder is not None
    remarks = [(place, "请补正。") for place in places]
    return act(
        application, Action.RETURN, by=holder, at=rest.get("at", AT), given=Given(remarks=remarks)
    ).application


def approval_of(application: Application, **rest: Any) -> Given:
    """Return what completes an approval: the whole checklist, every row ticked."""
    facts = application.facts
    rows = len(application.form["rows"])
    return Given(
        checks=[item.code for item in facts.checklist],
        verified=rest.pop("verified", range(1, rows + 1)),
        **rest,
    )


def an_approved(officer: User | None = None, **rest: Any) -> Application:
    application = a_claimed(officer, **rest)
    holder = application.holder
    assert holder is not None
    return act(
        application,
        Action.APPROVE,
        by=holder,
        at=rest.get("at", AT),
        given=approval_of(application),
    ).application
