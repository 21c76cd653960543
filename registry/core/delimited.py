"""Comma-separated text that spreadsheets open as it is; no cell acts as a formula.

Numbers and days are written as they are. Text that a spreadsheet would run gets an apostrophe, and
text of many digits, such as a credit code, a tab, so that it stays text.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Protocol

Line = Sequence[object]

ROWS_AT_ONCE = 500
LONG_NUMBER = 12
FORMULA = frozenset("=+-@\t\r")
AS_THEY_ARE = frozenset({NoneType, int, float, Decimal, date})


class Target(Protocol):
    """Where bytes are written to."""

    def write(self, content: bytes, /) -> int:
        """Take some bytes and return how many."""


def write_lines(target: Target, lines: Iterable[Line]) -> None:
    """Write lines as UTF-8 with its mark, a part at a time."""
    target.write(BOM_UTF8)
    rest = iter(lines)
    while part := list(islice(rest, ROWS_AT_ONCE)):
        target.write(_write_part(part).encode())


def to_bytes(lines: Iterable[Line]) -> bytes:
    """Return the whole text of a few lines."""
    content = io.BytesIO()
    write_lines(content, lines)
    return content.getvalue()


def _write_part(part: Sequence[Line]) -> str:
    """Look over many lines at once, column by column; only where one is risky guard each word."""
    is_even = len({len(line) for line in part}) == 1
    is_plain = is_even and not any(map(_is_risky, zip(*part, strict=True)))
    lines = part if is_plain else ([_guard(value) for value in line] for line in part)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()


def _is_risky(column: Sequence[object]) -> bool:
    kinds = set(map(type, column)) - AS_THEY_ARE
    if not kinds:
        return False
    if kinds != {str}:
        return True
    words = [value for value in column if isinstance(value, str)]
    return not FORMULA.isdisjoint([word[:1] for word in words]) or (
        any(map(str.isdecimal, words)) and any(map(_is_code, words))
    )


def _is_code(text: str) -> bool:
    return len(text) >= LONG_NUMBER and text.isdecimal()


def _guard(value: object) -> object:
    if type(value) in AS_THEY_ARE:
        return value
    text = str(value)
    if text[:1] in FORMULA:
        return f"'{text}"
    return f"\t{text}" if _is_code(text) else text
