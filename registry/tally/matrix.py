"""The districts × kinds of the tally page, each figure with the address of what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _
from registry.programme.kinds import Kind
from registry.tally.links import Choice, Links
from registry.tally.outlook import Extra, ExtraHead, show_desk_head, show_wait
from registry.tally.pace import Wait
from registry.tally.sources import note_allocations
from registry.tally.table import Cell, Phase, Row, Table
from registry.tally.words import KIND_NAMES, join


@dataclass(frozen=True, eq=False)
class KindShown(Settled):
    """The head of a group of columns; `plan_share` is the plan line in per cent, if any."""

    label: object
    unit: str
    plan_share: float | None = None


@dataclass(frozen=True, eq=False)
class CellShown(Settled):
    """One kind in one district; `url` opens the entries behind it."""

    counted: int
    url: str
    allocated: int | None
    share: float | None
    behind: bool


@dataclass(frozen=True, eq=False)
class RowShown(Settled):
    """One district, or the city."""

    name: str
    cells: Sequence[CellShown]
    extra: Sequence[Extra] = ()


@dataclass(frozen=True, eq=False)
class MatrixShown(Settled):
    """The districts by kind, how they may be ordered, and what to say above and below."""

    says: object
    orders: Sequence[Choice]
    kinds: Sequence[KindShown]
    rows: Sequence[RowShown]
    city: RowShown
    desk_head: ExtraHead
    notes: Sequence[object]


@remembered_lately
def show_matrix(
    table: Table, waits: tuple[Wait, ...], links: Links, *, order: Kind | None
) -> MatrixShown:
    """Set out the districts; `order` is the kind whose share orders them.

    `waits` says how each of them keeps up, in the official order, and then the city.
    """
    places = dict(zip(table.districts, waits[:-1], strict=True))
    return MatrixShown(
        says=say_districts(table),
        orders=_show_orders(table.kinds, links, order=order),
        kinds=show_kinds(table),
        rows=[_show_row(row, places[row], links) for row in table.ordered_by(order)],
        city=_show_row(table.city, waits[-1], links),
        desk_head=show_desk_head(),
        notes=note_allocations(table),
    )


def show_kinds(table: Table) -> tuple[KindShown, ...]:
    """Return the heads of the columns."""
    has_plan = table.period.phase is not Phase.BEFORE
    return tuple(
        _show_kind(goal.kind, goal.unit, goal.plan_share if has_plan else None)
        for goal in table.goals
    )


@remembered
def _show_kind(kind: Kind, unit: str, plan_share: float | None) -> KindShown:
    return KindShown(KIND_NAMES[kind], unit, plan_share)


@remembered
def _show_row(row: Row, wait: Wait, links: Links) -> RowShown:
    cells = tuple(_show_cell(cell, row.code, links) for cell in row.cells)
    return RowShown(row.name, cells, show_wait(wait))


@remembered
def _show_cell(cell: Cell, district: str, links: Links) -> CellShown:
    return CellShown(
        counted=cell.counted,
        url=links.entries(kind=cell.kind, district=district),
        allocated=cell.allocated,
        share=cell.share,
        behind=cell.behind,
    )


@remembered
def _show_orders(
    kinds: tuple[Kind, ...], links: Links, *, order: Kind | None
) -> tuple[Choice, ...]:
    """Offer the official order, or the share of one kind."""
    official = Choice(_("Official order"), links.again(order=""), current=order is None)
    by_kind = (
        Choice(_("by %(kind)s", kind=KIND_NAMES[kind]), links.again(order=kind), kind is order)
        for kind in kinds
    )
    return (official, *by_kind)


def say_districts(table: Table) -> object:
    """Say what the mark in the table means, or what is missing for it."""
    if not table.is_allocated:
        return _("No allocation is in force on this day, so there is no share to show.")
    if table.period.phase is Phase.BEFORE:
        return _("Shares are of the own allocation.")
    if table.period.phase is Phase.ENDED:
        return _("Red means five percentage points or more short of the own allocation.")
    lines = {f"{goal.plan_share:.1f}%" for goal in table.goals}
    if len(lines) == 1:
        return _(
            "Red means five percentage points or more under the plan line of %(share)s.",
            share=lines.pop(),
        )
    shares = [f"{KIND_NAMES[goal.kind]} {goal.plan_share:.1f}%" for goal in table.goals]
    return _(
        "Red means five percentage points or more under the plan line: %(shares)s.",
        shares=join(shares),
    )
