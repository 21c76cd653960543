"""How the districts moved against a month and a year ago, and how long each of them took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.kept import Settled, remembered, remembered_lately
from registry.ledger.answers import DistrictLine
from registry.programme.kinds import Kind
from registry.tally.course import Grown
from registry.tally.links import Links
from registry.tally.pace import Took
from registry.tally.table import Table


@dataclass(frozen=True, eq=False)
class Move(Settled):
    """How one kind moved in one place, against a month and a year ago."""

    unit: str
    month: int
    month_url: str
    year: int
    year_url: str


@dataclass(frozen=True, eq=False)
class Moves(Settled):
    """The moves of one district, or of the city."""

    name: str
    moves: Sequence[Move]


@dataclass(frozen=True, eq=False)
class MoveRow(Settled):
    """One district, or the city: its moves, and how long its desk took."""

    place: Moves
    took: Took


@remembered_lately
def show_moves(
    table: Table,
    districts: tuple[DistrictLine, ...],
    links: Links,
    *,
    since: tuple[date, date],
    grown: tuple[Grown, Grown],
) -> tuple[Moves, ...]:
    """Return how each district moved since two days, the city last."""
    goals = tuple((goal.kind, goal.unit) for goal in table.goals)
    places = [
        (row, tuple(each.of(line.id) for each in grown))
        for row, line in zip(table.districts, districts, strict=True)
    ]
    places.append((table.city, tuple(each.city for each in grown)))
    return tuple(
        _show_moves((row.code, row.name), goals, links, since=since, grown=sums)
        for row, sums in places
    )


@remembered
def show_move_row(place: Moves, took: Took) -> MoveRow:
    """Put beside the moves of a place how long its desk took."""
    return MoveRow(place, took)


@remembered
def _show_moves(
    place: tuple[str, str],
    goals: tuple[tuple[Kind, str], ...],
    links: Links,
    *,
    since: tuple[date, date],
    grown: tuple[tuple[int, ...], ...],
) -> Moves:
    """Say how much each goal, with its unit, grew in one place (code, name) since two days."""
    code, name = place
    moves = [
        _show_move(kind, unit, code, links, since=since, grown=each)
        for (kind, unit), each in zip(goals, zip(*grown, strict=True), strict=True)
    ]
    return Moves(name, moves)


@remembered
def _show_move(
    kind: Kind,
    unit: str,
    district: str,
    links: Links,
    *,
    since: tuple[date, date],
    grown: tuple[int, ...],
) -> Move:
    month_url, year_url = (links.changes(since=day, kind=kind, district=district) for day in since)
    return Move(unit, grown[0], month_url, grown[1], year_url)
