"""A picture as shapes, which the template writes as SVG and `png` as pixels. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

# The tokens of static/css/tokens.css, for files that no style sheet reaches.
PAPER, BASE, HAIR, RULE = "#ffffff", "#e9edec", "#dfe5e8", "#c3ccd1"
INK, PALE, ACCENT = "#14202a", "#41505b", "#005e73"
HATCH, DOTS = "hatch", "dots"
SIZE = 13.0
WIDE_LETTERS = 0x2E80  # from here on letters are as wide as they are high
NARROW = 0.56
START, MIDDLE, END = "start", "middle", "end"

Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    """A bar; `fill` is a colour, or HATCH or DOTS."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    outline: str = ""
    kind: ClassVar[str] = "rect"

    def moved(self, x: float, y: float) -> Rect:
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True)
class Path:
    """A line through points, dashed where `dash` says so; an area where it is filled."""

    points: tuple[Point, ...]
    stroke: str
    width: float = 1.0
    dash: tuple[float, float] | None = None
    fill: str = ""
    kind: ClassVar[str] = "path"

    def moved(self, x: float, y: float) -> Path:
        return replace(self, points=tuple((left + x, top + y) for left, top in self.points))


@dataclass(frozen=True)
class Dot:
    """The end of a line."""

    x: float
    y: float
    radius: float = 4.5
    kind: ClassVar[str] = "dot"

    def moved(self, x: float, y: float) -> Dot:
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True)
class Text:
    """Words on a line of their own; `y` is the line they stand on."""

    x: float
    y: float
    words: str
    colour: str = PALE
    size: float = SIZE
    anchor: str = START
    is_bold: bool = False
    kind: ClassVar[str] = "text"

    def moved(self, x: float, y: float) -> Text:
        return replace(self, x=self.x + x, y=self.y + y)


Shape = Rect | Path | Dot | Text


@dataclass(frozen=True)
class Drawing:
    """Shapes from the back to the front, on paper of a size."""

    width: float
    height: float
    shapes: Sequence[Shape]

    def moved(self, x: float, y: float) -> list[Shape]:
        """Return the shapes put elsewhere, for a picture of pictures."""
        return [shape.moved(x, y) for shape in self.shapes]


def line(*points: Point, stroke: str, width: float = 1.0) -> Path:
    """Draw a plain line."""
    return Path(points, stroke, width)


def width_of(words: str, size: float = SIZE) -> float:
    """Estimate how wide words are."""
    return sum(size if ord(letter) >= WIDE_LETTERS else NARROW * size for letter in words)


def break_lines(words: str, *, width: float, size: float) -> list[str]:
    """Break words into lines that fit: between words, and between Chinese letters."""
    lines = [""]
    for piece in _pieces(words):
        if lines[-1] and width_of((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [text.rstrip() for text in lines]


def _pieces(words: str) -> Iterable[str]:
    piece = ""
    for letter in words:
        if piece and (
            ord(letter) >= WIDE_LETTERS or ord(piece[-1]) >= WIDE_LETTERS or piece[-1] == " "
        ):
            yield piece
            piece = ""
        piece += letter
    yield piece
