"""A pasted block: put under our columns; what is not ours is named, nothing is lost."""

from __future__ import annotations

import pytest

from registry.core.errors import Invalid
from registry.entries.catalogue import CATALOGUE
from registry.entries.columns import Sheet
from registry.entries.sheet import Arranged, parse_block, rows_from_form, split_cells
from registry.programme.kinds import Kind


def robots() -> Sheet:
    sheet = CATALOGUE[Kind.ROBOT_DEPLOYMENT].sheet
    assert sheet is not None
    return sheet


def filled(arranged: Arranged) -> list[dict[str, str]]:
    return [{name: word for name, word in row.items() if word} for row in arranged.rows]


def test_a_block_without_header_is_taken_in_our_order() -> None:
    arranged = parse_block(robots(), "发那科\tM-20iD\tE1\t关节\n库卡\tKR10\tE2\tscara\n")

    assert filled(arranged) == [
        {"brand": "发那科", "model": "M-20iD", "serial_no": "E1", "robot_type": "articulated"},
        {"brand": "库卡", "model": "KR10", "serial_no": "E2", "robot_type": "scara"},
    ]


@pytest.mark.parametrize(
    "header",
    [
        "出厂编号\t备注\t品牌\t投用日期",
        "S/N\tRemark\tbrand\tcommissioned",
        "＊出厂编号\t备注\t品牌 *\t投用日期（年月日）",
    ],
)
def test_a_header_decides_the_order_and_unknown_columns_are_named(header: str) -> None:
    arranged = parse_block(robots(), f"{header}\r\nE1\t新机\t发那科\t2026/10/8\r\n")

    assert filled(arranged) == [
        {"serial_no": "E1", "brand": "发那科", "commissioned_on": "2026-10-08"}
    ]
    assert arranged.unknown == [header.split("\t")[1]]


def test_a_cell_with_a_line_break_stays_one_cell() -> None:
    assert split_cells('a\t"两行\n文字 ""引号"""\tb\nc\td\te\n') == [
        ["a", '两行 文字 "引号"', "b"],
        ["c", "d", "e"],
    ]


def test_words_that_cannot_be_read_stay_as_typed() -> None:
    arranged = parse_block(robots(), "品牌\t结构类型\t投用日期\n发那科\t六足\t2026年13月1日")

    assert filled(arranged) == [
        {"brand": "发那科", "robot_type": "六足", "commissioned_on": "2026年13月1日"}
    ]


def test_cells_beyond_the_last_column_are_counted() -> None:
    width = len(robots().columns)

    arranged = parse_block(robots(), "\t".join("x" for _ in range(width + 2)))

    assert arranged.beyond == 2


def test_a_lone_surrogate_and_a_nul_become_visible() -> None:
    assert split_cells("a\ud800\tb\0") == [["a�", "b�"]]


def test_a_block_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid):
        parse_block(robots(), "x" * 4_000_001)


def test_cells_of_a_form_become_rows_in_order_and_blank_rows_go() -> None:
    posted = {
        "rows-10-brand": "库卡",
        "rows-2-brand": "发那科",
        "rows-2-serial_no": "E1",
        "rows-3-brand": "  ",
        "rows-x-brand": "no",
        "rows-4-password": "no",
        "title": "no",
    }

    rows = rows_from_form(robots(), posted)

    assert [(row["brand"], row["serial_no"]) for row in rows] == [("发那科", "E1"), ("库卡", "")]
