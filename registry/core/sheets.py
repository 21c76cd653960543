"""Sheets of a workbook with very many rows: written as XML text, row by row, in constant memory.

XlsxWriter keeps the rows of a sheet in a file of its own until the workbook is closed; it makes
each cell with ten calls. Here a whole row of known columns is one piece of text in that file, and
all else (styles, charts, other sheets, packing) stays XlsxWriter's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from xml.sax.saxutils import escape

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

DAY_ZERO = date(1899, 12, 30).toordinal()  # so that the first of March 1900 is day 61, as in Excel
_UNUSUAL = re.compile(r"[&<>_\x00-\x1f\ufffe\uffff]|\A\s|\s\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class RowSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter ships no types
    """A sheet of a workbook with `constant_memory` that takes many rows at once."""

    def write_rows(
        self, first: int, rows: Iterable[Sequence[object]], styles: Sequence[Format | None]
    ) -> int:
        """Write rows from a row on (0 is the first), one style a column; return the row after.

        Numbers are written as numbers, days as days, all else as text; None is left blank.
        """
        self._write_single_row(first)  # what stands above is written before
        pieces = [_open_cell(place, style) for place, style in enumerate(styles)]
        write, number = self.row_data_fh.write, first
        for number, row in enumerate(rows, start=first + 1):
            cells = "".join(
                [
                    _cell(opened, number, value)
                    for opened, value in zip(pieces, row, strict=True)
                    if value is not None
                ]
            )
            write(f'<row r="{number}">{cells}</row>')
        if number > first:
            self._check_dimensions(first, 0)
            self._check_dimensions(number - 1, len(styles) - 1)
            self.previous_row = number
        return number


def _open_cell(place: int, style: Format | None) -> tuple[str, str]:
    """Return what stands before and after the number of the row in a cell of this column."""
    chosen = "" if style is None else f' s="{style._get_xf_index()}"'  # noqa: SLF001 - no other way to name a style
    return f'<c r="{xl_col_to_name(place)}', f'"{chosen}'


def _cell(opened: tuple[str, str], number: int, value: object) -> str:
    before, after = opened
    if isinstance(value, str):
        return f"{before}{number}{after}{_text(value)}"
    if isinstance(value, date):
        return f"{before}{number}{after}><v>{value.toordinal() - DAY_ZERO}</v></c>"
    return f"{before}{number}{after}><v>{value}</v></c>"


@lru_cache(maxsize=1_024)
def _text(text: str) -> str:
    """Return text as it stands in a cell; what XML has no sign for is written as Excel does."""
    if _UNUSUAL.search(text) is None:
        return f' t="inlineStr"><is><t>{text}</t></is></c>'
    safe = escape(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f' t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'
