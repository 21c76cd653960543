"""What a list may look like, and what is refused before any row is read."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from registry.core.errors import Invalid
from registry.core.packages import MEBIBYTE
from registry.importing.reading import read_table
from tests.importing.factories import FACTORY, a_csv, an_xlsx

CELLS = {
    "kind": "smart_factory",
    "enterprise": "测试精密机械有限公司",
    "district": "昆山市",
    "title": "测试工厂",
    "decided_on": "2025-03-05",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    table = read_table(a_csv(FACTORY, encoding=encoding, delimiter=delimiter), file_name="a.csv")

    assert [(row.number, dict(row.cells)) for row in table.rows] == [(2, CELLS)]


def test_columns_in_any_order_in_chinese_and_unknown_ones_named() -> None:
    text = "备注,认定日期,板块,类别,项目名称,企业名称,\n看,2025,昆山,智能工厂,测试工厂,测试厂,\n"

    table = read_table(text.encode(), file_name="a.csv")

    assert table.ignored == ["备注"]
    assert table.headers == {
        "decided_on": "认定日期",
        "district": "板块",
        "kind": "类别",
        "title": "项目名称",
        "enterprise": "企业名称",
    }
    assert dict(table.rows[0].cells) == {
        "decided_on": "2025",
        "district": "昆山",
        "kind": "智能工厂",
        "title": "测试工厂",
        "enterprise": "测试厂",
    }


def test_rows_are_numbered_as_excel_does() -> None:
    header = ["kind", "enterprise", "district", "title", "decided_on"]
    line: list[object] = ["智能工厂", "甲厂", "昆山", "一", 2025]
    rows: list[list[object]] = [[*header], line, [], line]
    text = "\n".join(",".join(map(str, row)) for row in rows).replace("一", '"一\n二"')

    in_excel = read_table(an_xlsx(rows), file_name="a.xlsx")
    in_csv = read_table(text.encode(), file_name="a.csv")

    assert [row.number for row in in_excel.rows] == [2, 4]
    assert [row.number for row in in_csv.rows] == [2, 4]


def test_excel_cells_keep_their_kind() -> None:
    header = ["kind", "enterprise", "district", "decided_on", "quantity"]
    rows: list[list[object]] = [
        [*header],
        ["robot_deployment", "甲厂", 320583, date(2018, 3, 5), 12],
    ]

    table = read_table(an_xlsx(rows), file_name="a.xlsx")

    assert list(table.rows[0].cells.values()) == [
        "robot_deployment",
        "甲厂",
        320583.0,
        date(2018, 3, 5),
        12.0,
    ]


def test_missing_and_double_columns_are_named() -> None:
    table = read_table("企业名称,enterprise,板块\n甲厂,甲厂,昆山\n".encode(), file_name="a.csv")

    assert [(fault.row, fault.column) for fault in table.faults] == [
        (1, "enterprise"),
        (1, "kind"),
        (1, "decided_on"),
    ]
    assert table.rows == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is empty."),
        (b"\xd0\xcf\x11\xe0 old", "This is an old .xls file"),
        (b"%PDF-1.4\0\xff\xff\xff\xff", "This is neither a CSV file"),
        (b"PK\x03\x04 no zip at all", "The workbook is damaged."),
        (b"kind,enterprise,district,decided_on\n", "The list has a header and no rows."),
        (b'kind,enterprise,district,decided_on\n"a,b,c,d\n', "cannot be read from line 2"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_table(data, file_name="a.csv")

    assert sentence in str(refused.value.message)


def test_a_bomb_is_refused() -> None:
    file = BytesIO()
    with (
        ZipFile(file, "w", ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _part in range(200):
            sheet.write(b" " * MEBIBYTE)

    with pytest.raises(Invalid, match="unpacks to more than 150 MB"):
        read_table(file.getvalue(), file_name="a.xlsx")


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join(packer.compress(b" " * MEBIBYTE) for _part in range(200)) + packer.flush()
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", packed)
    data = bytearray(file.getvalue())
    for at in (data.index(b"PK\x03\x04") + 8, data.index(b"PK\x01\x02") + 10):
        data[at : at + 2] = struct.pack("<H", ZIP_DEFLATED)

    with pytest.raises(Invalid, match="unpacks to more than 150 MB"):
        read_table(bytes(data), file_name="a.xlsx")


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "ZZZ9"])
def test_a_cell_in_the_far_corner_is_refused(cell: str) -> None:
    book = an_xlsx([["kind"], ["x"]])
    file = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'r="A2"', f'r="{cell}"'.encode())
            new.writestr(name, content)

    with pytest.raises(Invalid, match="The sheet reaches to row"):
        read_table(file.getvalue(), file_name="a.xlsx")


def test_a_far_cell_of_a_sheet_by_another_name_is_refused_too() -> None:
    file = BytesIO()
    with ZipFile(BytesIO(an_xlsx([["kind"], ["x"]]))) as old, ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b'r="A2"', b'r="XFD1048576"')
            content = content.replace(b"worksheets/sheet1.xml", b"elsewhere.xml")
            new.writestr(name.replace("worksheets/sheet1.xml", "elsewhere.xml"), content)

    with pytest.raises(Invalid, match="The sheet reaches to row"):
        read_table(file.getvalue(), file_name="a.xlsx")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/workbook.bin", b"x"),
        ("content.xml", b"<x/>"),
        ("xl/worksheets/sheet2.xml", "<x/>".encode("utf-16")),
    ],
)
def test_what_would_be_read_unmeasured_is_refused(name: str, content: bytes) -> None:
    file = BytesIO(an_xlsx([["kind"], ["x"]]))
    with ZipFile(file, "a") as book:
        book.writestr(name, content)

    with pytest.raises(Invalid, match="The workbook is damaged"):
        read_table(file.getvalue(), file_name="a.xlsx")
