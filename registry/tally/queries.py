"""The figures for pages and files: one answer of the ledger, set against plan and allocations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from registry.applications.status import Status
from registry.applications.workflow import EVENTS, TRANSITIONS
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotFound
from registry.core.language import _, is_chinese
from registry.districts.models import District
from registry.districts.queries import find_district
from registry.ledger.answers import RETIRED, Tally, read_tally
from registry.ledger.checks import Checked
from registry.ledger.facts import chunks
from registry.ledger.growing import Growing, Since
from registry.ledger.models import Event
from registry.ledger.queries import (
    Head,
    KnownAt,
    TrendPoint,
    read_goals,
    read_head,
    read_trend,
)
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import find_programme
from registry.tally.table import (
    Period,
    Row,
    Table,
    make_cell,
    make_city,
    make_goal,
)
from registry.tally.words import KIND_NAMES

STAGES = (Status.SUBMITTED, Status.IN_REVIEW, Status.RETURNED)
STAGE_AFTER = {EVENTS[row.action]: row.target for row in TRANSITIONS if row.target is not None}
KIND_OF: Mapping[Measure, Kind] = {
    Measure.SMART_FACTORY: Kind.SMART_FACTORY,
    Measure.SMART_WORKSHOP: Kind.SMART_WORKSHOP,
    Measure.EQUIPMENT_UPGRADE: Kind.EQUIPMENT_UPGRADE,
    Measure.ROBOT: Kind.ROBOT_DEPLOYMENT,
    Measure.MOBILE_ROBOT: Kind.ROBOT_DEPLOYMENT,
    Measure.ROBOT_RETIRED: Kind.ROBOT_DEPLOYMENT,
    Measure.MOBILE_ROBOT_RETIRED: Kind.ROBOT_DEPLOYMENT,
}


@dataclass(frozen=True)
class Answer:
    """All that the tally page shows, read from one snapshot."""

    tally: Tally
    table: Table
    trend: Sequence[TrendPoint]
    checked: Mapping[Measure, Checked]

    def measures(self, kind: Kind) -> tuple[Measure, ...]:
        """Return what the goal of a kind added up on the day."""
        return next(goal.measures for goal in self.tally.goals if goal.kind is kind)

    @property
    def ever(self) -> dict[Kind, tuple[tuple[Measure, ...], int]]:
        """Return, where things leave the stock, all that was ever counted: measures and sum."""
        return {
            goal.kind: ((*goal.measures, *RETIRED[goal.kind]), goal.counted + goal.retired)
            for goal in self.tally.goals
            if goal.kind in RETIRED
        }


def read_answer(as_of: date, known: KnownAt | None) -> Answer:
    """Read the tally with its trend and its table."""
    answer = read_tally(as_of, known)
    return Answer(answer, make_table(answer), read_trend(as_of, answer.head), answer.checked)


def make_table(answer: Tally) -> Table:
    """Set an answer of the ledger against the programme's days and the allocations."""
    chinese = is_chinese()
    programme = answer.programme
    period = Period(programme.starts_on, programme.ends_on, answer.as_of)
    goals = tuple(
        make_goal(
            goal.kind,
            unit=goal.unit_zh if chinese else goal.unit_en,
            target=goal.target,
            counted=goal.counted,
            pipeline=goal.pipeline,
            apart=goal.apart,
            period=period,
            milestones=goal.milestones,
        )
        for goal in answer.goals
    )
    districts = tuple(
        Row(
            code=line.code,
            name=line.name_zh if chinese else line.name_en,
            cells=tuple(
                make_cell(
                    goal.kind,
                    counted=line.counted[goal.kind],
                    allocated=line.allocated[goal.kind],
                    planned=goal.planned,
                )
                for goal in goals
            ),
        )
        for line in answer.districts
    )
    return Table(period, goals, districts, make_city(goals, name=str(_("Whole city"))))


@dataclass(frozen=True)
class Asked:
    """Which figure is to be opened: the measures it adds up, and where."""

    kind: Kind
    measures: tuple[Measure, ...]
    unit: str
    district: District | None
    is_goal: bool

    @property
    def place_id(self) -> int | None:
        return self.district.id if self.district else None


