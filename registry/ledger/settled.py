"""Which subjects the database itself can prove: a plain entry, with the one posting it should have.

Nearly every subject is of one entry that was never moved, revoked or merged. For these one
statement compares facts and postings, many times faster than a recount. It may say too little: what
it does not settle is recounted by the rules themselves (timelines.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any  # ids of two columns

import sqlalchemy as sa

from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryDistrict, RobotLot, RobotUnit, Standing
from registry.ledger.facts import SURVIVOR, WITH_ROWS
from registry.ledger.models import Posting
from registry.ledger.streams import Select
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE
from registry.programme.kinds import Kind

Condition = sa.ColumnElement[bool]
KIND = sa.type_coerce(Entry.kind, sa.String)
MEASURE = sa.type_coerce(Posting.measure, sa.String)


def read_unsettled(*, starts_on: date) -> list[str]:
    """Name, in order, the subjects that still have to be recounted; one row, for it is read beside.

    They are those with postings that are not plain, and those that should have postings, but none.
    """
    found = sa.union_all(_select_unsettled(starts_on), _select_unposted(starts_on)).subquery()
    names = db.session.scalar(sa.select(sa.func.aggregate_strings(found.c.subject, ",")))
    return sorted(set(names.split(","))) if names else []


def _select_unsettled(starts_on: date) -> Select:
    conditions = [
        sa.and_(Entry.kind == kind, is_plain) for kind, is_plain in _plain_by_kind(starts_on)
    ]
    is_settled = sa.and_(
        Entry.id == Posting.entry_id,
        Entry.standing == Standing.REGISTERED,
        Entry.revoked_on.is_(None),
        Posting.effective_on >= starts_on,
        _stands_where_posted(),
        sa.or_(*conditions),
    )
    return (
        sa.select(Posting.subject)
        .outerjoin(Entry, is_settled)
        .group_by(Posting.subject)
        .having(sa.or_(sa.func.count() != 1, sa.func.count(Entry.id) != 1))
    )


def _select_unposted(starts_on: date) -> Select:
    """Entries from before the programme are left out, but robots: these have days of their own."""
    name = KIND + ":" + sa.cast(_number(SURVIVOR), sa.String)
    return (
        sa.select(name.label("subject"))
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .where(Entry.standing == Standing.REGISTERED)
        .where(sa.or_(Entry.effective_on >= starts_on, Entry.kind.in_(WITH_ROWS)))
        .where(~sa.exists().where(Posting.subject == name))
    )


def _number(firm: sa.SQLColumnExpression[int]) -> sa.ColumnElement[int]:
    return sa.case((Entry.kind.in_(COUNTED_BY_ENTERPRISE), firm), else_=Entry.id)


def _stands_where_posted() -> Condition:
    """It has one place, from its own day on."""
    place = sa.exists().where(EntryDistrict.entry_id == Entry.id)
    return sa.and_(
        place.where(
            EntryDistrict.from_on == Entry.effective_on,
            EntryDistrict.district_id == Posting.district_id,
        ),
        ~place.where(EntryDistrict.from_on != Entry.effective_on),
    )


def _plain_by_kind(starts_on: date) -> Iterator[tuple[Kind, Condition]]:
    counts_once = sa.and_(
        MEASURE == KIND, Posting.quantity == 1, Posting.effective_on == Entry.effective_on
    )
    names_it = Posting.subject == KIND + ":" + sa.cast(_number(Entry.enterprise_id), sa.String)
    rules: Mapping[Kind, tuple[Condition, ...]] = {
        Kind.SMART_FACTORY: (counts_once,),
        Kind.SMART_WORKSHOP: (counts_once,),
        Kind.EQUIPMENT_UPGRADE: (counts_once, *_is_first_of_firm(starts_on)),
        Kind.ROBOT_DEPLOYMENT: _is_one_lot(),
    }
    for kind, conditions in rules.items():
        yield kind, sa.and_(names_it, *conditions)


def _is_first_of_firm(starts_on: date) -> tuple[Condition, ...]:
    """No other upgrade of the firm comes before it, and no other record is the same firm."""
    other = sa.orm.aliased(Entry)
    earlier = sa.exists().where(
        other.enterprise_id == Entry.enterprise_id,
        other.kind == Entry.kind,
        other.standing == Standing.REGISTERED,
        other.id != Entry.id,
        other.effective_on >= starts_on,
        sa.tuple_(other.effective_on, other.rank) <= sa.tuple_(Entry.effective_on, Entry.rank),
    )
    is_merged = Enterprise.merged_into_id.is_not(None)
    merged: sa.CompoundSelect[Any] = sa.union_all(  # few, so read once
        sa.select(Enterprise.id).where(is_merged),
        sa.select(Enterprise.merged_into_id).where(is_merged),
    )
    return ~earlier, Entry.enterprise_id.not_in(merged)


def _is_one_lot() -> tuple[Condition, ...]:
    """It has one lot, all in use, and no robot of its own number."""
    lot = sa.exists().where(RobotLot.entry_id == Entry.id)
    other = sa.orm.aliased(RobotLot)
    units = sa.exists().where(RobotUnit.entry_id == Entry.id, RobotUnit.is_registered)
    as_posted = lot.where(
        RobotLot.from_on == Posting.effective_on,
        RobotLot.until_on.is_(None),
        RobotLot.measure == Posting.measure,
        RobotLot.quantity == Posting.quantity,
        ~sa.exists().where(other.entry_id == RobotLot.entry_id, other.id != RobotLot.id),
    )
    return Posting.effective_on >= Entry.effective_on, as_posted, ~units
