"""The story of a case: its sealed events, told to both sides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # a payload is any JSON

import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.models import Application, Remark
from registry.core.database import db
from registry.core.language import _, is_chinese
from registry.ledger.models import Event, Seal


@dataclass(frozen=True)
class Happening:
    """One event of a case. `who` is empty where the reader may not know names."""

    at: datetime
    type: str
    title: object
    side: object
    who: str
    note: str
    sequence: int
    payload: dict[str, Any]
    remarks: Sequence[Remark]


TITLES = {
    "submitted": _("Filed"),
    "claimed": _("Taken for review"),
    "released": _("Put back into the queue"),
    "returned": _("Returned to be mended"),
    "recalled": _("Taken back into review"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "revoked": _("Revoked in the register"),
    "relocated": _("District changed"),
    "retired": _("Robots left the stock"),
    "amended": _("Amended in the register"),
    "corrected": _("Corrected in the register"),
}


def tell_story(application: Application, *, reader: User) -> list[Happening]:
    """Tell what happened to an application, the newest first.

    The enterprise and the district's desk see names, who reads for other reasons sees roles only.
    """
    told = sa.select(Event, Seal.recorded_at, User)
    rows = db.session.execute(
        told.join(Seal, Event.sequence == Seal.sequence)
        .outerjoin(User, Seal.actor_id == User.id)
        .where(Event.application_id == application.id, Event.type.in_(TITLES))
        .order_by(Event.sequence.desc(), Event.position.desc())
    ).all()
    with_names = reader.role is not Role.LEADER
    return [
        _happening(
            application,
            event,
            at=at,
            who=_name(actor) if with_names else "",
            side=_side(application, actor),
        )
        for event, at, actor in rows
    ]


def _happening(
    application: Application, event: Event, *, at: datetime, who: str, side: object
) -> Happening:
    payload = json.loads(event.payload)
    filing = payload.get("filing")
    said = event.type == "returned"
    return Happening(
        at=at,
        type=event.type,
        title=TITLES[event.type],
        side=side,
        who=who,
        note=payload.get("reason", ""),
        sequence=event.sequence,
        payload=payload,
        remarks=[r for r in application.remarks if said and r.filing_number == filing],
    )


def _name(actor: User | None) -> str:
    return actor.name if actor is not None else ""


def _side(application: Application, actor: User | None) -> object:
    if actor is None:
        return _("the registry")
    if actor.role is Role.MEMBER:
        return _("the enterprise")
    if actor.role is Role.ADMINISTRATOR:
        return _("the city")
    district = application.district
    return district.name_zh if is_chinese() else district.name_en
