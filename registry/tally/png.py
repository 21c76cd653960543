"""A drawing as PNG, with the font of papers; the same drawing gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import hypot
from pathlib import Path as FilePath

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from registry.tally.drawing import (
    ACCENT,
    DOTS,
    HATCH,
    INK,
    PAPER,
    Dot,
    Drawing,
    Path,
    Point,
    Rect,
    Text,
)

FONT = FilePath(__file__).parents[2] / "static" / "vendor" / "fonts" / "noto-sans-sc.ttf"
SCALE = 3  # pixels of the picture for a point of the drawing
FINE = 2  # shapes are drawn so many times larger and then made smooth
HATCH_STEP, HATCH_WIDTH = 5.0, 1.5
DOTS_STEP, DOT_RADIUS = 5.0, 1.0
BOLD = 0.022
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
Box = tuple[float, float, float, float]


def write_png(drawing: Drawing, *, about: Mapping[str, str]) -> bytes:
    """Draw a picture; `about` is written into the file as its texts."""
    zoom = SCALE * FINE
    size = (round(drawing.width * zoom), round(drawing.height * zoom))
    canvas = Image.new("RGB", size, PAPER)
    brush = _Brush(canvas, zoom)
    for shape in drawing.shapes:
        if not isinstance(shape, Text):
            brush.add(shape)
    picture = canvas.reduce(FINE)
    pen = ImageDraw.Draw(picture)
    for shape in drawing.shapes:
        if isinstance(shape, Text):
            _write(pen, shape)
    content = io.BytesIO()
    picture.save(content, "PNG", dpi=(72 * SCALE, 72 * SCALE), pnginfo=_info(about))
    return content.getvalue()


def _info(about: Mapping[str, str]) -> PngInfo:
    info = PngInfo()
    for name, text in about.items():
        info.add_itxt(name, text)
    return info


@cache
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, pixels, layout_engine=ImageFont.Layout.BASIC)


def _write(pen: ImageDraw.ImageDraw, text: Text) -> None:
    """Write words; the font has one weight, and a bold line is drawn a little thicker."""
    size = round(text.size * SCALE)
    pen.text(
        (round(text.x * SCALE), round(text.y * SCALE)),
        text.words,
        fill=text.colour,
        font=_font(size),
        anchor=ANCHORS[text.anchor],
        stroke_width=round(size * BOLD) if text.is_bold else 0,
    )


class _Brush:
    """Draws shapes on a canvas that is `zoom` times as large as the drawing."""

    def __init__(self, canvas: Image.Image, zoom: int) -> None:
        self.canvas, self.zoom = canvas, zoom
        self.draw = ImageDraw.Draw(canvas)

    def add(self, shape: Rect | Path | Dot) -> None:
        if isinstance(shape, Rect):
            corners = (shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)
            (left, top), (right, bottom) = corners
            around = [(left, top), (right, top), (right, bottom), (left, bottom)]
            self._fill(around, shape.fill)
            if shape.outline:
                self._line([*around, around[0]], shape.outline, 1.0)
        elif isinstance(shape, Path):
            if shape.fill:
                self._fill(shape.points, shape.fill)
            for part in _dashes(shape.points, shape.dash):
                self._line(part, shape.stroke, shape.width)
        else:
            self._dot(shape)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.zoom, y * self.zoom) for x, y in points]

    def _line(self, points: Sequence[Point], colour: str, width: float) -> None:
        thick = max(round(width * self.zoom), 1)
        self.draw.line(self._scaled(points), colour, thick, joint="curve")

    def _dot(self, dot: Dot) -> None:
        for radius, colour in ((dot.radius + 1.5, PAPER), (dot.radius, ACCENT)):
            self.draw.circle((dot.x * self.zoom, dot.y * self.zoom), radius * self.zoom, colour)

    def _fill(self, points: Sequence[Point], fill: str) -> None:
        corners = self._scaled(points)
        if fill not in PATTERNS:
            self.draw.polygon(_inside(corners), fill)
            return
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        box = min(xs), min(ys), max(xs), max(ys)
        size = max(round(box[2] - box[0]), 1), max(round(box[3] - box[1]), 1)
        tile, mask = Image.new("RGB", size, PAPER), Image.new("L", size, 0)
        PATTERNS[fill](ImageDraw.Draw(tile), box, self.zoom)
        moved = [(x - box[0], y - box[1]) for x, y in corners]
        ImageDraw.Draw(mask).polygon(_inside(moved), 255)
        self.canvas.paste(tile, (round(box[0]), round(box[1])), mask)


def _inside(corners: Sequence[Point]) -> list[Point]:
    """Pillow counts the last row and column of pixels in; a shape ends before them."""
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    return [(x - 1 if x == right else x, y - 1 if y == bottom else y) for x, y in corners]


def _hatch(draw: ImageDraw.ImageDraw, box: Box, zoom: int) -> None:
    step, width = HATCH_STEP * zoom * 2**0.5, round(HATCH_WIDTH * zoom)
    across, high = box[2] - box[0], box[3] - box[1]
    start = -((box[0] + box[1]) % step)
    while start < across + high + step:
        draw.line([(start, 0), (start - high, high)], ACCENT, width)
        start += step


def _dots(draw: ImageDraw.ImageDraw, box: Box, zoom: int) -> None:
    step, radius = DOTS_STEP * zoom, DOT_RADIUS * zoom
    for row in range(int((box[3] - box[1]) // step) + 2):
        for column in range(int((box[2] - box[0]) // step) + 2):
            draw.circle(((column + 0.5) * step, (row + 0.5) * step), radius, INK)


PATTERNS = {HATCH: _hatch, DOTS: _dots}


def _dashes(points: Sequence[Point], dash: tuple[float, float] | None) -> Iterator[list[Point]]:
    """Part a line into its dashes, which go on around its corners."""
    if dash is None:
        yield list(points)
        return
    place, left, is_on = 0, dash[0], True
    part = [points[0]]
    for start, end in pairwise(points):
        (x, y), length = start, hypot(end[0] - start[0], end[1] - start[1])
        gone = 0.0
        while length - gone > left:
            gone += left
            ratio = gone / length
            x, y = start[0] + (end[0] - start[0]) * ratio, start[1] + (end[1] - start[1]) * ratio
            if is_on:
                yield [*part, (x, y)]
            place, is_on, part = 1 - place, not is_on, [(x, y)]
            left = dash[place]
        left -= length - gone
        part.append(end)
    if is_on:
        yield part
