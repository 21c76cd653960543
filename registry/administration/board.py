"""The goals and the shares of the districts as they are in force, added up and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.core import clock
from registry.core.language import is_chinese
from registry.districts.models import District
from registry.districts.queries import list_districts
from registry.entries.catalogue import CATALOGUE
from registry.ledger.queries import Basis, read_goals, read_head, read_shares
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Programme
from registry.programme.plan import Milestone


@dataclass(frozen=True)
class GoalColumn:
    """One goal in force: target and unit, what joins it, its milestones, the sum of the shares."""

    kind: Kind
    label: object
    unit: str
    target: int | None
    joined: Sequence[Measure]
    allocated: int
    milestones: Sequence[Milestone]
    target_source: str
    plan_source: str
    shares_source: str

    @property
    def difference(self) -> int | None:
        """Return by how much the shares exceed the target; below 0 they fall short."""
        return None if self.target is None else self.allocated - self.target


@dataclass(frozen=True)
class Board:
    """Goals in order and, district by district, the share of each; None where none is given."""

    on: date
    goals: Sequence[GoalColumn]
    rows: Sequence[tuple[District, Sequence[int | None]]]

    @property
    def is_allocated(self) -> bool:
        return any(share is not None for _, shares in self.rows for share in shares)

    def of(self, kind: Kind) -> GoalColumn:
        """Return the column of one kind."""
        return next(goal for goal in self.goals if goal.kind is kind)

    def shares_of(self, kind: Kind) -> dict[int, int | None]:
        """Return the shares of one kind by district id."""
        place = [goal.kind for goal in self.goals].index(kind)
        return {district.id: shares[place] for district, shares in self.rows}


def read_board(programme: Programme) -> Board:
    """Read what is in force today; before the programme starts, on its first day."""
    on = max(programme.starts_on, clock.today())
    head = read_head()
    goals, given = read_goals(on, head), read_shares(on, head)
    shares = given.quantities
    districts = list_districts()
    columns = [
        GoalColumn(
            kind=goal.kind,
            label=CATALOGUE[goal.kind].label,
            unit=goal.unit_zh if is_chinese() else goal.unit_en,
            target=goal.target,
            joined=[m for m in CATALOGUE[goal.kind].measures[1:] if m in goal.measures],
            allocated=sum(shares.get((place.id, goal.kind)) or 0 for place in districts),
            milestones=goal.milestones,
            target_source=_source_of(goal.target_basis),
            plan_source=_source_of(goal.plan_basis),
            shares_source=_source_of(given.basis_of(goal.kind)),
        )
        for goal in goals
    ]
    rows = [(place, [shares.get((place.id, goal.kind)) for goal in goals]) for place in districts]
    return Board(on, columns, rows)


def _source_of(basis: Basis | None) -> str:
    return basis.source if basis else ""
