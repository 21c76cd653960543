"""A plain recount of one day by live SQL, entry by entry: the oracle for a real register."""

from __future__ import annotations

from collections import Counter
from datetime import date

import sqlalchemy as sa

from registry.core.database import db
from tests.conftest import STARTS_ON

STANDS = """
    join entry_district place on place.entry_id = entry.id and place.from_on = (
        select max(from_on) from entry_district where entry_id = entry.id and from_on <= :day)
    where entry.standing = 'registered' and entry.effective_on <= :day
        and (entry.revoked_on is null or entry.revoked_on > :day)
"""
LEFT = """
    join entry_district place on place.entry_id = entry.id and place.from_on = (
        select max(from_on) from entry_district
        where entry_id = entry.id and from_on <= {row}.until_on)
    where entry.standing = 'registered' and entry.effective_on <= :day
        and (entry.revoked_on is null or entry.revoked_on > :day)
        and {row}.from_on >= :starts and {row}.until_on <= :day and {row}.retired
"""
COUNTS = f"""
    select place.district_id, entry.kind, entry.id, 1 from entry {STANDS}
        and entry.kind in ('smart_factory', 'smart_workshop') and entry.effective_on >= :starts
    union all
    select place.district_id, unit.measure, entry.id, 1
        from robot_unit unit join entry on entry.id = unit.entry_id {STANDS}
        and unit.is_registered and unit.from_on between :starts and :day
        and (unit.until_on is null or unit.until_on > :day)
    union all
    select place.district_id, lot.measure, entry.id, lot.quantity
        from robot_lot lot join entry on entry.id = lot.entry_id {STANDS}
        and lot.from_on between :starts and :day
        and (lot.until_on is null or lot.until_on > :day)
    union all
    select place.district_id, unit.measure || '_retired', entry.id, 1
        from robot_unit unit join entry on entry.id = unit.entry_id {LEFT.format(row="unit")}
        and unit.is_registered
    union all
    select place.district_id, lot.measure || '_retired', entry.id, lot.quantity
        from robot_lot lot join entry on entry.id = lot.entry_id {LEFT.format(row="lot")}
    union all
    select district_id, 'equipment_upgrade', id, 1 from (
        select place.district_id, entry.id, row_number() over (
            partition by coalesce(firm.merged_into_id, firm.id)
            order by entry.effective_on, entry.rank) as turn
        from entry join enterprise firm on firm.id = entry.enterprise_id {STANDS}
        and entry.kind = 'equipment_upgrade' and entry.effective_on >= :starts
    ) upgrades where turn = 1
"""


def recount(day: date) -> Counter[tuple[int, str, int]]:
    """Return how many of each measure stand in each district on a day because of each entry."""
    found: Counter[tuple[int, str, int]] = Counter()
    values = {"day": day, "starts": STARTS_ON}
    statement = sa.text(COUNTS).bindparams(*(sa.bindparam(name, type_=sa.Date) for name in values))
    for district_id, measure, entry_id, quantity in db.session.execute(statement, values):
        found[district_id, measure, entry_id] += quantity
    return found
