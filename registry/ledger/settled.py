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
    """Name, in order, the subjects that still have to be recounted.

    They are those with postings that are not plain, those of an entry with several postings, and
    those that should have postings, but none.
    """
    selects = (_select_not_plain(starts_on), _select_of_several(), _select_unposted(starts_on))
    connection = db.session.connection()
    return sorted({name for found in selects for name in connection.scalars(found)})


def _select_not_plain(starts_on: date) -> Select:
    """A plain posting is the one that its entry should have, and the only one of its subject."""
    is_plain = sa.and_(
        Entry.standing == Standing.REGISTERED,
        Entry.revoked_on.is_(None),
        Posting.effective_on >= starts_on,
        _names_its_subject(Entry.enterprise_id),
        sa.case(*_plain_by_kind(starts_on), else_=sa.false()),
        _stands_where_posted(),
    )
    return (
        sa.select(Posting.subject)
        .outerjoin(Entry, Entry.id == Posting.entry_id)
        .where(~sa.func.coalesce(is_plain, sa.false()))
    )


def _select_of_several() -> Select:
    several = _ids_found_twice(Posting.entry_id)
    return sa.select(Posting.subject).where(Posting.entry_id.in_(several))


def _select_unposted(starts_on: date) -> Select:
    """Name the subjects of entries that should count and have no posting."""
    of_entry = sa.exists().where(
        Posting.entry_id == Entry.id, _names_its_subject(Entry.enterprise_id)
    )
    absorbed = sa.select(Enterprise.id).where(Enterprise.merged_into_id.is_not(None))
    of_entry_s_firm = sa.select(SURVIVOR).where(Enterprise.id == Entry.enterprise_id)
    survivor = of_entry_s_firm.correlate(Entry).scalar_subquery()
    of_firm = sa.exists().where(_names_its_subject(survivor))  # of another entry of it, it may be
    return sa.select(_subject_of(survivor)).where(
        _should_count(starts_on), sa.or_(~of_entry, Entry.enterprise_id.in_(absorbed)), ~of_firm
    )


def _should_count(starts_on: date) -> sa.ColumnElement[bool]:
    """Entries from before the programme do not, but robots may: these have days of their own.

    It is a CASE, so that no database goes there by an index: nearly all entries do.
    """
    rows = (
        sa.exists().where(row.entry_id == Entry.id, row.from_on >= starts_on)
        for row in (RobotLot, RobotUnit)
    )
    return sa.case(
        (Entry.standing != Standing.REGISTERED, sa.false()),
        (Entry.kind.in_(WITH_ROWS), sa.or_(*rows)),
        else_=Entry.effective_on >= starts_on,
    )


def _subject_of(firm: sa.SQLColumnExpression[int]) -> sa.ColumnElement[str]:
    number = sa.case((Entry.kind.in_(COUNTED_BY_ENTERPRISE), firm), else_=Entry.id)
    return KIND + ":" + sa.cast(number, sa.String)


def _names_its_subject(firm: sa.SQLColumnExpression[int]) -> Condition:
    return Posting.subject == _subject_of(firm)


def _ids_found_twice(column: sa.orm.InstrumentedAttribute[int]) -> sa.Select[int]:
    return sa.select(column).group_by(column).having(sa.func.count() > 1)


def _stands_where_posted() -> Condition:
    """It has one place, from its own day on."""
    place = sa.exists().where(
        EntryDistrict.entry_id == Entry.id,
        EntryDistrict.from_on == Entry.effective_on,
        EntryDistrict.district_id == Posting.district_id,
    )
    return sa.and_(Entry.id.not_in(_ids_found_twice(EntryDistrict.entry_id)), place)


def _plain_by_kind(starts_on: date) -> Iterator[tuple[Condition, Condition]]:
    counts_once = sa.and_(
        MEASURE == KIND, Posting.quantity == 1, Posting.effective_on == Entry.effective_on
    )
    rules: Mapping[Kind, Condition] = {
        Kind.SMART_FACTORY: counts_once,
        Kind.SMART_WORKSHOP: counts_once,
        Kind.EQUIPMENT_UPGRADE: sa.and_(counts_once, _is_first_of_firm(starts_on)),
        Kind.ROBOT_DEPLOYMENT: _is_one_lot(),
    }
    for kind, condition in rules.items():
        yield Entry.kind == kind, condition


def _is_first_of_firm(starts_on: date) -> Condition:
    """No other upgrade of the firm comes before it, and no other record is the same firm."""
    order = sa.func.row_number().over(
        partition_by=Entry.enterprise_id + 0, order_by=(Entry.effective_on, Entry.rank)
    )
    is_upgrade = sa.case((Entry.kind.in_(COUNTED_BY_ENTERPRISE), _should_count(starts_on)))
    upgrades = sa.select(Entry.id, order.label("place")).where(is_upgrade).subquery()
    first = sa.select(upgrades.c.id).where(upgrades.c.place == 1)
    is_merged = Enterprise.merged_into_id.is_not(None)
    merged: sa.CompoundSelect[Any] = sa.union_all(  # few, so read once
        sa.select(Enterprise.id).where(is_merged),
        sa.select(Enterprise.merged_into_id).where(is_merged),
    )
    return sa.and_(Entry.enterprise_id.not_in(merged), Entry.id.in_(first))


def _is_one_lot() -> Condition:
    """It has one lot, all in use, and no robot of its own number."""
    lot = sa.exists().where(
        RobotLot.entry_id == Entry.id,
        RobotLot.from_on == Posting.effective_on,
        RobotLot.until_on.is_(None),
        RobotLot.measure == Posting.measure,
        RobotLot.quantity == Posting.quantity,
    )
    with_units = sa.select(RobotUnit.entry_id).where(RobotUnit.is_registered)
    return sa.and_(
        Posting.effective_on >= Entry.effective_on,
        Entry.id.not_in(_ids_found_twice(RobotLot.entry_id)),
        Entry.id.not_in(with_units),
        lot,
    )
