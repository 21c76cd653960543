"""A plain recount of many days by live SQL, entry by entry: the oracle for a real register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa

from tests.conftest import STARTS_ON

Place = tuple[int, str, int]  # district, measure, entry
STANDS = """
    join entry_district place on place.entry_id = entry.id and place.from_on = (
        select max(from_on) from entry_district where entry_id = entry.id and from_on <= days.day)
    where entry.standing = 'registered' and entry.effective_on <= days.day
        and (entry.revoked_on is null or entry.revoked_on > days.day)
"""
LEFT = """
    join entry_district place on place.entry_id = entry.id and place.from_on = (
        select max(from_on) from entry_district
        where entry_id = entry.id and from_on <= {row}.until_on)
    where entry.standing = 'registered' and entry.effective_on <= days.day
        and (entry.revoked_on is null or entry.revoked_on > days.day)
        and {row}.from_on >= :starts and {row}.until_on <= days.day and {row}.retired
"""
EACH = "days cross join asked entry"
COUNTS = f"""
    select days.day, place.district_id, entry.kind, entry.id, 1
        from {EACH} {STANDS}
        and entry.kind in ('smart_factory', 'smart_workshop') and entry.effective_on >= :starts
    union all
    select days.day, place.district_id, unit.measure, entry.id, 1
        from {EACH} join robot_unit unit on unit.entry_id = entry.id {STANDS}
        and unit.is_registered and unit.from_on between :starts and days.day
        and (unit.until_on is null or unit.until_on > days.day)
    union all
    select days.day, place.district_id, lot.measure, entry.id, lot.quantity
        from {EACH} join robot_lot lot on lot.entry_id = entry.id {STANDS}
        and lot.from_on between :starts and days.day
        and (lot.until_on is null or lot.until_on > days.day)
    union all
    select days.day, place.district_id, unit.measure || '_retired', entry.id, 1
        from {EACH}
        join robot_unit unit on unit.entry_id = entry.id {LEFT.format(row="unit")}
        and unit.is_registered
    union all
    select days.day, place.district_id, lot.measure || '_retired', entry.id, lot.quantity
        from {EACH}
        join robot_lot lot on lot.entry_id = entry.id {LEFT.format(row="lot")}
    union all
    select day, district_id, 'equipment_upgrade', id, 1 from (
        select days.day, place.district_id, entry.id, row_number() over (
            partition by days.day, coalesce(firm.merged_into_id, firm.id)
            order by entry.effective_on, entry.rank) as turn
        from {EACH} join enterprise firm on firm.id = entry.enterprise_id {STANDS}
        and entry.kind = 'equipment_upgrade' and entry.effective_on >= :starts
    ) upgrades where turn = 1
"""


def recount(
    days: Sequence[date], *, within: sa.Connection, firms: Collection[int] | None = None
) -> list[Counter[Place]]:
    """Return for each day how many of each measure stand in each district because of each entry.

    `firms`: of these enterprises alone, which must have no duplicate records elsewhere.
    """
    values: dict[str, object] = {f"day{number}": day for number, day in enumerate(days)}
    calendar = ", ".join(f"(:{name})" for name in values)
    whose = "where enterprise_id in :firms" if firms is not None else ""
    asked = f"with days(day) as (values {calendar}), asked as (select * from entry {whose})"
    binds = [sa.bindparam(name, type_=sa.Date) for name in (*values, "starts")]
    if firms is not None:
        binds.append(sa.bindparam("firms", expanding=True))
        values["firms"] = sorted(firms)
    statement = sa.text(f"{asked} {COUNTS}").bindparams(*binds).columns(day=sa.Date)
    found: dict[date, Counter[Place]] = {day: Counter() for day in days}
    rows = within.execute(statement, {**values, "starts": STARTS_ON})
    for day, district_id, measure, entry_id, quantity in rows:
        found[day][district_id, measure, entry_id] += quantity
    return [found[day] for day in days]
