"""Each column: what it takes, and the sentence for what it does not."""

from __future__ import annotations

from datetime import date

import pytest

from registry.districts.queries import list_districts
from registry.importing.columns import word_key
from registry.importing.dates import parse_period
from registry.importing.faults import Unfit
from registry.importing.reading import Cell, read_table
from registry.importing.rows import Checked, check_rows
from tests.factories import a_credit_code
from tests.importing.factories import FACTORY, FAULTY, ROBOTS, UPGRADE, Line, a_csv

TODAY = date(2026, 11, 22)
DISTRICTS = {word_key(word): 4 for word in ("320583", "昆山市", "昆山", "Kunshan")}


def check(*lines: Line) -> Checked:
    table = read_table(a_csv(*lines), file_name="a.csv")
    return check_rows(table, districts=DISTRICTS, today=TODAY)


def faults_of(*lines: Line) -> list[tuple[int, str, str, str]]:
    found = check(*lines).faults
    return [(fault.row, fault.column, fault.value, str(fault.what)) for fault in found]


@pytest.mark.parametrize(
    ("cell", "said", "effective_on"),
    [
        ("2018-03-05", "2018-03-05", date(2018, 3, 5)),
        ("2018/3/5", "2018-03-05", date(2018, 3, 5)),
        ("2018年3月5日", "2018-03-05", date(2018, 3, 5)),
        ("２０１８年３月", "2018-03", date(2018, 3, 31)),
        ("2020-02", "2020-02", date(2020, 2, 29)),
        ("2018/3", "2018-03", date(2018, 3, 31)),
        ("2018", "2018", date(2018, 12, 31)),
        ("2018年", "2018", date(2018, 12, 31)),
        (2018.0, "2018", date(2018, 12, 31)),
        (date(2018, 3, 5), "2018-03-05", date(2018, 3, 5)),
        (date(1905, 7, 10), "2018", date(2018, 12, 31)),
        ("2026", "2026", TODAY),
        ("2026-11", "2026-11", TODAY),
        ("2026-11-22", "2026-11-22", TODAY),
    ],
)
def test_dates(cell: Cell, said: str, effective_on: date) -> None:
    period = parse_period(cell, TODAY)

    assert (period.written(), period.effective_on(TODAY)) == (said, effective_on)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("", "The date of the decision is missing."),
        ("2026-11-23", "The date lies in the future."),
        ("2026-12", "The date lies in the future."),
        ("2027", "The date lies in the future."),
        (2099.0, "The date lies in the future."),
        ("2018-02-30", "There is no such day in the calendar."),
        ("2018-13", "There is no such day in the calendar."),
        ("3/5/2018", "This is not a date."),
        ("5.3.2018", "This is not a date."),
        ("去年", "This is not a date."),
        ("1899", "This is not a date."),
        (43102.0, "This is not a date."),
        (2018.3, "This is not a date."),
    ],
)
def test_no_dates(cell: Cell, sentence: str) -> None:
    with pytest.raises(Unfit) as unfit:
        parse_period(cell, TODAY)

    assert str(unfit.value.what) == sentence


def test_every_row_of_the_faulty_list_has_its_own_sentence() -> None:
    table = read_table(FAULTY.read_bytes(), file_name=FAULTY.name)
    places = ("苏州高新区(虎丘区)", "苏州工业园区", "吴江区", "太仓市", "常熟市", "昆山市")
    districts = {word_key(place): number for number, place in enumerate(places)}

    checked = check_rows(table, districts=districts, today=TODAY)

    assert table.ignored == ["what is wrong"]
    assert checked.rows == []
    assert [(f.row, f.column, f.value, str(f.what)) for f in checked.faults] == [
        (2, "title", "", "A smart factory or workshop needs the name of the project."),
        (3, "decided_on", "", "The date of the decision is missing."),
        (4, "quantity", "20+", "This is not a whole number."),
        (5, "quantity", "", "There is neither a quantity nor a serial number."),
        (6, "kind", "国家级5G工厂", "This is not one of the four kinds."),
        (7, "district", "无锡市", "This is not one of the ten districts."),
        (
            8,
            "uscc",
            "91320585560314411B",
            "The last character, the check digit, does not fit the other seventeen.",
        ),
        (9, "decided_on", "2099-01-01", "The date lies in the future."),
        (9, "quantity", "近2000", "Only robots have a quantity; everything else counts as one."),
    ]


@pytest.mark.parametrize("quantity", ["20+", "近5000", "0", "-1", "1.5", "10^30", "1e3", "一百"])
def test_quantities_that_are_refused(quantity: str) -> None:
    found = faults_of({**ROBOTS, "quantity": quantity})

    assert [fault[:3] for fault in found] == [(2, "quantity", quantity)]


