"""A pasted block or a table of words, put under the columns of a sheet; nothing is lost."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registry.core.errors import Invalid
from registry.core.language import _
from registry.entries.columns import ROWS_MAX, Column, Sheet, Words, is_blank
from registry.entries.values import clean_word

Table = Sequence[Sequence[str]]
BESIDE = re.compile(r"[(（\[【].*?[)）\]】]")
HEADS_LEAST = 2
BLOCK_LONGEST = 4_000_000


@dataclass
class Arranged:
    """Rows under our columns; `unknown` names the header's words that are none of ours.

    `beyond` is how many cells stood outside the columns (no header, too many cells in a row).
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    has_header: bool = False
    beyond: int = 0


def parse_block(sheet: Sheet, text: str) -> Arranged:
    """Read a block as a spreadsheet copies it, or CSV; raise Invalid where it is too long."""
    if len(text) > BLOCK_LONGEST:
        raise Invalid(_("The block is too long. Please paste fewer rows, or upload the template."))
    return arrange(sheet, split_cells(text))


def split_cells(text: str, *, delimiter: str = "") -> list[list[str]]:
    """Split text into cells: tabs between them, quotes around those that hold line breaks."""
    text = clean_word(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter or ("\t" if "\t" in text else ",")
    )
    try:
        rows = [[_one_line(cell) for cell in row] for row in reader]
    except csv.Error:
        rows = [line.split("\t") for line in text.split("\n")]
    return [row for row in rows if any(row)]


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def arrange(sheet: Sheet, table: Table) -> Arranged:
    """Put a table of words under the columns: by its header where it has one, else in our order."""
    places = _find_header(sheet, table)
    if places is None:
        return _in_order(sheet, table)
    at, columns = places
    arranged = Arranged(has_header=True)
    head = table[at]
    arranged.unknown = [
        word.strip()
        for word, column in zip(head, columns, strict=True)
        if word.strip() and not column
    ]
    for cells in table[at + 1 :]:
        if _is_header(sheet, cells) or _is_note(cells):
            continue
        row = _blank(sheet)
        for column, word in zip(columns, cells, strict=False):
            if column is not None:
                row[column.name] = column.value.write(word)
        _keep(arranged, row)
    return arranged


def _in_order(sheet: Sheet, table: Table) -> Arranged:
    arranged = Arranged()
    for cells in table:
        row = _blank(sheet)
        for column, word in zip(sheet.columns, cells, strict=False):
            row[column.name] = column.value.write(word)
        arranged.beyond += sum(1 for word in cells[len(sheet.columns) :] if word.strip())
        _keep(arranged, row)
    return arranged


def _blank(sheet: Sheet) -> dict[str, str]:
    return {column.name: "" for column in sheet.columns}


def _keep(arranged: Arranged, row: dict[str, str]) -> None:
    if not is_blank(row):
        arranged.rows.append(row)


def _find_header(sheet: Sheet, table: Table) -> tuple[int, list[Column | None]] | None:
    """Find the header among the first rows: two of our names, and half of its words."""
    for at, cells in enumerate(table[:10]):
        if _is_header(sheet, cells):
            return at, _match(sheet, cells)
    return None


def _is_header(sheet: Sheet, cells: Sequence[str]) -> bool:
    named = sum(column is not None for column in _match(sheet, cells))
    filled = sum(1 for word in cells if word.strip())
    return named >= HEADS_LEAST and named * 2 >= filled


def _is_note(cells: Sequence[str]) -> bool:
    """Say whether a row is the template's line of units."""
    first = next((word for word in cells if word.strip()), "")
    return first.strip().startswith(NOTE_MARK)


NOTE_MARK = "※"


def _match(sheet: Sheet, cells: Sequence[str]) -> list[Column | None]:
    names = _names(sheet)
    matched: list[Column | None] = []
    for word in cells:
        column = names.get(plain(word))
        matched.append(None if column in matched else column)
    return matched


def _names(sheet: Sheet) -> Mapping[str, Column]:
    names: dict[str, Column] = {}
    for column in sheet.columns:
        for word in (column.name, str(column.label), *column.aliases):
            names.setdefault(plain(word), column)
    return names


def plain(word: str) -> str:
    """Return a header's word without case, width, blanks, stars and what stands in brackets."""
    text = BESIDE.sub("", unicodedata.normalize("NFKC", word)).casefold()
    return re.sub(r"[\s*_\-/:.]", "", text)


def rows_from_form(
    sheet: Sheet, posted: Mapping[str, str], *, prefix: str = "rows"
) -> list[dict[str, str]]:
    """Collect the cells rows-0-brand, rows-0-model … of a posted form, blank rows left out."""
    found: dict[int, dict[str, str]] = {}
    names = {column.name for column in sheet.columns}
    for key, word in posted.items():
        head, _dash, name = key.rpartition("-")
        before, _dash, index = head.rpartition("-")
        if before == prefix and name in names and index.isascii() and index.isdecimal():
            found.setdefault(int(index), _blank(sheet))[name] = clean_word(word)
    rows = [found[index] for index in sorted(found)]
    return [row for row in rows if not is_blank(row)][: ROWS_MAX * 5]


def put_in(sheet: Sheet, stands: Sequence[Words], rows: Sequence[Words]) -> list[Words]:
    """Return the rows with new ones put in: in the place of the row of the same key, else after."""
    found = list(stands)
    at = {key: number for number, row in enumerate(found) if (key := _key_of(sheet, row))}
    for row in rows:
        place = at.get(_key_of(sheet, row)) if sheet.keys else None
        if place is None:
            found.append(row)
        else:
            found[place] = row
    return found


def _key_of(sheet: Sheet, row: Words) -> str:
    return sheet.key_of({name: row.get(name, "").strip() for name in sheet.keys})
