"""Two records of one firm: an old list knows its name, a sign-up brought its code; join them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from registry.accounts.models import User
from registry.accounts.roles import DESK, Membership
from registry.core.database import db
from registry.core.errors import NotFound
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.ledger.service import deed

PAIRS_MAX = 100
Duplicate = aliased(Enterprise, name="duplicate")


@dataclass(frozen=True)
class Pair:
    """A record known by its name only, and one of the same name with a code."""

    duplicate: Enterprise
    survivor: Enterprise
    is_proven: bool


def list_pairs(actor: User) -> Sequence[Pair]:
    """List the pairs this person may join: the city all, a district its own firms."""
    proven = (
        sa.select(User.id)
        .where(User.enterprise_id == Enterprise.id, User.membership == Membership.PROVEN)
        .where(User.closed_at.is_(None))
        .exists()
    )
    rows = db.session.execute(
        _pairs(actor)
        .add_columns(proven)
        .options(joinedload(Duplicate.district), joinedload(Enterprise.district))
        .order_by(Enterprise.name_key, Duplicate.id, Enterprise.id)
        .limit(PAIRS_MAX)
    )
    return [Pair(*row) for row in rows]


def count_pairs(actor: User) -> int:
    """Count what `list_pairs` lists, without its limit."""
    return db.session.scalar(_pairs(actor).with_only_columns(sa.func.count())) or 0


def _pairs(actor: User) -> sa.Select[Enterprise, Enterprise]:
    found = (
        sa.select(Duplicate, Enterprise)
        .join(Enterprise, Enterprise.name_key == Duplicate.name_key)
        .where(
            Duplicate.uscc.is_(None),
            Duplicate.merged_into_id.is_(None),
            Enterprise.uscc.is_not(None),
            Enterprise.merged_into_id.is_(None),
        )
    )
    if actor.role in DESK:
        found = found.where(Enterprise.district_id == actor.district_id)
    return found


def list_entries_of(enterprises: Sequence[Enterprise]) -> Mapping[int, Sequence[Entry]]:
    """List the registered entries of each of these records, by its id."""
    found: dict[int, list[Entry]] = defaultdict(list)
    rows = db.session.scalars(
        sa.select(Entry)
        .options(joinedload(Entry.district))
        .where(
            Entry.enterprise_id.in_([enterprise.id for enterprise in enterprises]),
            Entry.standing == Standing.REGISTERED,
        )
        .order_by(Entry.kind, Entry.effective_on, Entry.id)
    )
    for entry in rows:
        found[entry.enterprise_id].append(entry)
    return found


def join(duplicate_id: int, survivor_id: int, *, by: User) -> Enterprise:
    """Let everything of the record without a code count for the firm with the code.

    A request sent twice acts once. Raise NotFound where the two are no pair this person may join.
    """
    locked = _lock(duplicate_id, survivor_id)
    known = locked.get(duplicate_id)
    if known is not None and known.merged_into_id == survivor_id and _may_see(by, locked):
        return locked[survivor_id]
    pair = db.session.execute(
        _pairs(by).where(Duplicate.id == duplicate_id, Enterprise.id == survivor_id)
    ).first()
    if pair is None:
        raise NotFound
    duplicate, survivor = pair
    with deed(by=by, cause="join_enterprises") as opened:
        entry_ids = _entries_of_both(duplicate.id, survivor.id)
        opened.touch(entry_ids)
        duplicate.merged_into_id = survivor.id
        db.session.execute(
            sa.update(Enterprise)
            .where(Enterprise.merged_into_id == duplicate.id)
            .values(merged_into_id=survivor.id)
        )
        opened.touch(entry_ids)
        opened.record(
            "enterprises_joined", {"duplicate_id": duplicate.id, "survivor_id": survivor.id}
        )
    return survivor


def _lock(*ids: int) -> dict[int, Enterprise]:
    """Lock both records, in the order of their ids, before the ledger."""
    rows = db.session.scalars(
        sa.select(Enterprise)
        .where(Enterprise.id.in_(ids))
        .order_by(Enterprise.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _may_see(by: User, locked: Mapping[int, Enterprise]) -> bool:
    return by.role not in DESK or all(
        firm.district_id == by.district_id for firm in locked.values() if firm.uscc
    )


def _entries_of_both(*ids: int) -> Sequence[int]:
    """List the entries of both records and of what was joined to them before."""
    firms = sa.select(Enterprise.id).where(
        sa.or_(Enterprise.id.in_(ids), Enterprise.merged_into_id.in_(ids))
    )
    return db.session.scalars(
        sa.select(Entry.id).where(Entry.enterprise_id.in_(firms)).order_by(Entry.id)
    ).all()