def test_more_robots_than_can_be() -> None:
    assert [fault[3] for fault in faults_of({**ROBOTS, "quantity": "1" + "0" * 30})] == [
        "More than 1,000,000 robots in one row cannot be right."
    ]


@pytest.mark.parametrize(
    ("quantity", "number"), [("12", 12), ("1,200", 1200), ("１２", 12), ("007", 7)]
)
def test_quantities_that_are_taken(quantity: str, number: int) -> None:
    assert [row.quantity for row in check({**ROBOTS, "quantity": quantity}).rows] == [number]


def test_serials() -> None:
    line = {**ROBOTS, "quantity": "", "serials": "发那科:R-1；ABB: x 2;"}

    [row] = check(line).rows

    assert [(s.brand, s.serial_no, s.key) for s in row.serials] == [
        ("发那科", "R-1", "fanuc:r1"),
        ("ABB", "x 2", "abb:x2"),
    ]
    assert row.quantity == 2


@pytest.mark.parametrize(
    ("quantity", "serials", "sentence"),
    [
        ("3", "abb:1;abb:2", "The quantity is 3, but 2 serial numbers are listed."),
        ("", "abb:1;kuka", "“kuka” is not a brand and a serial number."),
        ("", "abb:", "“abb:” is not a brand and a serial number."),
        ("", "abb:1;ABB:1", "The serial number ABB:1 stands twice in this cell."),
        ("", f"abb:{'1' * 61}", "A brand or a serial number has at most 60 characters."),
    ],
)
def test_serials_that_are_refused(quantity: str, serials: str, sentence: str) -> None:
    found = faults_of({**ROBOTS, "quantity": quantity, "serials": serials})

    assert [fault[3] for fault in found] == [sentence]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("kind", "", "The kind is missing."),
        ("enterprise", "", "The name of the enterprise is missing."),
        ("enterprise", "甲" * 101, "A name has 2 to 100 characters."),
        ("enterprise", "测试厂🚀", "The sign 🚀 does not belong into a name."),
        ("uscc", "9132058556031441", "A credit code has 18 characters, this one has 16."),
        (
            "uscc",
            "9132O585560314411A",
            "The code has a character that cannot stand where it stands.",
        ),
        ("district", "", "The district is missing."),
        ("title", "", "A smart factory or workshop needs the name of the project."),
        ("title", "甲" * 201, "This has 201 characters."),
        ("level", "院级", "This is not a level."),
        ("robot_type", "agv", "Only robots have a type."),
        ("serials", "abb:1", "Only robots have serial numbers here."),
        ("source_ref", "甲" * 101, "This has 101 characters."),
    ],
)
def test_cells_that_are_refused(column: str, value: str, sentence: str) -> None:
    found = faults_of({**FACTORY, column: value})

    assert [(fault[0], fault[1], fault[3]) for fault in found] == [(2, column, sentence)]


def test_faults_are_named_by_the_list_s_own_header() -> None:
    text = "类别,企业名称,板块,项目名称,认定日期\n智能工厂,甲厂,昆山,,2099\n"

    checked = check_rows(
        read_table(text.encode(), file_name="a.csv"), districts=DISTRICTS, today=TODAY
    )

    assert [fault.column for fault in checked.faults] == ["项目名称", "认定日期"]


def test_a_comma_without_quotation_marks() -> None:
    text = "kind,enterprise,district,decided_on\nequipment_upgrade,甲厂,昆山,2025,三期\n"

    checked = check_rows(
        read_table(text.encode(), file_name="a.csv"), districts=DISTRICTS, today=TODAY
    )

    assert [(f.row, f.value, str(f.what)) for f in checked.faults] == [
        (2, "三期", "The row has more cells than the header.")
    ]


@pytest.mark.parametrize("code", [a_credit_code(7).lower(), f" {a_credit_code(7)} "])
def test_codes_are_unified(code: str) -> None:
    assert [row.uscc for row in check({**UPGRADE, "uscc": code}).rows] == [a_credit_code(7)]


def test_equal_rows_have_equal_content_however_they_are_written() -> None:
    one = {**FACTORY, "level": "省级", "decided_on": "2018-03-05"}
    other = {
        **FACTORY,
        "kind": "智能工厂",
        "enterprise": "测试精密机械 有限公司",
        "district": "320583",
        "level": "provincial",
        "decided_on": "2018年3月5日",
        "source_ref": "7",
    }

    rows = check(one, other).rows

    assert rows[0].content == rows[1].content


@pytest.mark.usefixtures("app")
def test_every_district_has_words_of_its_own() -> None:
    words = [
        word_key(word)
        for place in list_districts()
        for word in {place.code, place.name_zh, place.name_en, *place.aliases}
    ]

    assert len(words) == len(set(words))
