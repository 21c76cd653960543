"""Transfers that a person may see, and those that wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from registry.accounts.models import User
from registry.accounts.roles import DESK, Role
from registry.applications import policy
from registry.applications.models import Application, Transfer, TransferState
from registry.core.database import db
from registry.core.errors import NotFound

MOST = 200
Selected = sa.Select[Transfer]


def visible_to(actor: User) -> Selected:
    """Select the transfers a person may see: of the city all, of a desk those of both its sides."""
    found = sa.select(Transfer)
    if actor.role is Role.ADMINISTRATOR:
        return found
    if actor.role not in DESK:
        return found.where(sa.false())
    here = actor.district_id
    return found.where(sa.or_(Transfer.giver_id == here, Transfer.receiver_id == here))


def _shown(found: Selected) -> Selected:
    return found.join(Transfer.application).options(
        contains_eager(Transfer.application).joinedload(Application.enterprise),
        contains_eager(Transfer.application).joinedload(Application.entry),
        joinedload(Transfer.giver),
        joinedload(Transfer.receiver),
        joinedload(Transfer.proposed_by),
        joinedload(Transfer.decided_by),
    )


def get_transfer(actor: User, transfer_id: int) -> Transfer:
    """Return a transfer; raise NotFound where a person may not see it."""
    found = db.session.scalar(_shown(visible_to(actor)).where(Transfer.id == transfer_id))
    if found is None:
        raise NotFound
    return found


def lock_case(transfer_id: int, *, by: User) -> Application:
    """Return the case of a transfer, locked for this transaction; raise NotFound."""
    seen = visible_to(by).where(Transfer.id == transfer_id)
    case = db.session.scalar(
        sa.select(Application)
        .where(Application.id.in_(seen.with_only_columns(Transfer.application_id)))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound
    return case


def list_open(actor: User) -> Sequence[Transfer]:
    """List the transfers that wait for an answer, the oldest first."""
    found = _shown(visible_to(actor)).where(Transfer.state == TransferState.OPEN)
    return db.session.scalars(found.order_by(Transfer.proposed_at, Transfer.id)).all()


def list_settled(actor: User) -> Sequence[Transfer]:
    """List those that were settled lately, the newest first."""
    found = _shown(visible_to(actor)).where(Transfer.state != TransferState.OPEN)
    order = (Transfer.decided_at.desc(), Transfer.id.desc())
    return db.session.scalars(found.order_by(*order).limit(MOST)).all()


def count_waiting(actor: User) -> int:
    """Count the transfers that wait for this person's answer."""
    if actor.role not in policy.SUPERVISING:
        return 0
    found = visible_to(actor).where(Transfer.state == TransferState.OPEN)
    return sum(policy.may_answer(actor, one) for one in db.session.scalars(found))


def list_leaving(application_ids: Sequence[int]) -> dict[int, Transfer]:
    """Return the open transfers of these cases, by case, with the district they lead to."""
    found = sa.select(Transfer).where(
        Transfer.application_id.in_(application_ids), Transfer.state == TransferState.OPEN
    )
    rows = db.session.scalars(found.options(joinedload(Transfer.receiver)))
    return {one.application_id: one for one in rows}


def find_handed_on(actor: User, application_id: int) -> Transfer | None:
    """Return the transfer by which a case left the desk of this person, where it did."""
    if actor.role not in DESK:
        return None
    return db.session.scalar(
        _shown(visible_to(actor))
        .where(
            Transfer.application_id == application_id,
            Transfer.giver_id == actor.district_id,
            Transfer.state == TransferState.ACCEPTED,
        )
        .order_by(Transfer.id.desc())
        .limit(1)
    )
