"""The tally as leaders read it: goals against plan, districts against allocations. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from registry.core.kept import Settled
from registry.ledger.answers import sum_known
from registry.programme.kinds import Kind, Measure
from registry.programme.plan import Milestone, PlanLine

BEHIND_POINTS = 5
LEVEL_POINTS = 1
FINE_BELOW = 1_000
ALMOST = 99.9


class Phase(StrEnum):
    """Where a day stands to the programme."""

    BEFORE = "before"
    RUNNING = "running"
    ENDED = "ended"


class Pace(StrEnum):
    """How a goal stands to its plan line, or to its target after the end."""

    WAITING = "waiting"
    AHEAD = "ahead"
    LEVEL = "level"
    BEHIND = "behind"
    REACHED = "reached"
    MISSED = "missed"


class Period(NamedTuple):
    """The programme's days, first and last included, seen from the day that is asked for."""

    starts_on: date
    ends_on: date
    as_of: date

    @property
    def phase(self) -> Phase:
        if self.as_of < self.starts_on:
            return Phase.BEFORE
        return Phase.ENDED if self.as_of > self.ends_on else Phase.RUNNING

    @property
    def total_days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    @property
    def elapsed_days(self) -> int:
        """Days gone at the end of the day asked for: 0 before the start, all after the end."""
        return min(max((self.as_of - self.starts_on).days + 1, 0), self.total_days)

    @property
    def days_left(self) -> int:
        return self.total_days - self.elapsed_days

    @property
    def elapsed(self) -> Fraction:
        return Fraction(self.elapsed_days, self.total_days)

    @property
    def percent(self) -> float:
        """Return how much of the time is gone; an even pace has brought as much of the target."""
        return round(float(100 * self.elapsed), 1)

    def line(self, target: int | None, milestones: Sequence[Milestone] = ()) -> PlanLine:
        """Return the plan line of a goal."""
        return PlanLine(self.starts_on, self.ends_on, target or 0, tuple(milestones))


@dataclass(frozen=True, eq=False)
class GoalLine(Settled):
    """One goal in the city; `target` is None where none was in force on the day.

    `plan` and `lead` are rounded as shown, so that they add up on paper; `planned` is the plan line
    on the day as a share of the target.
    """

    kind: Kind
    unit: str
    target: int | None
    counted: int
    pipeline: int
    apart: Mapping[Measure, int]
    share: float | None
    line: PlanLine
    planned: Fraction
    plan: Decimal
    lead: Decimal
    pace: Pace

    @property
    def plan_share(self) -> float:
        """Return the plan line on the day as a share of the target, in per cent."""
        return round(float(100 * self.planned), 1)

    @property
    def missing(self) -> int:
        """Return how many are still to come until the target is reached."""
        return max((self.target or 0) - self.counted, 0)


class Cell(NamedTuple):
    """One kind in one district; without an allocation there is no share."""

    kind: Kind
    counted: int
    allocated: int | None
    share: float | None
    behind: bool


@dataclass(frozen=True, eq=False)
class Row(Settled):
    """One district, or the city, with a cell for each goal in the programme's order."""

    code: str
    name: str
    cells: tuple[Cell, ...]

    def cell(self, kind: Kind) -> Cell:
        return next(cell for cell in self.cells if cell.kind is kind)


