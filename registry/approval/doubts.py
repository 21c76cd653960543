"""What blocks approval, for many cases at once: the marks of the queue, in one statement.

The page of one case asks `applications.suspicions`, which says where the same thing stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # two models have the same columns

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.applications.models import Application
from registry.applications.status import PIPELINE
from registry.core.database import db
from registry.core.language import n_
from registry.entries.catalogue import CATALOGUE
from registry.entries.models import (
    Entry,
    EquipmentLine,
    RobotLot,
    RobotUnit,
    Standing,
)

Found = Any  # a statement of three columns: case, code, count
Ids = Collection[int]
ONE_OF_A_NAME = frozenset(kind for kind, facts in CATALOGUE.items() if facts.title_is_unique)


@dataclass(frozen=True)
class Doubt:
    """One kind of doubt about a case, and how many rows or robots it concerns."""

    code: str
    count: int

    @property
    def words(self) -> object:
        return WORDS[self.code](self.count)


WORDS = {
    "registered": lambda count: n_(
        "%(num)s robot counts elsewhere", "%(num)s robots count elsewhere", count
    ),
    "open_case": lambda count: n_(
        "%(num)s robot in another open case", "%(num)s robots in another open case", count
    ),
    "invoice": lambda count: n_(
        "invoice of another firm in %(num)s row", "invoice of another firm in %(num)s rows", count
    ),
    "title": lambda count: n_(
        "%(num)s entry of the same name", "%(num)s entries of the same name", count
    ),
    "lot": lambda count: n_("%(num)s robot of an old list", "%(num)s robots of an old list", count),
}


def find_doubts(application_ids: Ids) -> Mapping[int, Sequence[Doubt]]:
    """Return what blocks each of these cases; cases that nothing blocks are left out."""
    if not application_ids:
        return {}
    parts = [
        _registered(application_ids),
        _in_open_cases(application_ids),
        _invoices(application_ids, RobotUnit),
        _invoices(application_ids, EquipmentLine),
        _same_titles(application_ids),
        _lots(application_ids),
    ]
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for application_id, code, count in db.session.execute(sa.union_all(*parts)):
        known = counts[application_id].get(code, 0)
        counts[application_id][code] = max(known, int(count))
    return {
        application_id: [Doubt(code, found[code]) for code in WORDS if code in found]
        for application_id, found in counts.items()
    }


def _counted(code: str, what: Any) -> Any:
    return sa.select(
        Application.id, sa.literal(code).label("code"), sa.func.count(sa.distinct(what))
    )


def _of(ids: Ids) -> sa.ColumnElement[bool]:
    return Application.id.in_(ids)


def _registered(ids: Ids) -> Found:
    other = aliased(RobotUnit)
    return (
        _counted("registered", RobotUnit.position)
        .join(RobotUnit, RobotUnit.entry_id == Application.entry_id)
        .join(other, other.serial_key == RobotUnit.serial_key)
        .where(
            _of(ids),
            other.entry_id != RobotUnit.entry_id,
            other.entry_id.is_distinct_from(Application.amends_id),
            other.is_registered,
            other.until_on.is_(None),
        )
        .group_by(Application.id)
    )


def _in_open_cases(ids: Ids) -> Found:
    other, case = aliased(RobotUnit), aliased(Application)
    return (
        _counted("open_case", RobotUnit.position)
        .join(RobotUnit, RobotUnit.entry_id == Application.entry_id)
        .join(other, other.serial_key == RobotUnit.serial_key)
        .join(case, case.entry_id == other.entry_id)
        .where(
            _of(ids),
            case.id != Application.id,
            case.status.in_(PIPELINE),
            sa.or_(
                case.first_filed_at < Application.first_filed_at,
                sa.and_(
                    case.first_filed_at == Application.first_filed_at, case.id < Application.id
                ),
            ),
        )
        .group_by(Application.id)
    )


def _invoices(ids: Ids, model: Any) -> Found:
    """Rows whose invoice live rows of another enterprise name."""
    mine, other, owner = aliased(Entry), aliased(model), aliased(Entry)
    return (
        _counted("invoice", model.position)
        .join(mine, mine.id == Application.entry_id)
        .join(model, model.entry_id == mine.id)
        .join(other, other.invoice_key == model.invoice_key)
        .join(owner, owner.id == other.entry_id)
        .where(
            _of(ids),
            model.invoice_key != "",
            owner.enterprise_id != mine.enterprise_id,
            sa.or_(owner.is_asked, owner.standing == Standing.REGISTERED),
        )
        .group_by(Application.id)
    )


def _same_titles(ids: Ids) -> Found:
    mine, other = aliased(Entry), aliased(Entry)
    return (
        _counted("title", other.id)
        .join(mine, mine.id == Application.entry_id)
        .join(other, other.enterprise_id == mine.enterprise_id)
        .where(
            _of(ids),
            other.id != mine.id,
            other.id.is_distinct_from(Application.amends_id),
            mine.kind.in_(ONE_OF_A_NAME),
            other.kind == mine.kind,
            other.standing == Standing.REGISTERED,
            other.revoked_on.is_(None),
            mine.title_key != "",
            other.title_key == mine.title_key,
            other.district_id == mine.district_id,
        )
        .group_by(Application.id)
    )


def _lots(ids: Ids) -> Found:
    owner = aliased(Entry)
    has_units = sa.exists().where(RobotUnit.entry_id == Application.entry_id)
    return (
        sa.select(Application.id, sa.literal("lot"), sa.func.sum(RobotLot.quantity))
        .join(owner, owner.enterprise_id == Application.enterprise_id)
        .join(RobotLot, RobotLot.entry_id == owner.id)
        .where(
            _of(ids),
            has_units,
            owner.standing == Standing.REGISTERED,
            owner.revoked_on.is_(None),
            RobotLot.until_on.is_(None),
        )
        .group_by(Application.id)
    )
