"""A recount of what is asked for and not decided, by live SQL: the oracle of the pipeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from tests.conftest import STARTS_ON

OPEN = sa.text("""
    select application.id, application.kind, coalesce(firm.merged_into_id, firm.id),
        application.district_id, application.quantity
    from application join enterprise firm on firm.id = application.enterprise_id
    where application.status in ('submitted', 'in_review', 'returned') and firm.id in :firms
        and (application.amends_id is null or application.quantity > 0)
    order by application.id
""").bindparams(sa.bindparam("firms", expanding=True))
COUNTED = sa.text("""
    select coalesce(firm.merged_into_id, firm.id)
    from entry join enterprise firm on firm.id = entry.enterprise_id
    where entry.kind = 'equipment_upgrade' and entry.standing = 'registered'
        and entry.revoked_on is null and entry.effective_on >= :starts_on
""")


class Waiting(NamedTuple):
    """Open cases by kind, and what they ask for by district and kind, in the unit of the goal."""

    cases: Counter[str]
    asked: Counter[tuple[int, str]]


def recount_waiting(within: sa.Connection, *, firms: Collection[int]) -> Waiting:
    """Count what waits now; a firm that would be counted once asks where its first case is."""
    counted = set(within.scalars(COUNTED, {"starts_on": STARTS_ON}))
    found = Waiting(Counter(), Counter())
    for _id, kind, firm, district_id, quantity in within.execute(OPEN, {"firms": list(firms)}):
        found.cases[kind] += 1
        if kind == "equipment_upgrade":
            found.asked[district_id, kind] += firm not in counted
            counted.add(firm)
        else:
            found.asked[district_id, kind] += quantity if kind == "robot_deployment" else 1
    return found
