"""The trends and the map of the tally page, in the shapes that the templates draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _, is_chinese
from registry.ledger.queries import Points, TrendPoint
from registry.programme.kinds import Kind, Measure
from registry.tally.course import Outlook
from registry.tally.forecast import Forecast
from registry.tally.geometry import Lines, Place, draw_lines, level_of, list_places
from registry.tally.links import Choice, Links
from registry.tally.table import Cell, GoalLine, Period, Phase, Row, Table
from registry.tally.words import KIND_NAMES, amount, join, signed


@dataclass(frozen=True, eq=False)
class TrendShown(Settled):
    """One kind's line through the programme."""

    name: object
    unit: str
    lines: Lines
    description: object
    label: str
    caption: object


@dataclass(frozen=True, eq=False)
class Month(Settled):
    """The totals of all goals at a month's end."""

    day: date
    totals: Sequence[int]


@dataclass(frozen=True, eq=False)
class Tile(Settled):
    """One district on the schematic map."""

    name: str
    label: str
    x: int
    y: int
    share: str
    of: str
    level: int
    behind: bool
    url: str


@dataclass(frozen=True, eq=False)
class Water(Settled):
    """The name of a river or lake, so that the map is recognised."""

    text: str
    x: int
    y: int


@remembered_lately
def show_trends(
    table: Table,
    measures: tuple[tuple[Measure, ...], ...],
    points: Points,
    *,
    outlooks: tuple[Outlook, ...],
) -> tuple[TrendShown, ...]:
    """Return one chart a goal."""
    return tuple(
        _show_trend(goal, names, points[:-1], period=table.period, forecast=outlook.forecast)
        for goal, names, outlook in zip(table.goals, measures, outlooks, strict=True)
    )


@remembered
def _show_trend(
    goal: GoalLine,
    measures: tuple[Measure, ...],
    trend: Points,
    *,
    period: Period,
    forecast: Forecast | None,
) -> TrendShown:
    """Draw one goal; `trend` has the months' ends before the day that is asked for."""
    totals = [(point.month, point.total(measures)) for point in trend]
    lines = draw_lines(
        totals,
        target=goal.target or 0,
        counted=goal.counted,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        as_of=period.as_of,
        until=(forecast.low, forecast.high) if forecast else None,
        milestones=goal.line.bends,
    )
    counted = amount(goal.counted, goal.unit)
    caption: object = ""
    if goal.target and period.phase is not Phase.BEFORE:
        plan = amount(goal.plan, goal.unit)
        lead = signed(goal.lead, goal.unit)
        caption = _("Plan line on this day %(plan)s; counted %(lead)s.", plan=plan, lead=lead)
    description = _(
        "%(kind)s, cumulative: %(counted)s on %(day)s, target %(target)s. The same figures stand"
        " in the table below.",
        kind=KIND_NAMES[goal.kind],
        counted=counted,
        day=period.as_of,
        target=amount(goal.target or 0, goal.unit),
    )
    name = KIND_NAMES[goal.kind]
    return TrendShown(name, goal.unit, lines, description, label=counted, caption=caption)


@remembered_lately
def show_months(points: Points, measures: tuple[tuple[Measure, ...], ...]) -> tuple[Month, ...]:
    """Return the figures of the trends, the latest first."""
    return tuple(_show_month(point, measures) for point in reversed(points))


@remembered
def _show_month(point: TrendPoint, measures: tuple[tuple[Measure, ...], ...]) -> Month:
    return Month(point.on, [point.total(names) for names in measures])


@dataclass(frozen=True, eq=False)
class MapShown(Settled):
    """The schematic map of one kind, and the kinds that it can show."""

    says: object
    choices: Sequence[Choice]
    tiles: Sequence[Tile]
    waters: Sequence[Water]


@remembered_lately
def show_map(table: Table, links: Links, *, kind: Kind) -> MapShown:
    """Draw the districts by their shares of one kind; the same map while these are the same."""
    return _make_map(
        _show_choices(table.kinds, links, shown=kind), kind, show_tiles(table, links, kind=kind)
    )


@remembered
def _make_map(choices: tuple[Choice, ...], kind: Kind, tiles: tuple[Tile, ...]) -> MapShown:
    says = _("Share of the own allocation by district: %(kind)s", kind=KIND_NAMES[kind])
    return MapShown(says, choices, tiles, show_waters())


@remembered
def _show_choices(kinds: tuple[Kind, ...], links: Links, *, shown: Kind) -> tuple[Choice, ...]:
    """Offer each kind for the map."""
    return tuple(
        Choice(KIND_NAMES[kind], f"{links.again(map=kind)}#map", kind is shown) for kind in kinds
    )


def show_tiles(table: Table, links: Links | None, *, kind: Kind) -> tuple[Tile, ...]:
    """Return a square for each district; none at all where one of them has no place on the map.

    Without links it is a picture to look at.
    """
    places = {place.code: place for place in list_places() if place.code}
    if any(row.code not in places for row in table.districts):
        return ()
    unit = table.goal(kind).unit
    return tuple(
        _show_tile(
            places[row.code],
            row.name,
            row.cell(kind),
            unit=unit,
            url=links.entries(kind=kind, district=row.code) if links else "",
        )
        for row in table.districts
    )


@remembered
def _show_tile(place: Place, district: str, cell: Cell, *, unit: str, url: str) -> Tile:
    return Tile(
        name=place.name_zh if is_chinese() else place.name_en,
        label=_say_tile(district, cell, unit),
        x=place.x,
        y=place.y,
        share="—" if cell.share is None else f"{cell.share:,.1f}",
        of=_of(cell, unit),
        level=level_of(cell.share),
        behind=cell.behind,
        url=url,
    )


def short_name(row: Row) -> str:
    """Name a district as the map does; in full where it has no place there."""
    for place in list_places():
        if place.code == row.code:
            return place.name_zh if is_chinese() else place.name_en
    return row.name


@remembered
def show_waters() -> tuple[Water, ...]:
    """Return the waters that the map names."""
    chinese = is_chinese()
    return tuple(
        Water(place.name_zh if chinese else place.name_en, place.x, place.y)
        for place in list_places()
        if not place.code
    )


def _of(cell: Cell, unit: str) -> str:
    if cell.allocated is None:
        return amount(cell.counted, unit)
    return f"{cell.counted:,} / {amount(cell.allocated, unit)}"


def _say_tile(name: str, cell: Cell, unit: str) -> str:
    words = [name, _of(cell, unit)]
    if cell.share is not None:
        words.append(f"{cell.share:,.1f}%")
    if cell.behind:
        words.append(str(_("behind the plan line")))
    return join(words)
