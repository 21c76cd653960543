"""Set up a register: schema, districts, programme and its four goals."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.migrations import upgrade
from registry.districts.models import District
from registry.ledger.goals import set_target
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal, Programme
from registry.programme.queries import find_programme

SOURCE = "苏府办〔2017〕173号"
DISTRICTS = Path(__file__).parent / "districts" / "data" / "districts.csv"


@dataclass(frozen=True)
class GoalPlan:
    """One of the four goals of the opinion of 2017 (苏府办〔2017〕173号)."""

    kind: Kind
    unit_zh: str
    unit_en: str
    target: int
    measures: tuple[Measure, ...]


GOALS = (
    GoalPlan(Kind.SMART_FACTORY, "家", "factories", 10, (Measure.SMART_FACTORY,)),
    GoalPlan(Kind.SMART_WORKSHOP, "个", "workshops", 100, (Measure.SMART_WORKSHOP,)),
    GoalPlan(Kind.EQUIPMENT_UPGRADE, "家", "enterprises", 1_000, (Measure.EQUIPMENT_UPGRADE,)),
    GoalPlan(Kind.ROBOT_DEPLOYMENT, "台", "robots", 10_000, (Measure.ROBOT,)),
)


def init_register(*, starts_on: date, ends_on: date) -> bool:
    """Set everything up; return False where it was set up with the same dates already.

    Raise Invalid where the dates are in the wrong order, or where other dates stand. Commits.
    """
    if starts_on > ends_on:
        raise Invalid(_("The programme would end before it starts. Exchange the two dates."))
    upgrade()
    programme = find_programme()
    if programme is not None:
        if (programme.starts_on, programme.ends_on) == (starts_on, ends_on):
            return False
        raise Invalid(_("This register is set up already, with other dates. Nothing was changed."))
    _add_districts()
    _add_programme(starts_on=starts_on, ends_on=ends_on)
    db.session.commit()
    return True


def _add_districts() -> None:
    if db.session.scalar(sa.select(District.id).limit(1)) is not None:
        return
    with DISTRICTS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            db.session.add(
                District(
                    code=row["code"],
                    name_zh=row["name_zh"],
                    name_en=row["name_en"],
                    aliases=row["aliases"].split("|"),
                    position=int(row["order"]),
                )
            )


def _add_programme(*, starts_on: date, ends_on: date) -> None:
    programme = Programme(
        name_zh="智能制造“十百千万”工程",
        name_en="Smart Manufacturing 10·100·1,000·10,000",
        city_zh="苏州市 · 登记与统计",
        city_en="Suzhou · register and tally",
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(programme)
    for position, plan in enumerate(GOALS, start=1):
        goal = Goal(
            programme=programme,
            kind=plan.kind,
            unit_zh=plan.unit_zh,
            unit_en=plan.unit_en,
            position=position,
        )
        db.session.add(goal)
        db.session.flush()
        set_target(
            goal,
            plan.target,
            measures=plan.measures,
            effective_on=starts_on,
            by=None,
            source=SOURCE,
        )
