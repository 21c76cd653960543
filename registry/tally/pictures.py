"""A chart as a picture to take away: title, key, chart, and what makes its figures reproducible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.core.language import _
from registry.tally.drawing import (
    INK,
    PALE,
    PAPER,
    RULE,
    Drawing,
    Rect,
    Shape,
    Text,
    break_lines,
    line,
    width_of,
)
from registry.tally.layout import WIDTH, draw, draw_swatch
from registry.tally.plots import Mark, Plot, for_browser

MARGIN = 20.0
TITLE, SMALL = 17.0, 10.0
KEY_LINE, SMALL_LINE = 20.0, 15.0
SWATCH, GAP = 30.0, 18.0


@dataclass(frozen=True)
class Frame:
    """What stands around every picture: whose figures, and how to see them again."""

    programme: str
    foot: Sequence[str]


@dataclass(frozen=True)
class Shown:
    """A chart as a page shows it: drawing, signs and names, and what the browser is given."""

    plot: Plot
    drawing: Drawing
    key: Sequence[tuple[Drawing, str]]
    data: Mapping[str, object]


def show(plot: Plot) -> Shown:
    """Make a chart ready for a page."""
    key = [(draw_swatch(mark), name) for mark, name in key_of(plot)]
    return Shown(plot, draw(plot), key, for_browser(plot))


def key_of(plot: Plot) -> list[tuple[Mark, str]]:
    """Name what is drawn; the two edges of a forecast are one thing."""
    shown = [column for column in plot.columns if column.mark not in {Mark.NONE, Mark.HIGH}]
    both = _("forecast for the end, lowest to highest")
    return [(each.mark, str(both if each.mark is Mark.LOW else each.name)) for each in shown]


def draw_framed(plot: Plot, around: Frame) -> Drawing:
    """Put a chart into its frame."""
    shapes: list[Shape] = []
    y = MARGIN + SMALL
    shapes.append(Text(MARGIN, y, around.programme, PALE, SMALL))
    for text in break_lines(str(plot.title), width=WIDTH, size=TITLE):
        y += TITLE * 1.45
        shapes.append(Text(MARGIN, y, text, INK, TITLE, is_bold=True))
    y += 8
    key, height = _key(plot)
    shapes += Drawing(WIDTH, height, key).moved(MARGIN, y)
    y += height + 12
    chart = draw(plot)
    shapes += chart.moved(MARGIN, y)
    y += chart.height + 14
    shapes.append(line((MARGIN, y), (MARGIN + WIDTH, y), stroke=RULE))
    for words in (str(plot.note), *around.foot):
        for text in break_lines(words, width=WIDTH, size=SMALL) if words else ():
            y += SMALL_LINE
            shapes.append(Text(MARGIN, y, text, PALE, SMALL))
    width, height = WIDTH + 2 * MARGIN, y + MARGIN
    return Drawing(width, height, [Rect(0, 0, width, height, PAPER), *shapes])


def _key(plot: Plot) -> tuple[list[Shape], float]:
    """Set the key out, on as many lines as it needs."""
    shapes: list[Shape] = []
    x, y = 0.0, 0.0
    entries: list[tuple[Mark | None, str]] = [*key_of(plot), (None, str(plot.unit_says))]
    for mark, name in entries:
        width = width_of(name, 12) + (SWATCH if mark else 0)
        if x and x + width > WIDTH:
            x, y = 0.0, y + KEY_LINE
        if mark:
            shapes += draw_swatch(mark).moved(x, y + 4)
        shapes.append(Text(x + (SWATCH if mark else 0), y + 14, name, PALE, 12))
        x += width + GAP
    return shapes, y + KEY_LINE
