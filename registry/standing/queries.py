"""Proposals that a person may see, and what was done to an entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # a payload is any JSON

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from registry.accounts.models import User
from registry.accounts.roles import DESK, Role
from registry.applications.models import Application
from registry.core.database import db
from registry.core.errors import NotFound
from registry.entries.models import Entry, Standing
from registry.entries.queries import may_see_details
from registry.ledger.models import Event, Seal
from registry.standing import policy, words
from registry.standing.models import Proposal, State

MOST = 200


def visible_to(actor: User) -> sa.Select[Proposal]:
    """Select the proposals a person may see: of the city all, of a desk those of the district."""
    found = (
        sa.select(Proposal)
        .join(Entry, Entry.id == Proposal.entry_id)
        .where(Entry.standing == Standing.REGISTERED)
    )
    if actor.role is Role.ADMINISTRATOR:
        return found
    if actor.role not in DESK:
        return found.where(sa.false())
    return found.where(
        sa.or_(
            Entry.district_id == actor.district_id,
            Proposal.district_id == actor.district_id,
            Proposal.proposed_from_id == actor.district_id,
        )
    )


def _shown(found: sa.Select[Proposal]) -> sa.Select[Proposal]:
    entry = selectinload(Proposal.entry)
    return found.options(
        entry.selectinload(Entry.enterprise),
        entry.selectinload(Entry.district),
        joinedload(Proposal.district),
        joinedload(Proposal.proposed_from),
        joinedload(Proposal.proposed_by),
        joinedload(Proposal.decided_by),
    )


def get_proposal(actor: User, proposal_id: int) -> Proposal:
    """Return a proposal; raise NotFound where a person may not see it."""
    found = db.session.scalar(_shown(visible_to(actor)).where(Proposal.id == proposal_id))
    if found is None:
        raise NotFound
    return found


def list_open(actor: User) -> Sequence[Proposal]:
    """List the open proposals a person may see, the oldest first."""
    found = _shown(visible_to(actor)).where(Proposal.state == State.OPEN)
    return db.session.scalars(found.order_by(Proposal.proposed_at, Proposal.id)).all()


def list_decided(actor: User) -> Sequence[Proposal]:
    """List what was decided lately, the newest first."""
    found = _shown(visible_to(actor)).where(Proposal.state != State.OPEN)
    order = (Proposal.decided_at.desc(), Proposal.id.desc())
    return db.session.scalars(found.order_by(*order).limit(MOST)).all()


def count_waiting(actor: User) -> int:
    """Count the proposals that wait for this person's decision."""
    if actor.role not in policy.DECIDERS:
        return 0
    return sum(policy.may_decide(actor, proposal) for proposal in list_open(actor))


def find_open(entry: Entry) -> Proposal | None:
    """Return the open proposal on an entry."""
    return db.session.scalar(
        sa.select(Proposal).where(Proposal.entry_id == entry.id, Proposal.state == State.OPEN)
    )


def version_of(entry_id: int) -> int:
    """Return the version of an entry: the sequence of the last deed that named it."""
    last = sa.select(sa.func.max(Event.sequence)).where(Event.entry_id == entry_id)
    return db.session.scalar(last) or 1


def find_application_id(entry: Entry) -> int | None:
    """Return the application that brought an entry in; imported ones have none."""
    return db.session.scalar(sa.select(Application.id).where(Application.entry_id == entry.id))


@dataclass(frozen=True)
class Happening:
    """One thing that was done to an entry."""

    at: datetime
    title: object
    text: str


def tell_story(entry: Entry, *, reader: User | None) -> Sequence[Happening]:
    """Tell what was done to an entry, the newest first, to those who may see its details."""
    if reader is None or not may_see_details(entry, actor=reader):
        return []
    types = words.OPEN_TO_THE_FIRM if reader.role is Role.MEMBER else words.TITLES.keys()
    rows = db.session.execute(
        sa.select(Event.type, Event.payload, Seal.recorded_at)
        .join(Seal, Seal.sequence == Event.sequence)
        .where(Event.entry_id == entry.id, Event.type.in_(types))
        .order_by(Event.sequence.desc(), Event.position.desc())
    ).all()
    return [Happening(at, words.TITLES[type_], _said(json.loads(told))) for type_, told, at in rows]


def _said(payload: dict[str, Any]) -> str:
    told = (payload.get("effective_on"), payload.get("document"), payload.get("reason"))
    return " · ".join(str(word) for word in told if word)


def may_see(actor: User, proposal: Proposal) -> bool:
    """Say whether a person may see a proposal."""
    found = visible_to(actor).where(Proposal.id == proposal.id).with_only_columns(Proposal.id)
    return db.session.scalar(found) is not None
