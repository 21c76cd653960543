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
from registry.applications.steps import BY_TRANSFER
from registry.core.database import db
from registry.core.language import _, is_chinese
from registry.districts.queries import list_districts
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
    "transfer_proposed": _("Transfer proposed"),
    "transferred": _("Transferred"),
    "transfer_refused": _("Transfer refused"),
    "transfer_taken_back": _("Transfer taken back"),
    "revoked": _("Revoked in the register"),
    "relocated": _("District changed"),
    "retired": _("Robots left the stock"),
    "amended": _("Amended in the register"),
    "corrected": _("Corrected in the register"),
}
TRANSFERRED = "transferred"
BY_RECEIVER = frozenset({TRANSFERRED, "transfer_refused"})
OF_TRANSFER = BY_RECEIVER | {"transfer_proposed", "transfer_taken_back"}


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
    places, here = _places(), application.district_id
    story = []
    for event, at, actor in rows:
        payload = json.loads(event.payload)
        if BY_TRANSFER in payload:
            continue  # the claim that ended with a transfer, which is told itself
        desk = places[payload["to"] if event.type in BY_RECEIVER else here]
        who, side = _name(actor) if with_names else "", _side(actor, desk)
        note = _note(event.type, payload, places)
        story.append(_happening(application, event, payload, at=at, who=who, side=side, note=note))
        if event.type == TRANSFERRED:
            here = payload["from"]
    return story


def _happening(
    application: Application,
    event: Event,
    payload: dict[str, Any],
    *,
    at: datetime,
    who: str,
    side: object,
    note: str,
) -> Happening:
    filing = payload.get("filing")
    said = event.type == "returned"
    return Happening(
        at=at,
        type=event.type,
        title=TITLES[event.type],
        side=side,
        who=who,
        note=note,
        sequence=event.sequence,
        payload=payload,
        remarks=[r for r in application.remarks if said and r.filing_number == filing],
    )


def _places() -> dict[int, str]:
    return {
        district.id: district.name_zh if is_chinese() else district.name_en
        for district in list_districts()
    }


def _note(type_: str, payload: dict[str, Any], places: dict[int, str]) -> str:
    reason: str = payload.get("reason", "")
    if type_ not in OF_TRANSFER:
        return reason
    way = f"{places[payload['from']]} → {places[payload['to']]}"
    return f"{way} · {reason}" if reason else way


def _name(actor: User | None) -> str:
    return actor.name if actor is not None else ""


def _side(actor: User | None, desk: str) -> object:
    if actor is None:
        return _("the registry")
    if actor.role is Role.MEMBER:
        return _("the enterprise")
    return _("the city") if actor.role is Role.ADMINISTRATOR else desk