def find_figure(
    as_of: date, head: Head, *, kind: str, measures: Collection[str], district: str
) -> Asked:
    """Say what a figure adds up on a day; raise NotFound for words that name none."""
    goals = read_goals(as_of, head)
    place = find_district(district) if district else None
    if not goals or (district and place is None):
        raise NotFound
    named = _read_measures(measures)
    wanted = KIND_OF[named[0]] if named else _read_kind(kind, goals[0].kind)
    goal = next((goal for goal in goals if goal.kind is wanted), None)
    if goal is None or any(KIND_OF[measure] is not wanted for measure in named):
        raise NotFound
    unit = goal.unit_zh if is_chinese() else goal.unit_en
    return Asked(wanted, named or goal.measures, unit, place, is_goal=not named)


def _read_kind(text: str, default: Kind) -> Kind:
    if not text:
        return default
    try:
        return Kind(text)
    except ValueError:
        raise NotFound from None


def _read_measures(texts: Collection[str]) -> tuple[Measure, ...]:
    try:
        return tuple(Measure(text) for text in texts)
    except ValueError:
        raise NotFound from None


@dataclass(frozen=True)
class PublicFigure:
    """One goal as anybody may see it; `plan_share` is the plan line in per cent of the target."""

    name: object
    unit: str
    target: int
    counted: int
    share: float
    plan_share: float


@dataclass(frozen=True)
class PublicFigures:
    """The four figures of today."""

    figures: tuple[PublicFigure, ...]
    period: Period


def public_figures() -> PublicFigures | None:
    """Return what visitors may see; None where the programme is not public or not set up."""
    programme = find_programme()
    if programme is None or not programme.is_public:
        return None
    table = make_table(read_tally(clock.today()))
    figures = tuple(
        PublicFigure(
            KIND_NAMES[goal.kind],
            goal.unit,
            goal.target or 0,
            goal.counted,
            goal.share or 0.0,
            goal.plan_share,
        )
        for goal in table.goals
    )
    return PublicFigures(figures, table.period)


def list_stages(cases: Mapping[int, tuple[Kind, int]], head: Head) -> dict[Status, Counter[Kind]]:
    """Part the open cases (id: kind, what it would count) by the stage each stood in."""
    stage_of = _read_stages(head, ids=cases.keys())
    stages: dict[Status, Counter[Kind]] = {stage: Counter() for stage in STAGES}
    for application_id, (kind, quantity) in cases.items():
        stages[stage_of[application_id]][kind] += quantity
    return stages


def _read_stages(head: Head, *, ids: Collection[int]) -> Mapping[int, Status]:
    if head.sequence < read_head().sequence:
        return _find_stages(ids, head)
    return _stages.read(
        None,
        head,
        whole=lambda: _find_stages(ids, head),
        grow=lambda kept, since: _find_again(kept, since, ids=ids),
    )


_stages: Growing[Mapping[int, Status]] = Growing()


def _find_again(
    kept: Mapping[int, Status], since: Since, *, ids: Collection[int]
) -> Mapping[int, Status]:
    """Find the stage of those open cases again that something happened to."""
    if not since.cases:
        return kept
    still = {id_: stage for id_, stage in kept.items() if id_ not in since.cases}
    return still | _find_stages(since.cases & set(ids), since.head)


def _find_stages(ids: Collection[int], head: Head) -> dict[int, Status]:
    return {id_: stage for part in chunks(sorted(ids)) for id_, stage in _last_stages(part, head)}


def _last_stages(ids: Collection[int], head: Head) -> Iterator[tuple[int, Status]]:
    last = (
        sa.select(Event.application_id, sa.func.max(Event.sequence).label("sequence"))
        .where(Event.type.in_(STAGE_AFTER), Event.sequence <= head.sequence)
        .where(Event.application_id.in_(ids))
        .group_by(Event.application_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Event.application_id, Event.type).join(
            last,
            sa.and_(
                Event.application_id == last.c.application_id,
                Event.sequence == last.c.sequence,
                Event.type.in_(STAGE_AFTER),
            ),
        )
    )
    for application_id, type_ in rows:
        if application_id is not None:
            yield application_id, STAGE_AFTER[type_]