@dataclass(frozen=True, eq=False)
class Table(Settled):
    """All figures of one answer."""

    period: Period
    goals: tuple[GoalLine, ...]
    districts: tuple[Row, ...]
    city: Row

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(goal.kind for goal in self.goals)

    @property
    def bent(self) -> tuple[Kind, ...]:
        """Return the kinds whose plan lines go through milestones."""
        return tuple(goal.kind for goal in self.goals if goal.line.bends)

    def goal(self, kind: Kind) -> GoalLine:
        return next(goal for goal in self.goals if goal.kind is kind)

    def allocated(self, kind: Kind) -> int | None:
        """Return what the districts were given of a goal together; None where nothing was."""
        return self._given[kind]

    @cached_property
    def _given(self) -> Mapping[Kind, int | None]:
        shares: dict[Kind, list[int | None]] = {kind: [] for kind in self.kinds}
        for row in self.districts:
            for cell in row.cells:
                shares[cell.kind].append(cell.allocated)
        return {kind: sum_known(given) for kind, given in shares.items()}

    @property
    def is_allocated(self) -> bool:
        return any(self.allocated(kind) is not None for kind in self.kinds)

    def ordered_by(self, kind: Kind | None) -> tuple[Row, ...]:
        """Return the districts in official order, or by share of a kind, the highest first."""
        if kind is None:
            return self.districts
        return tuple(sorted(self.districts, key=lambda row: _descending(row.cell(kind))))


def make_goal(
    kind: Kind,
    *,
    unit: str,
    target: int | None,
    counted: int,
    pipeline: int,
    apart: Mapping[Measure, int],
    period: Period,
    milestones: Sequence[Milestone] = (),
) -> GoalLine:
    """Set a goal against its plan line: an even pace, or straight through the milestones."""
    line = period.line(target, milestones)
    planned = line.share_at(period.as_of)
    plan = _shown((target or 0) * planned, whole=target or 0)
    return GoalLine(
        kind=kind,
        unit=unit,
        target=target,
        counted=counted,
        pipeline=pipeline,
        apart=apart,
        share=percent(counted, target),
        line=line,
        planned=planned,
        plan=plan,
        lead=counted - plan,
        pace=pace_of(counted, target=target, period=period, planned=planned),
    )


def make_cell(kind: Kind, *, counted: int, allocated: int | None, planned: Fraction) -> Cell:
    """Set a district against its allocation: behind is five points or more under the plan.

    `planned` is the city's plan line on the day as a share of its target.
    """
    behind = bool(allocated) and (
        Fraction(100 * counted, allocated or 1) <= 100 * planned - BEHIND_POINTS
    )
    share = percent(counted, allocated)
    return Cell(kind=kind, counted=counted, allocated=allocated, share=share, behind=behind)


def make_city(goals: Sequence[GoalLine], *, name: str) -> Row:
    """Return the city as the last row of the districts, with its targets."""
    cells = tuple(
        Cell(
            kind=goal.kind,
            counted=goal.counted,
            allocated=goal.target,
            share=goal.share,
            behind=False,
        )
        for goal in goals
    )
    return Row(code="", name=name, cells=cells)


def pace_of(
    counted: int, *, target: int | None, period: Period, planned: Fraction | None = None
) -> Pace:
    """Say how a goal stands: on plan is less than a point, or than a unit, off the line.

    `planned` is the plan line as a share of the target; an even pace where it is not given.
    """
    if not target or period.phase is Phase.BEFORE:
        return Pace.WAITING
    if counted >= target:
        return Pace.REACHED
    if period.phase is Phase.ENDED:
        return Pace.MISSED
    lead = counted - target * (period.elapsed if planned is None else planned)
    if abs(lead) < 1 or abs(100 * lead / target) < LEVEL_POINTS:
        return Pace.LEVEL
    return Pace.AHEAD if lead > 0 else Pace.BEHIND


def percent(part: int, whole: int | None) -> float | None:
    """Return a share in per cent with one place; it says 100 only when nothing is missing."""
    if not whole:
        return None
    share = round(100 * part / whole, 1)
    return min(share, ALMOST) if part < whole else share


def _shown(value: Fraction, *, whole: int) -> Decimal:
    """Round as the pages show it: with one place where the target is under a thousand."""
    step = Decimal("0.1") if whole < FINE_BELOW else Decimal(1)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(step, rounding=ROUND_HALF_UP)


def _descending(cell: Cell) -> float:
    return float("inf") if cell.share is None else -cell.share
