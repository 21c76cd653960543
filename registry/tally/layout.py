"""How each form of chart is laid out: figures to shapes. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from registry.tally.drawing import (
    ACCENT,
    BASE,
    DOTS,
    END,
    HAIR,
    HATCH,
    INK,
    MIDDLE,
    PALE,
    PAPER,
    RULE,
    SIZE,
    START,
    Dot,
    Drawing,
    Path,
    Point,
    Rect,
    Shape,
    Text,
    line,
    width_of,
)
from registry.tally.plots import Form, Mark, Plot, Row, Span

WIDTH = 520.0
LEFT, RIGHT, TOP, FOOT = 4.0, 62.0, 26.0, 26.0
HEIGHT = 270.0
TICKS = 4
HEADROOM = 1.12
DASH, DOTTED = (5.0, 4.0), (1.5, 3.5)
ROW, BAR = 27.0, 13.0
PARTS_ROW = 66.0
LABEL_GAP = 8.0
YEARS_ROOM = 44.0
MONTH_ROOM = 58.0
TRACK_LEAST = 90.0
FULL = 100.0


def draw(plot: Plot) -> Drawing:
    """Lay a chart out, without its title and key."""
    return LAYOUTS[plot.form](plot)


def draw_swatch(mark: Mark) -> Drawing:
    """Draw the sign that a key puts beside a name, 24 × 12."""
    bars = {Mark.NEW, Mark.BAR, Mark.SOLID}
    shapes: list[Shape]
    if mark in bars:
        shapes = [Rect(0, 1, 24, 10, ACCENT)]
    elif mark in {Mark.LOW, Mark.HIGH}:
        shapes = [Rect(0.5, 1.5, 23, 9, HATCH, ACCENT)]
    elif mark in {Mark.CORRECTED, Mark.OPEN}:
        shapes = [Rect(0.5, 1.5, 23, 9, PAPER, INK)]
    elif mark is Mark.DOTTED:
        shapes = [Rect(0.5, 1.5, 23, 9, DOTS, INK)]
    elif mark is Mark.TICK:
        shapes = [Rect(11, 0, 2, 12, INK)]
    elif mark is Mark.COUNTED:
        shapes = [Path(((0, 6), (24, 6)), ACCENT, 2.5)]
    else:
        shapes = [Path(((0, 6), (24, 6)), INK, 1.4, DASH if mark is Mark.PLAN else DOTTED)]
    return Drawing(24, 12, shapes)


class Scale:
    """From figures to heights, in whole steps that a person would choose."""

    def __init__(self, values: Sequence[float], *, height: float) -> None:
        least, most = min([0.0, *values]), max([1.0, *values])
        self.step = _step((most - least) / TICKS)
        self.low = math.floor(least / self.step) * self.step
        self.high = max(most * HEADROOM, self.step)
        self.height = height

    def at(self, value: float) -> float:
        """Return the place of a figure, from the top of the picture."""
        part = (value - self.low) / (self.high - self.low)
        return round(TOP + self.height * (1 - part), 2)

    def lines(self) -> list[Shape]:
        """Draw a fine line at each step with its figure at the right."""
        shapes: list[Shape] = []
        count = math.floor((self.high - self.low) / self.step)
        for number in range(count + 1):
            value = self.low + number * self.step
            y = self.at(value)
            shapes.append(line((LEFT, y), (WIDTH - RIGHT, y), stroke=HAIR if value else INK))
            shapes.append(Text(WIDTH - RIGHT + 6, y + 4.5, f"{value:,.0f}".replace("-", "−")))
        return shapes


def _step(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not less than this and not less than one."""
    power = 10.0 ** math.floor(math.log10(max(least, 1.0)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _course(plot: Plot) -> Drawing:
    span, height = plot.span, HEIGHT - TOP - FOOT
    if span is None:
        return Drawing(WIDTH, HEIGHT, [])
    days = (span.last - span.first).days + 1
    columns = {mark: plot.points(mark) for mark in Mark}
    scale = Scale([value for found in columns.values() for _, value in found], height=height)

    def x(day: date) -> float:
        gone = (day - span.first).days + 1
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(gone / days, 0.0), 1.0), 2)

    def through(mark: Mark) -> list[Point]:
        start: list[Point] = [(LEFT, scale.at(0))] if columns[mark] else []
        return [*start, *((x(day), scale.at(value)) for day, value in columns[mark])]

    shapes = [*scale.lines(), *_years(span, x)]
    if span.now:
        shapes.append(line((x(span.now), TOP), (x(span.now), TOP + height), stroke=RULE))
    shapes += _fan(columns, x, scale)
    if columns[Mark.PLAN]:
        shapes.append(Path(tuple(through(Mark.PLAN)), INK, 1.4, DASH))
    if columns[Mark.EVER]:
        shapes.append(Path(tuple(_stepped(through(Mark.EVER))), INK, 1.8, DOTTED))
    if columns[Mark.COUNTED]:
        shapes += _counted(through(Mark.COUNTED), plot)
    return Drawing(WIDTH, HEIGHT, shapes)


