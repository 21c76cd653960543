"""Amendments in the demonstration: one carried through, some at the desk, one being written."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any  # a form as typed is nested JSON

import sqlalchemy as sa

from registry.accounts.models import User
from registry.applications import service
from registry.applications.amendment import start
from registry.applications.attachments import attach
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.status import Status
from registry.applications.workflow import Action
from registry.core.clock import day_of
from registry.core.database import db
from registry.demo.cases import Cast
from registry.demo.names import Firm
from registry.demo.papers import make_pdf
from registry.demo.plan import SHOWN_DISTRICT
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry
from registry.programme.kinds import Kind

Form = dict[str, Any]
Edit = Callable[[Form, datetime], None]
SETTLED = timedelta(days=14)


@dataclass(frozen=True)
class Plan:
    """One amendment: of which kind, its sort, why, what it says, and how many steps it takes."""

    kind: Kind
    sort: str
    reason: str
    edit: Edit
    steps: int
    nth: int = 0


def _more_robots(form: Form, at: datetime) -> None:
    first = form["rows"][0]
    for number in range(1, 7):
        day = (day_of(at) - timedelta(days=20)).isoformat()
        fresh = {
            "serial_no": f"{first['serial_no']}{number}",
            "invoice_on": day,
            "commissioned_on": day,
        }
        form["rows"].append({**first, **fresh})


def _two_left(form: Form, at: datetime) -> None:
    _more_robots(form, at)
    form["rows"][0]["status"] = "scrapped"
    form["rows"][1]["status"] = "sold"


def _was_mobile(form: Form, _at: datetime) -> None:
    form["rows"][2] |= {"robot_type": "agv", "axes": ""}


def _renamed(form: Form, _at: datetime) -> None:
    form["fields"]["title"] = f"{form['fields']['title']}（扩建）"


PLANS = (
    Plan(Kind.ROBOT_DEPLOYMENT, "change", "二期 6 台机器人已投用。", _more_robots, 3),
    Plan(Kind.ROBOT_DEPLOYMENT, "change", "新增 6 台，另有 2 台已处置。", _two_left, 2, 1),
    Plan(Kind.ROBOT_DEPLOYMENT, "correction", "第 3 台实为移动机器人。", _was_mobile, 1, 2),
    Plan(Kind.SMART_WORKSHOP, "change", "车间扩建后更名。", _renamed, 0),
)


def amend_some(cast: Cast, firm: Firm, at: datetime) -> None:
    """Let enterprises of the shown district amend what they have; first of all the shown one."""
    for plan in PLANS:
        entry = _find_entry(plan, firm, at)
        if entry is not None:
            Amending(cast, plan, at).carry(entry)
            db.session.commit()


def _find_entry(plan: Plan, firm: Firm, at: datetime) -> Entry | None:
    """Pick an entry that came through a case, decided some time before."""
    return db.session.scalar(
        sa.select(Entry)
        .join(Application, Application.entry_id == Entry.id)
        .join(District, District.id == Entry.district_id)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .where(District.code == SHOWN_DISTRICT, Entry.kind == plan.kind)
        .where(Application.status == Status.APPROVED)
        .where(Entry.effective_on <= day_of(at) - SETTLED, Entry.revoked_on.is_(None))
        .order_by(Enterprise.uscc != firm.uscc, Entry.rank)
        .offset(plan.nth)
        .limit(1)
    )


@dataclass(frozen=True)
class Amending:
    """One amendment on its way, all on one day."""

    cast: Cast
    plan: Plan
    at: datetime

    def carry(self, entry: Entry) -> None:
        """Take it as far as it is planned."""
        member = self.cast.people.members[entry.enterprise.uscc or ""]
        officer = self.cast.people.officers[SHOWN_DISTRICT][0]
        case = start(entry, by=member, at=self.at)
        form = deepcopy(case.form)
        form["fields"] |= {"amend_sort": self.plan.sort, "amend_reason": self.plan.reason}
        self.plan.edit(form, self.at)
        service.save(case, form, by=member, at=self.at, seen=case.version)
        self._attach(case, by=member)
        rows = len(form["rows"])
        checks = [item.code for item in case.facts.checklist]
        steps = (
            (Action.SUBMIT, member, Given(pledged=True)),
            (Action.CLAIM, officer, Given()),
            (Action.APPROVE, officer, Given(checks=checks, verified=range(rows - 5, rows + 1))),
        )
        for action, by, given in steps[: self.plan.steps]:
            service.perform(case.id, action, by=by, at=self.at, seen=case.version, given=given)

    def _attach(self, case: Application, *, by: User) -> None:
        for slot in case.facts.slots:
            if slot.required:
                attach(
                    case,
                    BytesIO(make_pdf(slot.code)),
                    slot=slot.code,
                    name=f"{slot.code}.pdf",
                    by=by,
                    at=self.at,
                    folder=self.cast.attachments,
                )
