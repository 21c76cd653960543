"""Amendments of registered entries, made by the same functions that people use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any  # words of a form

import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications import service
from registry.applications.amendment import start
from registry.applications.deciding import countable_rows
from registry.applications.filing import list_faults
from registry.applications.models import Application
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.entries.models import Entry, RobotUnit
from registry.ledger.heads import KnownAt, read_head
from registry.ledger.queries import read_totals
from registry.programme.kinds import Measure
from tests.applications.factories import (
    a_robot_row,
    act,
    add_file,
    an_approved,
    approval_of,
    file_it,
    robot_words,
)
from tests.factories import a_district, a_user

LATER = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
FIRST_DAY, DAY, BEFORE = date(2026, 6, 1), date(2026, 9, 1), date(2026, 8, 31)
KUNSHAN = "320583"
Edit = Callable[[dict[str, Any]], None]


def a_registered(rows: int = 3, *, by: User | None = None, **changes: Any) -> Application:
    """Return an approved deployment of so many robots, counted from FIRST_DAY."""
    words = robot_words(0)
    words["rows"] = [a_robot_row(**changes) for _ in range(rows)]
    with clock.set_to(datetime(2026, 6, 1, 2, 0, tzinfo=UTC)):
        return an_approved(by=by, words=words)


def owner_of(application: Application) -> User:
    return application.started_by


def an_amendment(
    entry: Entry,
    *,
    by: User,
    sort: str = "change",
    reason: str = "二期新增设备已投用。",
    edit: Edit = lambda _words: None,
    at: datetime = LATER,
) -> Application:
    """Return a draft that says what `edit` makes of what is registered, with its proofs."""
    with clock.set_to(at):
        application = start(entry, by=by, at=at)
        application = edit_words(application, by=by, sort=sort, reason=reason, edit=edit, at=at)
        for slot in application.facts.slots:
            if slot.required:
                add_file(application, slot.code, by=by, at=at)
    return application


def edit_words(
    application: Application,
    *,
    by: User,
    sort: str = "change",
    reason: str = "二期新增设备已投用。",
    edit: Edit = lambda _words: None,
    at: datetime = LATER,
) -> Application:
    words = {
        "fields": {**application.form["fields"], "amend_sort": sort, "amend_reason": reason},
        "rows": [dict(row) for row in application.form["rows"]],
    }
    edit(words)
    return service.save(application, words, by=by, at=at, seen=application.version)


def a_claimed_amendment(
    entry: Entry, *, by: User, at: datetime = LATER, **rest: Any
) -> Application:
    application = file_it(an_amendment(entry, by=by, at=at, **rest), by=by, at=at)
    officer = a_user(Role.OFFICER, district=application.district)
    return act(application, Action.CLAIM, by=officer, at=at).application


def decide(application: Application, *, at: datetime = LATER, **given: Any) -> Application:
    """Approve, with every new row verified unless told."""
    holder = application.holder
    assert holder is not None
    rows = given.pop("verified", None)
    if rows is None:
        rows = countable_rows(application)
    with clock.set_to(at):
        return act(
            application,
            Action.APPROVE,
            by=holder,
            at=at,
            given=approval_of(application, verified=rows, **given),
        ).application


def amend(entry: Entry, *, by: User, at: datetime = LATER, **rest: Any) -> Application:
    """Carry an amendment through from its beginning to its approval."""
    lots = rest.pop("lots", "")
    return decide(a_claimed_amendment(entry, by=by, at=at, **rest), at=at, lots=lots)


def adding(rows: int, **changes: Any) -> Edit:
    """Return what puts so many new robots at the end of the list."""

    def edit(words: dict[str, Any]) -> None:
        words["rows"] += [a_robot_row(**changes) for _ in range(rows)]

    return edit


def setting(number: int, **changes: str) -> Edit:
    """Return what changes the cells of one row, counted from 1."""

    def edit(words: dict[str, Any]) -> None:
        words["rows"][number - 1].update(changes)

    return edit


def robots(day: date, measure: Measure = Measure.ROBOT, *, known: int | None = None) -> int:
    """Return a figure of Kunshan as of a day, as known now or at a sequence."""
    newest = read_head()
    head = read_head(KnownAt(f"#{known}", sequence=known)) if known else newest
    totals = read_totals(day, head=head, newest=newest)
    return totals.get((a_district(KUNSHAN).id, measure), 0)


def units_of(entry: Entry) -> Mapping[str, RobotUnit]:
    rows = db.session.scalars(
        sa.select(RobotUnit)
        .where(RobotUnit.entry_id == entry.id, RobotUnit.is_registered)
        .order_by(RobotUnit.position)
        .execution_options(populate_existing=True)
    )
    return {unit.serial_no: unit for unit in rows}


def faults_of(application: Application, at: datetime = LATER) -> list[str]:
    """Return the places of all that stands against filing."""
    with clock.set_to(at):
        return [fault.place for fault in list_faults(application, today=clock.today())]
