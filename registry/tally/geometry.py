"""Where the lines of a trend and the squares of the map stand. Pure."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

from registry.programme.plan import Milestone

TILES = Path(__file__).parent / "data" / "tiles.csv"
HEADROOM = 1.22
LABELS_MOST = 6
STEPS = (25, 50, 75)

Point = tuple[float, float]
MonthTotals = Sequence[tuple[date, int]]


@dataclass(frozen=True)
class Lines:
    """One trend, all places as fractions of the chart; `plan` has the corners of the plan line.

    `forecast`: where the fan opens, and lowest and highest at the end.
    """

    points: tuple[Point, ...]
    plan: tuple[Point, ...]
    grid: tuple[tuple[float, str], ...]
    periods: tuple[tuple[float, float, str], ...]
    now: float | None
    forecast: tuple[float, float, float, float] | None


def draw_lines(
    totals: MonthTotals,
    *,
    target: int,
    counted: int,
    starts_on: date,
    ends_on: date,
    as_of: date,
    until: tuple[int, int] | None = None,
    milestones: Sequence[Milestone] = (),
) -> Lines:
    """Lay out the cumulative counts at each month's end, the day asked for last.

    `until`: the forecast for the end, lowest and highest; the plan line goes through `milestones`.
    """
    last_day = max(ends_on, as_of)
    days = (last_day - starts_on).days + 1
    top = max(target, counted, *(total for _, total in totals), *(until or ()), 1) * HEADROOM

    def across(day: date) -> float:
        return round(min(max(((day - starts_on).days + 1) / days, 0.0), 1.0), 4)

    def up(value: float) -> float:
        return round(value / top, 4)

    has_begun = as_of >= starts_on
    ends = [(end_of_month(month), total) for month, total in totals]
    steps = [(across(day), up(total)) for day, total in ends if starts_on <= day < as_of]
    points = [(0.0, 0.0), *steps, (across(as_of), up(counted))] if has_begun else []
    return Lines(
        points=tuple(points),
        plan=(
            (0.0, 0.0),
            *((across(each.on), up(each.quantity)) for each in milestones),
            (across(ends_on), up(target)),
        ),
        grid=tuple((up(value), f"{value:,}") for value in _grid(target)),
        periods=_periods(starts_on, last_day, across),
        now=across(as_of) if has_begun else None,
        forecast=(across(as_of), up(counted), up(until[0]), up(until[1])) if until else None,
    )


@lru_cache(maxsize=4_000)
def chart_x(x: float) -> float:
    """Return the place of a fraction from left to right in the drawing of a trend."""
    return round(6 + 250.0 * x, 1)


@lru_cache(maxsize=4_000)
def chart_y(y: float) -> float:
    """Return the place of a fraction from the foot upwards."""
    return round(172 - 158.0 * y, 1)


def draw_path(points: Sequence[Point], *, step: bool = False) -> str:
    """Write a line through some places; with `step` it keeps its height until the next one."""
    places = [(chart_x(x), chart_y(y)) for x, y in points]
    parts = [f"M{x} {y}" for x, y in places[:1]]
    parts += [f"H{x}V{y}" if step else f"L{x} {y}" for x, y in places[1:]]
    return "".join(parts)


@lru_cache(maxsize=600)
def end_of_month(month: date) -> date:
    """Return the last day of the month that this day is in."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _grid(target: int) -> tuple[int, ...]:
    if not target:
        return ()
    return (target,) if target % 2 else (target // 2, target)


def _periods(
    first: date, last: date, across: Callable[[date], float]
) -> tuple[tuple[float, float, str], ...]:
    """Part the axis into years; where there are many, not each bears its number."""
    years = range(first.year, last.year + 1)
    every = -(-len(years) // LABELS_MOST)
    spans = []
    for place, year in enumerate(years):
        start = max(date(year, 1, 1), first) - timedelta(days=1)
        end = min(date(year, 12, 31), last)
        text = str(year) if place % every == 0 else ""
        spans.append((across(start), across(end), text))
    return tuple(spans)


@dataclass(frozen=True)
class Place:
    """One square of 118 points on the schematic map, or a water where `code` is empty."""

    code: str
    x: int
    y: int
    name_zh: str
    name_en: str


@cache
def list_places() -> tuple[Place, ...]:
    """List the squares of the map and its waters."""
    with TILES.open(encoding="utf-8") as file:
        return tuple(
            Place(row["code"], int(row["x"]), int(row["y"]), row["name_zh"], row["name_en"])
            for row in csv.DictReader(file)
        )


def level_of(share: float | None) -> int:
    """Return the fill of a square: under a quarter, a half, three quarters, above; 0 for none."""
    return 1 + sum(share >= step for step in STEPS) if share is not None else 0
