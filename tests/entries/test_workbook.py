"""The template and what comes back: read without trust, refused with what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any  # a cell holds what it likes

import openpyxl
import pytest
import xlsxwriter

from registry.core.errors import Invalid
from registry.entries.catalogue import CATALOGUE
from registry.entries.checking import check
from registry.entries.columns import Sheet
from registry.entries.workbook import read_workbook, write_template
from registry.programme.kinds import Kind
from tests.entries.factories import TODAY, a_form, a_line, a_robot

SHEETS = [facts.sheet for facts in CATALOGUE.values() if facts.sheet is not None]


def robots() -> Sheet:
    sheet = CATALOGUE[Kind.ROBOT_DEPLOYMENT].sheet
    assert sheet is not None
    return sheet


def filled_template(sheet: Sheet, rows: list[dict[str, Any]]) -> bytes:
    """Fill in the template as a person does, from the third row on."""
    book = openpyxl.load_workbook(io.BytesIO(write_template(sheet, title="模板")))
    page = book.worksheets[0]
    for number, row in enumerate(rows, start=3):
        for at, column in enumerate(sheet.columns, start=1):
            page.cell(number, at, row[column.name] or None)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)
def test_an_untouched_template_has_no_rows(sheet: Sheet) -> None:
    arranged = read_workbook(sheet, write_template(sheet, title="模板"), name="模板.xlsx")

    assert (arranged.rows, arranged.unknown, arranged.has_header) == ([], [], True)


def test_the_template_offers_the_choices_and_explains_itself(chinese: None) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_template(robots(), title="机器人应用")))
    first, second = book.worksheets

    lists = first.data_validations.dataValidation
    assert {str(item.sqref).split(":")[0] for item in lists} == {"D3", "G3", "H3", "O3", "P3"}
    assert first["A1"].value == "品牌 *"
    assert first["C3"].number_format in {"@", "General"}
    assert second.title == "填写说明"


def test_331_robots_come_back_from_the_template_without_a_fault() -> None:
    rows: list[dict[str, Any]] = []
    for number in range(331):
        row: dict[str, Any] = dict(a_robot(serial_no=f"00{number:05d}", robot_type="关节"))
        rows.append(row | {"axes": 6, "unit_price_wan": 18.6, "invoice_on": date(2026, 9, 14)})

    arranged = read_workbook(robots(), filled_template(robots(), rows), name="填好.xlsx")
    result = check(
        Kind.ROBOT_DEPLOYMENT, a_form(Kind.ROBOT_DEPLOYMENT) | {"rows": arranged.rows}, today=TODAY
    )

    assert (result.faults, len(result.rows)) == ([], 331)
    assert result.rows[7]["serial_no"] == "0000007"
    assert {row["invoice_on"] for row in result.rows} == {date(2026, 9, 14)}


def test_a_list_of_equipment_comes_back_too() -> None:
    sheet = CATALOGUE[Kind.EQUIPMENT_UPGRADE].sheet
    assert sheet is not None

    arranged = read_workbook(sheet, filled_template(sheet, [dict(a_line())]), name="a.xlsx")

    assert [row["quantity"] for row in arranged.rows] == ["2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_each_usual_encoding(encoding: str) -> None:
    content = "出厂编号,品牌,备注\r\nE1,发那科,甲\r\n".encode(encoding)

    arranged = read_workbook(robots(), content, name="list.CSV")

    assert [(row["brand"], row["serial_no"]) for row in arranged.rows] == [("发那科", "E1")]
    assert arranged.unknown == ["备注"]


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def far_cell() -> bytes:
    """Return a workbook of a few kilobytes whose last cell is the last that Excel knows."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet().write(1_048_575, 16_383, "x")
    return buffer.getvalue()


REFUSED = [
    (b"", "a.xlsx", "This file is empty."),
    (b"MZ\x90\x00", "a.xlsx", "This is neither .xlsx nor .csv. Please use the template."),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a.xlsx",
        (
            "This file has a password, or is an old .xls. Please save it as .xlsx without a"
            " password."
        ),
    ),
    (
        b"PK\x03\x04 broken",
        "a.xlsx",
        "This file cannot be read. Please open it, save it as .xlsx, and upload it again.",
    ),
    (
        zipped(word__document_xml=b"<x/>"),
        "a.xlsx",
        "This file cannot be read. Please open it, save it as .xlsx, and upload it again.",
    ),
    (
        zipped(xl__workbook_xml=b"<x/>"),
        "a.xlsx",
        "This file cannot be read. Please open it, save it as .xlsx, and upload it again.",
    ),
    (
        zipped(xl__workbook_xml=b"0" * 70_000_000),
        "a.xlsx",
        "This file unpacks to far more than its size. Please save it anew and try again.",
    ),
    (
        zipped(xl__workbook_xml=b"<x/>", **{"xl__vbaProject.bin": b"x"}),
        "a.xlsm",
        "This file holds macros. Please save it as .xlsx, without them.",
    ),
    (
        b"\xff\xfe\x00\xd8\xff",
        "a.csv",
        "The letters of this file cannot be read. Please save it as UTF-8.",
    ),
    (
        ("品牌,型号\n" + "a,b\n" * 5_001).encode(),
        "a.csv",
        "This sheet has more than 5,000 rows. Please split it.",
    ),
    (",".join("x" * 61).encode(), "a.csv", "This sheet has more than 60 columns."),
    (
        far_cell(),
        "a.xlsx",
        (
            "The sheet reaches to row 1048576 and column 16384. Copy the list alone into a new "
            "workbook; a list of more than 200,000 rows must be split."
        ),
    ),
]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    REFUSED,
    ids=[
        "empty",
        "exe",
        "ole",
        "broken",
        "docx",
        "no-parts",
        "bomb",
        "macros",
        "bytes",
        "rows",
        "columns",
        "far cell",
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    english: None, content: bytes, name: str, says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_workbook(robots(), content, name=name)

    assert str(refused.value.message) == says
