"""Transfers in the demonstration: two that wait, one accepted, one refused."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from registry.accounts.models import User
from registry.applications import service
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.status import Status
from registry.applications.workflow import Action
from registry.core.database import db
from registry.demo.people import People
from registry.demo.plan import SHOWN_DISTRICT
from registry.districts.models import District

NEIGHBOURS = ("320585", "320581", "320571")
ACCEPTED = "项目实际位于昆山市花桥镇，企业注册地在太仓，请昆山市办理。"
REFUSED = "企业称项目位于园区分厂，拟请园区办理。"
WHY_NOT = "经现场核对，设备安装在昆山厂区，不在园区。"
COMES = "设备安装地址为昆山市周市镇，应由昆山市审核。"
GOES = "项目所在厂房跨界，主体位于太仓市，请太仓市办理。"


def settle_some(people: People, at: datetime) -> None:
    """Let the shown district take a case over, and have one refused."""
    taicang, _changshu, park = NEIGHBOURS
    came = _ask(people, taicang, SHOWN_DISTRICT, ACCEPTED, at=at)
    _answer(came, Action.ACCEPT_TRANSFER, by=people.supervisors[SHOWN_DISTRICT], at=at)
    stayed = _ask(people, SHOWN_DISTRICT, park, REFUSED, at=at)
    _answer(stayed, Action.REFUSE_TRANSFER, by=people.supervisors[park], at=at, reason=WHY_NOT)


def ask_some(people: People, at: datetime) -> None:
    """Let one case wait on either side of the shown district."""
    taicang, changshu, _park = NEIGHBOURS
    _ask(people, changshu, SHOWN_DISTRICT, COMES, at=at)
    _ask(people, SHOWN_DISTRICT, taicang, GOES, at=at)


def _ask(people: People, giver: str, receiver: str, reason: str, *, at: datetime) -> Application:
    case = db.session.scalars(
        sa.select(Application)
        .join(District, District.id == Application.district_id)
        .where(District.code == giver, Application.status == Status.SUBMITTED)
        .where(Application.amends_id.is_(None), ~Application.transfers.any())
        .order_by(Application.first_filed_at.desc(), Application.id.desc())
        .limit(1)
    ).one()
    given = Given(district=receiver, reason=reason)
    _perform(case, Action.TRANSFER, given, by=people.supervisors[giver], at=at)
    return case


def _answer(case: Application, action: Action, *, by: User, at: datetime, reason: str = "") -> None:
    _perform(case, action, Given(transfer_id=case.transfers[-1].id, reason=reason), by=by, at=at)


def _perform(case: Application, action: Action, given: Given, *, by: User, at: datetime) -> None:
    service.perform(case.id, action, by=by, at=at, seen=case.version, given=given)
    db.session.commit()
