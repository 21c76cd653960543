"""Sheets of very many rows: what three readers find in them is what was written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from registry.core.sheets import RowSheet

NAME = "数据"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXTS = [
    "苏州示例有限公司",
    "913205837000000013",
    "=1+1",
    '=HYPERLINK("http://example.test")',
    "-5",
    "2026-11-22",
    "a & b < c > d",
    "<r>bold</r>",
    "]]>",
    '"quoted"',
    "two\nlines",
    " spaces around ",
    "a\tb",
    "under_score",
    "😀",
    "x" * 32_000,
]
ODD = ["bell \x07 rings", "_x0041_ is no letter"]


def write(rows: Sequence[Sequence[object]], *, heads: Sequence[str] = ()) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    styles = [book.add_format({"num_format": code}) for code in ("@", "#,##0", "yyyy-mm-dd")]
    page: RowSheet = book.add_worksheet(NAME, RowSheet)
    for place, head in enumerate(heads):
        page.write_string(0, place, head)
    following = page.write_rows(1 if heads else 0, rows, styles)
    page.write_string(following, 0, "end")
    book.close()
    return content.getvalue()


def by_openpyxl(content: bytes) -> list[list[object]]:
    page = openpyxl.load_workbook(io.BytesIO(content))[NAME]
    return [[cell.value for cell in row] for row in page.iter_rows()]


def by_calamine(content: bytes) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [list(row) for row in book.get_sheet_by_name(NAME).to_python()]


def test_text_stays_text_numbers_numbers_and_days_days() -> None:
    rows = [[text, number, date(2026, 11, 22)] for number, text in enumerate(TEXTS)]
    content = write(rows, heads=["文字", "数量", "日期"])

    page = openpyxl.load_workbook(io.BytesIO(content))[NAME]
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)][:-1] == [
        [text, number, datetime(2026, 11, 22)]  # noqa: DTZ001 - a day of a sheet
        for text, number, _day in rows
    ]
    assert {row[0].data_type for row in page.iter_rows(min_row=2)} == {"s"}
    assert {row[1].data_type for row in page.iter_rows(min_row=2, max_row=len(rows) + 1)} == {"n"}
    assert [page.cell(2, column).number_format for column in (1, 2, 3)] == [
        "@",
        "#,##0",
        "yyyy-mm-dd",
    ]


def test_a_second_reader_finds_the_same() -> None:
    rows = [[text, number, date(1900, 3, 1)] for number, text in enumerate(TEXTS)]

    assert by_calamine(write(rows))[:-1] == [[text, n, day] for text, n, day in rows]


def test_it_is_what_the_library_itself_would_write() -> None:
    rows: list[list[object]] = [[text, 7, date(2025, 1, 31)] for text in TEXTS if "<r>" not in text]
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    formats = [book.add_format({"num_format": code}) for code in ("@", "#,##0", "yyyy-mm-dd")]
    page = book.add_worksheet(NAME)
    for at, (text, number, day) in enumerate(rows):
        page.write_string(at, 0, str(text), formats[0])
        page.write_number(at, 1, number, formats[1])
        page.write_datetime(at, 2, day, formats[2])
    page.write_string(len(rows), 0, "end")
    book.close()

    assert _cells(write(rows)) == _cells(content.getvalue())


def _cells(content: bytes) -> list[tuple[object, ...]]:
    """Read what stands in the XML of the sheet itself: place, style, type, text or number."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    return [
        (cell.get("r"), cell.get("s"), cell.get("t"), "".join(cell.itertext()))
        for cell in sheet.iter(f"{MAIN}c")
    ]


@pytest.mark.parametrize("text", ODD)
def test_signs_that_xml_has_not_are_written_as_excel_does(text: str) -> None:
    (first, _end) = by_calamine(write([[text, 1, date(2026, 1, 1)]]))

    assert first[0] == text


def test_blanks_are_left_out_and_the_sheet_knows_its_size() -> None:
    content = write([["a", None, None], [None, 2, None]])

    assert by_openpyxl(content) == [["a", None], [None, 2], ["end", None]]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b'<dimension ref="A1:C3"/>' in parts.read("xl/worksheets/sheet1.xml")


def test_no_rows_are_no_rows() -> None:
    assert by_openpyxl(write([], heads=["文字"])) == [["文字"], ["end"]]
