"""A list as it came, CSV or XLSX, read into rows of cells; only the header is judged here."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import chain

from registry.core.errors import Invalid
from registry.core.forms import clean_text
from registry.core.language import _
from registry.core.packages import MEBIBYTE
from registry.importing.columns import COLUMNS, HEADERS, Column, word_key
from registry.importing.faults import Fault, shortened
from registry.importing.workbooks import LIMITS, SheetCell, read_sheet

FILE_MAX = 50 * MEBIBYTE
DELIMITERS = ",;\t"
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Cell = str | float | date


@dataclass(frozen=True)
class RawRow:
    """One row: its number as Excel gives it, its cells by column, what stood beyond the last."""

    number: int
    cells: Mapping[str, Cell]
    beyond: str = ""


@dataclass(frozen=True)
class Table:
    """A list as read; `headers` are the list's own words for our columns, `ignored` the others."""

    file_name: str
    file_hash: str
    headers: Mapping[str, str]
    ignored: Sequence[str]
    rows: Sequence[RawRow]
    faults: Sequence[Fault] = ()
    told: Sequence[object] = ()


def read_table(data: bytes, *, file_name: str) -> Table:
    """Read a list; raise Invalid, with what to do, where it is not one."""
    if not data.strip():
        raise Invalid(_("The file is empty. Choose the file with the list."), field="file")
    if len(data) > FILE_MAX:
        raise Invalid(
            _("The file is larger than %(size)s MB. Split the list.", size=FILE_MAX // MEBIBYTE),
            field="file",
        )
    told: Sequence[object] = ()
    lines: Iterable[Sequence[Cell]]
    if data.startswith(ZIP):
        sheet, told = read_sheet(data)
        lines = ([_cell(cell) for cell in line] for line in sheet)
    else:
        lines = _csv_lines(_decode(data))
    numbered = ((number, line) for number, line in enumerate(lines, 1) if any(map(_is_full, line)))
    head = next(numbered, None)
    if head is None:
        raise Invalid(_("The file is empty. Choose the file with the list."), field="file")
    file_hash = hashlib.sha256(data).hexdigest()
    return _tabulate(head, numbered, file_name=file_name, file_hash=file_hash, told=told)


def text_of(cell: Cell) -> str:
    """Return a cell as the text that a person sees."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _tabulate(
    head: tuple[int, Sequence[Cell]],
    numbered: Iterator[tuple[int, Sequence[Cell]]],
    *,
    file_name: str,
    file_hash: str,
    told: Sequence[object],
) -> Table:
    number, cells = head
    places, ignored, faults = _read_header(number, [text_of(cell) for cell in cells])
    rows = [] if faults else [_raw_row(at, line, places, len(cells)) for at, line in numbered]
    if not rows and not faults:
        raise Invalid(_("The list has a header and no rows. Add the rows."), field="file")
    if len(rows) > LIMITS.rows:
        raise Invalid(
            _("The list has more than %(most)s rows. Split it.", most=f"{LIMITS.rows:,}"),
            field="file",
        )
    headers = {column.name: text_of(cells[place]) for column, place in places.items()}
    return Table(file_name, file_hash, headers, ignored, rows, faults, told)


def _read_header(
    number: int, words: Sequence[str]
) -> tuple[dict[Column, int], list[str], list[Fault]]:
    """Find our columns, the unknown ones, and what is wrong with the header."""
    places: dict[Column, int] = {}
    ignored: list[str] = []
    faults: list[Fault] = []
    for place, word in enumerate(words):
        column = HEADERS.get(word_key(word))
        if column is None:
            ignored += [word] if word else []
        elif column in places:
            faults.append(
                Fault(
                    number, word, word, _("This column stands twice."), _("Delete one of the two.")
                )
            )
        else:
            places[column] = place
    missing = [column for column in COLUMNS if column.is_required and column not in places]
    faults += [
        Fault(
            number,
            column.name,
            "",
            _("The column %(name)s (%(name_zh)s) is missing.", **column._asdict()),
            _("Write the names of the columns into the first row; any order will do."),
        )
        for column in missing
    ]
    return places, ignored, faults


def _raw_row(number: int, line: Sequence[Cell], places: Mapping[Column, int], width: int) -> RawRow:
    cells = {column.name: line[at] for column, at in places.items() if at < len(line)}
    beyond = next((text_of(cell) for cell in line[width:] if _is_full(cell)), "")
    return RawRow(number, cells, shortened(beyond))


def _is_full(cell: Cell) -> bool:
    return cell != ""


def _decode(data: bytes) -> str:
    """Return the text of a CSV file: UTF-8 with or without mark, else GB18030."""
    if data.startswith(OLD_EXCEL):
        raise Invalid(
            _(
                "This is an old .xls file, or one with a password. Save it in Excel as .xlsx,"
                " without a password."
            ),
            field="file",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
        break
    raise Invalid(
        _("This is neither a CSV file nor an .xlsx workbook. Save the list as one of the two."),
        field="file",
    )


def _csv_lines(text: str) -> Iterator[Sequence[Cell]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(
                _(
                    "The file cannot be read from line %(line)s on: a quotation mark is out of"
                    " place. Mend that line, or save the list as .xlsx.",
                    line=reader.line_num,
                ),
                field="file",
            ) from error
        yield [_clean(cell) for cell in line]


def _delimiter(text: str) -> str:
    """Return what parts the cells of the header: comma, semicolon or tab."""
    lines = (line for line in text.splitlines() if line.strip(" \t,;"))
    header = next(chain(lines, [""]))
    return max(DELIMITERS, key=header.count)


def _clean(text: str) -> str:
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()
    return str(clean_text(text))


def _cell(cell: SheetCell) -> Cell:
    if isinstance(cell, str):
        return _clean(cell)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, bool | time | timedelta):
        return str(cell)
    return cell if isinstance(cell, date) else float(cell)
