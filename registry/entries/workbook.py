"""Spreadsheets: the template to fill in, and reading a filled one without trusting it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

import python_calamine
import xlsxwriter

from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.packages import Limits, measure
from registry.entries.columns import ROWS_MAX, Column, Sheet
from registry.entries.sheet import NOTE_MARK, Arranged, arrange, split_cells
from registry.entries.values import Joined

UNPACKED_MAX = 64 * 1024 * 1024
RATIO_MAX = 100
RATIO_FROM = 1024 * 1024
MEMBERS_MAX = 500
LIMITS = Limits(unpacked=64, members=MEMBERS_MAX, cells=2_000_000, rows=200_000)
TABLE_ROWS_MAX = 5_000
TABLE_COLUMNS_MAX = 60
ENCODINGS = ("utf-8-sig", "gb18030")
COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
ZIP_FILE = b"PK"
MACROS = "vbaproject.bin"
DROPDOWN_LONGEST = 255
TOO_LARGE = _("This file unpacks to far more than its size. Please save it anew and try again.")
BROKEN = _("This file cannot be read. Please open it, save it as .xlsx, and upload it again.")


def read_workbook(sheet: Sheet, content: bytes, *, name: str) -> Arranged:
    """Read a filled template or any list, .xlsx or .csv; raise Invalid with what to do."""
    return arrange(sheet, read_table(content, name=name))


def read_table(content: bytes, *, name: str) -> list[list[str]]:
    """Return the cells of the first sheet as words; bounded before anything is unpacked."""
    if not content:
        raise Invalid(_("This file is empty."))
    if content.startswith(COMPOUND_FILE):
        raise Invalid(
            _(
                "This file has a password, or is an old .xls. Please save it as .xlsx without a"
                " password."
            )
        )
    if content.startswith(ZIP_FILE):
        _check_package(content)
        measure(content, LIMITS)
        return _read_sheet(content)
    if PurePath(name).suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _read_text(content)
    raise Invalid(_("This is neither .xlsx nor .csv. Please use the template."))


def _check_package(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Invalid(BROKEN) from None
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    is_dense = unpacked > RATIO_FROM and unpacked / packed > RATIO_MAX
    if len(members) > MEMBERS_MAX or unpacked > UNPACKED_MAX or is_dense:
        raise Invalid(TOO_LARGE)
    if any(member.flag_bits & 1 for member in members):
        raise Invalid(_("This file has a password. Please save it without one."))
    if any(member.filename.lower().endswith(MACROS) for member in members):
        raise Invalid(_("This file holds macros. Please save it as .xlsx, without them."))
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise Invalid(BROKEN)


def _read_sheet(content: bytes) -> list[list[str]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).iter_rows()
        return _bounded([_word(cell) for cell in row] for row in rows)
    except (python_calamine.CalamineError, IndexError, OSError, ValueError):
        raise Invalid(BROKEN) from None


def _bounded(rows: object) -> list[list[str]]:
    kept: list[list[str]] = []
    for row in rows:  # type: ignore[attr-defined]  # any iterable of rows
        if any(word for word in row[TABLE_COLUMNS_MAX:]):
            raise Invalid(_("This sheet has more than %(most)s columns.", most=TABLE_COLUMNS_MAX))
        if any(row):
            kept.append(row[:TABLE_COLUMNS_MAX])
        if len(kept) > TABLE_ROWS_MAX:
            raise Invalid(
                _(
                    "This sheet has more than %(most)s rows. Please split it.",
                    most=f"{TABLE_ROWS_MAX:,}",
                )
            )
    return kept


def _word(cell: object) -> str:
    """Return a cell as a person would read it: whole numbers without .0, dates as 2026-11-22."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time | timedelta):
        return str(cell)
    return " ".join(str(cell).split())


def _read_text(content: bytes) -> list[list[str]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _bounded(split_cells(text))
    raise Invalid(_("The letters of this file cannot be read. Please save it as UTF-8."))


def write_template(sheet: Sheet, *, title: str) -> bytes:
    """Return the workbook to fill in, in the language of the page."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}),
        "must": book.add_format(
            {"bold": True, "bottom": 2, "text_wrap": True, "valign": "top", "bg_color": "#E2EEF1"}
        ),
        "note": book.add_format({"font_color": "#44515C", "italic": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "General"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    page = book.add_worksheet(str(sheet.label)[:31])
    page.freeze_panes(2, 0)
    for at, column in enumerate(sheet.columns):
        _write_column(page, at, column, formats)
    page.write_string(1, 0, f"{NOTE_MARK} {_unit_of(sheet.columns[0])}", formats["note"])
    _write_guide(book, sheet, formats, title=title)
    book.close()
    return buffer.getvalue()


def _write_column(
    page: xlsxwriter.worksheet.Worksheet,
    at: int,
    column: Column,
    formats: dict[str, xlsxwriter.format.Format],
) -> None:
    star = " *" if column.required else ""
    style = {"day": "day", "whole": "number", "decimal": "number"}.get(column.value.kind, "text")
    width = max(len(str(column.label)) * 2, column.size + 3, 10)
    page.set_column(at, at, width, formats[style])
    page.write_string(0, at, f"{column.label}{star}", formats["must" if star else "head"])
    page.write_string(1, at, _unit_of(column), formats["note"])
    labels = [str(label) for _code, label in column.choices]
    if labels and len(",".join(labels)) <= DROPDOWN_LONGEST:
        page.data_validation(
            2,
            at,
            ROWS_MAX + 1,
            at,
            {"validate": "list", "source": labels, "error_type": "warning"},
        )


def _unit_of(column: Column) -> str:
    if column.unit:
        return str(column.unit)
    return "2026-11-22" if column.value.kind == "day" else ""


def _write_guide(
    book: xlsxwriter.Workbook,
    sheet: Sheet,
    formats: dict[str, xlsxwriter.format.Format],
    *,
    title: str,
) -> None:
    page = book.add_worksheet(str(_("How to fill in")))
    page.set_column(0, 0, 24, formats["wrap"])
    page.set_column(1, 1, 14, formats["wrap"])
    page.set_column(2, 2, 70, formats["wrap"])
    page.write_string(0, 0, title, formats["head"])
    for at, line in enumerate(_guide_lines(), start=1):
        page.write_string(at, 0, "")
        page.write_string(at, 2, str(line), formats["wrap"])
    start = len(_guide_lines()) + 2
    heads = (_("Column"), _("Required"), _("What may stand in it"))
    for at, head in enumerate(heads):
        page.write_string(start, at, str(head), formats["head"])
    for row, column in enumerate(sheet.columns, start=start + 1):
        page.write_string(row, 0, str(column.label), formats["wrap"])
        page.write_string(row, 1, str(_("required") if column.required else _("optional")))
        page.write_string(row, 2, _explain(column), formats["wrap"])


def _guide_lines() -> Sequence[object]:
    return (
        _("One row is one machine. Delete nothing in the first two rows; fill in from the third."),
        _("Columns with a star are required. Their order does not matter."),
        _("Dates as 2026-11-22. Serial and invoice numbers as text, so that no zero is lost."),
        _(
            "At most %(most)s rows. Then upload the file on the page it came from.",
            most=f"{ROWS_MAX:,}",
        ),
    )


def _explain(column: Column) -> str:
    if column.choices:
        return str(Joined(label for _code, label in column.choices))
    example = str(_("for example %(example)s", example=column.example)) if column.example else ""
    return " · ".join(part for part in (str(column.unit), example) if part)