def _counted(points: list[Point], plot: Plot) -> list[Shape]:
    x, y = points[-1]
    is_left = x < WIDTH / 3
    place = plot.at(Mark.COUNTED) or 0
    last = next(row for row in reversed(plot.rows) if row.values[place] is not None)
    says = f"{plot.columns[place].say(last.values[place])} {plot.unit}"
    return [
        Path(tuple(_stepped(points)), ACCENT, 2.5),
        Dot(x, y),
        Text(
            x + (9 if is_left else -9),
            max(y - 10, 12),
            says,
            INK,
            anchor=START if is_left else END,
            is_bold=True,
        ),
    ]


def _stepped(points: Sequence[Point]) -> list[Point]:
    """Let a line keep its height until the day of the next figure."""
    path = list(points[:1])
    for x, y in points[1:]:
        path += [(x, path[-1][1]), (x, y)]
    return path


Columns = Mapping[Mark, Sequence[tuple[date, float]]]


def _fan(columns: Columns, x: Callable[[date], float], scale: Scale) -> list[Shape]:
    """Draw what is foreseen: open at the last figure, as wide as the range at the end."""
    if not columns[Mark.LOW] or not columns[Mark.HIGH] or not columns[Mark.COUNTED]:
        return []
    (from_day, counted), (end, low) = columns[Mark.COUNTED][-1], columns[Mark.LOW][-1]
    high = columns[Mark.HIGH][-1][1]
    corners = (
        (x(from_day), scale.at(counted)),
        (x(end), scale.at(high)),
        (x(end), scale.at(low)),
        (x(from_day), scale.at(counted)),
    )
    return [Path(corners, ACCENT, 1.0, None, HATCH)]


def _years(span: Span, x: Callable[[date], float]) -> list[Shape]:
    """Part the axis into years; where there is no room, not each bears its number."""
    y = HEIGHT - FOOT
    years = range(span.first.year, span.last.year + 1)
    every = max(math.ceil(len(years) * YEARS_ROOM / (WIDTH - LEFT - RIGHT)), 1)
    shapes: list[Shape] = []
    for place, year in enumerate(years):
        first = max(date(year, 1, 1), span.first)
        start = LEFT if first == span.first else x(first)
        end = x(min(date(year, 12, 31), span.last))
        shapes.append(line((start, y), (start, y + 5), stroke=INK))
        if place % every == 0:
            shapes.append(Text((start + end) / 2, y + 19, str(year), anchor=MIDDLE))
    return [*shapes, line((WIDTH - RIGHT, y), (WIDTH - RIGHT, y + 5), stroke=INK)]


