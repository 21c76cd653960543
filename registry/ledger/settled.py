"""Which subjects the database itself can prove: a plain entry, with the one posting it should have.

Nearly every subject is of one entry that was never moved, revoked or merged. For these one
statement compares facts and postings, many times faster than a recount. It may say too little: what
it does not settle is recounted by the rules themselves (timelines.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import sqlalchemy as sa

from registry.core.database import going_in_order
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryDistrict, RobotLot, RobotUnit, Standing
from registry.ledger.facts import SURVIVOR, WITH_ROWS
from registry.ledger.models import Posting
from registry.ledger.streams import Select, fetch_raw
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE
from registry.programme.kinds import Kind

Condition = sa.ColumnElement[bool]
KIND = sa.type_coerce(Entry.kind, sa.String)
MEASURE = sa.type_coerce(Posting.measure, sa.String)


def read_unsettled(*, starts_on: date) -> list[str]:
    """Name, in order, the subjects that still have to be recounted.

    They are those of the postings that are not plain, and those that should have postings, but
    none. A place is proved by itself (`prove_places`): where there is one, it is the entry's own.
    """
    firsts = _firsts_of_firms(starts_on)
    found = sa.union_all(_select_not_plain(starts_on, firsts), _select_unposted(starts_on, firsts))
    with going_in_order():
        rows = fetch_raw(found, {})
    return sorted({name for names in rows for name in names if name is not None})


def _select_not_plain(starts_on: date, firsts: sa.CTE) -> Select:
    """Name the subjects of what is not plain: that which it has, and that which it should have.

    A plain posting is the one that its entry should have, and the only one of its subject.
    """
    is_plain = sa.and_(
        Entry.standing == Standing.REGISTERED,
        Entry.revoked_on.is_(None),
        Entry.district_id == Posting.district_id,
        Posting.effective_on >= starts_on,
        Posting.subject == _subject_of(Entry.enterprise_id),
        sa.case(*_plain_by_kind(firsts), else_=sa.false()),
        Entry.id.not_in(_with_several()),
    )
    return (
        sa.select(Posting.subject, _subject_of(_survivor()))
        .outerjoin(Entry, Entry.id == Posting.entry_id)
        .where(~sa.func.coalesce(is_plain, sa.false()))
    )


def _select_unposted(starts_on: date, firsts: sa.CTE) -> Select:
    """Name the subjects of entries that should count and have no posting.

    Of a firm it is enough to look at the entry that came first: a posting of another is not plain.
    """
    of_firm = Entry.kind.in_(COUNTED_BY_ENTERPRISE)
    is_unposted = sa.case(
        (sa.and_(of_firm, Entry.enterprise_id.in_(_merged())), _should_count(starts_on)),
        (Posting.entry_id.is_not(None), sa.false()),
        (of_firm, Entry.id.in_(sa.select(firsts.c.id))),
        else_=_should_count(starts_on),
    )
    return (
        sa.select(_subject_of(_survivor()), sa.null())
        .outerjoin(Posting, Posting.entry_id == Entry.id)
        .where(is_unposted)
    )


def _survivor() -> sa.ScalarSelect[int]:
    of_firm = sa.select(SURVIVOR).where(Enterprise.id == Entry.enterprise_id)
    return of_firm.correlate(Entry).scalar_subquery()


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


def _with_several() -> sa.CompoundSelect[int]:
    """Select the entries with several places, postings or lots."""
    ids = (EntryDistrict.entry_id, Posting.entry_id, RobotLot.entry_id)
    several = [sa.select(id_).group_by(id_).having(sa.func.count() > 1) for id_ in ids]
    return sa.union_all(*several)


def _plain_by_kind(firsts: sa.CTE) -> Iterator[tuple[Condition, Condition]]:
    counts_once = sa.and_(
        MEASURE == KIND, Posting.quantity == 1, Posting.effective_on == Entry.effective_on
    )
    is_first = sa.and_(Entry.enterprise_id.not_in(_merged()), Entry.id.in_(sa.select(firsts.c.id)))
    rules: Mapping[Kind, Condition] = {
        Kind.SMART_FACTORY: counts_once,
        Kind.SMART_WORKSHOP: counts_once,
        Kind.EQUIPMENT_UPGRADE: sa.and_(counts_once, is_first),
        Kind.ROBOT_DEPLOYMENT: _is_one_span(),
    }
    for kind, condition in rules.items():
        yield Entry.kind == kind, condition


def _firsts_of_firms(starts_on: date) -> sa.CTE:
    """Select the upgrade of each record of a firm that came first."""
    order = sa.func.row_number().over(
        partition_by=Entry.enterprise_id + 0, order_by=(Entry.effective_on, Entry.rank)
    )
    is_upgrade = sa.case((Entry.kind.in_(COUNTED_BY_ENTERPRISE), _should_count(starts_on)))
    upgrades = sa.select(Entry.id, order.label("place")).where(is_upgrade).subquery()
    return sa.select(upgrades.c.id).where(upgrades.c.place < 2).cte()  # `= 1` would get an index


def _merged() -> sa.CompoundSelect[int]:
    """Select the records of firms of which there are several: few, so they are read once."""
    is_merged = Enterprise.merged_into_id.is_not(None)
    return sa.union_all(
        sa.select(Enterprise.id).where(is_merged),
        sa.select(Enterprise.merged_into_id).where(is_merged),
    )


def _is_one_span() -> Condition:
    """It has one lot, or robots of its own numbers of one type and day, and all are in use."""
    lot = sa.exists().where(
        RobotLot.entry_id == Entry.id,
        RobotLot.from_on == Posting.effective_on,
        RobotLot.until_on.is_(None),
        RobotLot.measure == Posting.measure,
        RobotLot.quantity == Posting.quantity,
    )
    with_units = sa.select(RobotUnit.entry_id).where(RobotUnit.is_registered)
    first, measure = sa.func.min(RobotUnit.from_on), sa.func.min(RobotUnit.measure)
    spans = (
        sa.select(RobotUnit.entry_id, first, measure, sa.func.count())
        .where(RobotUnit.is_registered)
        .group_by(RobotUnit.entry_id)
        .having(
            first == sa.func.max(RobotUnit.from_on),
            measure == sa.func.max(RobotUnit.measure),
            sa.func.count(RobotUnit.until_on) == 0,
        )
    )
    posted = sa.tuple_(Entry.id, Posting.effective_on, Posting.measure, Posting.quantity)
    is_one = sa.case(
        (
            Entry.id.in_(with_units),
            sa.and_(posted.in_(spans), ~sa.exists().where(RobotLot.entry_id == Entry.id)),
        ),
        else_=lot,
    )
    return sa.and_(Posting.effective_on >= Entry.effective_on, is_one)
