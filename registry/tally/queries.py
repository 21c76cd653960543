"""The figures for pages and files: one answer of the ledger, set against plan and allocations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from registry.applications.status import Status
from registry.core import clock
from registry.core.errors import NotFound
from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _, is_chinese
from registry.districts.models import District
from registry.districts.queries import find_district
from registry.ledger.answers import DistrictLine, Tally, read_tally
from registry.ledger.answers import GoalLine as Counted
from registry.ledger.checks import Checked
from registry.ledger.queries import (
    Head,
    KnownAt,
    Points,
    read_goals,
    read_trend,
)
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import find_programme
from registry.tally.table import (
    GoalLine,
    Period,
    Row,
    Table,
    make_cell,
    make_city,
    make_goal,
)
from registry.tally.words import KIND_NAMES

STAGES = (Status.SUBMITTED, Status.IN_REVIEW, Status.RETURNED)
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
    trend: Points
    checked: Mapping[Measure, Checked]

    def measures(self, kind: Kind) -> tuple[Measure, ...]:
        """Return what the goal of a kind added up on the day."""
        return next(goal.measures for goal in self.tally.goals if goal.kind is kind)

    @property
    def counted(self) -> tuple[tuple[Measure, ...], ...]:
        """Return what each goal added up on the day, in their order."""
        return tuple(goal.measures for goal in self.tally.goals)

    @property
    def ever(self) -> dict[Kind, tuple[tuple[Measure, ...], int]]:
        """Return, where things leave the stock, all that was ever counted: measures and sum."""
        return {goal.kind: goal.ever for goal in self.tally.goals if goal.ever is not None}


def read_answer(as_of: date, known: KnownAt | None) -> Answer:
    """Read the tally with its trend and its table."""
    answer = read_tally(as_of, known)
    return Answer(answer, make_table(answer), read_trend(as_of, answer.head), answer.checked)


def make_table(answer: Tally) -> Table:
    """Set an answer of the ledger against the programme's days and the allocations."""
    programme = answer.programme
    period = Period(programme.starts_on, programme.ends_on, answer.as_of)
    return _make_table(period, answer.goals, answer.districts)


@remembered_lately
def _make_table(
    period: Period, counted: tuple[Counted, ...], places: tuple[DistrictLine, ...]
) -> Table:
    goals = tuple(_make_goal(goal, period) for goal in counted)
    plan = _make_plan(tuple((goal.kind, goal.planned) for goal in goals))
    chinese = is_chinese()
    districts = tuple(
        _make_row(
            line.code,
            line.name_zh if chinese else line.name_en,
            counted=tuple(line.counted.values()),
            allocated=tuple(line.allocated.values()),
            plan=plan,
        )
        for line in places
    )
    return _same_table(period, goals, districts)


@remembered
def _same_table(period: Period, goals: tuple[GoalLine, ...], districts: tuple[Row, ...]) -> Table:
    """Give the same table again where all that stands in it is the same."""
    return Table(period, goals, districts, make_city(goals, name=str(_("Whole city"))))


@remembered
def _make_goal(goal: Counted, period: Period) -> GoalLine:
    return make_goal(
        goal.kind,
        unit=goal.unit_zh if is_chinese() else goal.unit_en,
        target=goal.target,
        counted=goal.counted,
        pipeline=goal.pipeline,
        apart=goal.apart,
        period=period,
        milestones=goal.milestones,
    )


@dataclass(frozen=True, eq=False)
class Plan(Settled):
    """The plan line of each goal on the day, as a share of its target."""

    planned: tuple[tuple[Kind, Fraction], ...]


@remembered
def _make_plan(planned: tuple[tuple[Kind, Fraction], ...]) -> Plan:
    return Plan(planned)


@remembered
def _make_row(
    code: str,
    name: str,
    *,
    counted: tuple[int, ...],
    allocated: tuple[int | None, ...],
    plan: Plan,
) -> Row:
    """Return one district; its figures are in the order of the goals."""
    cells = (
        make_cell(kind, counted=done, allocated=share, planned=planned)
        for (kind, planned), done, share in zip(plan.planned, counted, allocated, strict=True)
    )
    return Row(code, name, tuple(cells))


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


def list_stages(tally: Tally) -> dict[Status, dict[Kind, int]]:
    """Part the open cases by the stage each stood in; in the unit of its goal."""
    return _part_by_stage(tally.stages, tuple(goal.kind for goal in tally.goals))


@remembered_lately
def _part_by_stage(
    quantities: Mapping[tuple[str, Kind], int], kinds: tuple[Kind, ...]
) -> dict[Status, dict[Kind, int]]:
    return {
        stage: {kind: quantities.get((stage.value, kind), 0) for kind in kinds} for stage in STAGES
    }