def _months(plot: Plot) -> Drawing:
    new, corrected = plot.bars(Mark.NEW), plot.bars(Mark.CORRECTED)
    tops = [more + max(other, 0.0) for more, other in zip(new, corrected, strict=True)]
    scale = Scale([*tops, *corrected], height=HEIGHT - TOP - FOOT)
    wide = (WIDTH - LEFT - RIGHT) / max(len(plot.rows), 1)
    bar = round(min(wide * 0.68, 34.0), 2)
    every = max(math.ceil(MONTH_ROOM / wide), 1)
    zero = scale.at(0)
    shapes = scale.lines()
    for place, row in enumerate(plot.rows):
        left = round(LEFT + wide * place + (wide - bar) / 2, 2)
        top = scale.at(new[place])
        if new[place]:
            shapes.append(Rect(left, top, bar, round(zero - top, 2), ACCENT))
        if corrected[place]:
            other = scale.at(corrected[place]) if corrected[place] < 0 else scale.at(tops[place])
            start = zero if corrected[place] < 0 else top
            above, below = min(start, other), max(start, other)
            shapes.append(Rect(left, above, bar, round(below - above, 2), PAPER, INK))
        if place % every == every // 2:
            at = round(LEFT + wide * (place + 0.5), 2)
            shapes.append(Text(at, HEIGHT - 7, row.label, anchor=MIDDLE))
    return Drawing(WIDTH, HEIGHT, shapes)


def _ranking(plot: Plot) -> Drawing:
    bars, ticks = plot.bars(Mark.BAR), plot.ticks(Mark.TICK)
    names = max([width_of(row.label) for row in plot.rows], default=0.0)
    ends = max([width_of(row.says) for row in plot.rows], default=0.0)
    start = names + LABEL_GAP
    room = max(WIDTH - start - ends - LABEL_GAP, TRACK_LEAST)
    most = max([1.0, *bars, *(tick for tick in ticks if tick is not None)])
    if plot.is_share:
        most = max(most, FULL)
    shapes: list[Shape] = []
    for place, row in enumerate(plot.rows):
        y = ROW * place + (ROW - BAR) / 2
        shapes.append(Text(0, y + 11, row.label, INK))
        shapes.append(Rect(start, y, room, BAR, BASE))
        if bars[place]:
            shapes.append(Rect(start, y, round(room * bars[place] / most, 2), BAR, ACCENT))
        tick = ticks[place]
        if tick is not None:
            x = round(start + room * tick / most, 2)
            shapes += [
                Rect(x - 2.5, y - 4, 5, BAR + 8, PAPER),
                Rect(x - 1, y - 5, 2, BAR + 10, INK),
            ]
        shapes.append(Text(WIDTH, y + 11, row.says, PALE, anchor=END))
    return Drawing(WIDTH, ROW * len(plot.rows), shapes)


PART_FILLS = {Mark.OPEN: (PAPER, INK), Mark.SOLID: (ACCENT, ""), Mark.DOTTED: (DOTS, INK)}


def _parts(plot: Plot) -> Drawing:
    shapes: list[Shape] = []
    for number, row in enumerate(plot.rows):
        y = PARTS_ROW * number
        shapes.append(Text(0, y + SIZE, row.label, INK, is_bold=True))
        shapes.append(Text(WIDTH, y + SIZE, row.says, PALE, anchor=END))
        shapes += _part_bars(plot, row, y=y + 22)
    return Drawing(WIDTH, PARTS_ROW * len(plot.rows), shapes)


def _part_bars(plot: Plot, row: Row, *, y: float) -> list[Shape]:
    """Share the whole width out among the stages; nothing under way is an empty track."""
    pairs = [
        (PART_FILLS[column.mark], float(value or 0))
        for column, value in zip(plot.columns, row.values, strict=True)
        if column.mark in PART_FILLS
    ]
    whole = sum(value for _, value in pairs)
    shapes: list[Shape] = [Rect(0, y, WIDTH, 20, BASE)]
    x = 0.5
    for (fill, outline), value in pairs:
        if value:
            width = round((WIDTH - 1) * value / whole, 2)
            shapes.append(Rect(x, y + 0.5, width, 19, fill, outline))
            x = round(x + width, 2)
    return shapes


LAYOUTS: Mapping[Form, Callable[[Plot], Drawing]] = {
    Form.COURSE: _course,
    Form.MONTHS: _months,
    Form.RANKING: _ranking,
    Form.PARTS: _parts,
}
