"""Comma-separated text: numbers and days as they are, no formula runs, codes stay text."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from registry.core import delimited
from registry.core.delimited import LONG_NUMBER, to_bytes, write_lines
from registry.core.language import _

SIGNS = "=+-@\t\r"


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def guarded(text: str) -> str:
    """Say in the plainest way what a cell of text becomes."""
    if text.startswith(tuple(SIGNS)):
        return f"'{text}"
    return f"\t{text}" if len(text) >= LONG_NUMBER and text.isdecimal() else text


def test_numbers_days_and_blanks_are_written_as_they_are() -> None:
    line = [-5, 3.5, Decimal("-0.5"), date(2026, 11, 22), None, "", "苏州"]

    assert to_bytes([line]) == "\ufeff-5,3.5,-0.5,2026-11-22,,,苏州\r\n".encode()


@pytest.mark.parametrize("sign", SIGNS)
def test_a_formula_is_made_plain_text_in_any_column(sign: str) -> None:
    assert read(to_bytes([["a", f"{sign}1+1"], [f"{sign}x", "b"]])) == [
        ["a", f"'{sign}1+1"],
        [f"'{sign}x", "b"],
    ]


def test_a_credit_code_of_digits_stays_text() -> None:
    assert read(to_bytes([["913205837000000013", "91320583MA1ABCDE5X", "12345678901"]])) == [
        ["\t913205837000000013", "91320583MA1ABCDE5X", "12345678901"]
    ]


def test_words_of_the_catalogues_are_guarded_like_all_others() -> None:
    assert read(to_bytes([[_("Goal"), "=1"]])) == [["Goal", "'=1"]]


def test_every_line_is_what_guarding_cell_by_cell_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "ROWS_AT_ONCE", 7)
    chance = random.Random(7)
    pieces = ["=", "+", "-", "@", "\t", "\r", "\n", '"', ",", "a", "苏", "1" * 12, "9", " ", ""]
    lines = [
        ["".join(chance.choices(pieces, k=chance.randrange(3))) for _column in range(3)]
        for _row in range(500)
    ]

    assert read(to_bytes(lines)) == [[guarded(text) for text in line] for line in lines]


def test_lines_are_written_as_they_come() -> None:
    target, seen = io.BytesIO(), list[int]()

    def lines() -> Iterator[list[object]]:
        for number in range(3 * delimited.ROWS_AT_ONCE):
            seen.append(target.tell())
            yield [number, "text"]

    write_lines(target, lines())

    assert len(set(seen)) == 3
