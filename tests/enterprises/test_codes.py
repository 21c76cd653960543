"""A credit code is unified, and a fault is named by its group of characters."""

from __future__ import annotations

import pytest
from flask import Flask

from registry.core.errors import Invalid
from registry.enterprises.codes import check_code
from tests.factories import a_credit_code

REAL = "91110000600037341L"


def test_spellings_of_one_code_are_one(app: Flask) -> None:
    spellings = (
        " 9111 0000 6000 37341l ",
        "９１１１００００６０００３７３４１Ｌ",
        "91110000-600037341-L",
    )

    assert [check_code(text) for text in spellings] == [REAL] * 3
    assert check_code(a_credit_code(17)) == a_credit_code(17)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "代码应为 18 位，这里是 0 位。"),
        (REAL[:-1], "代码应为 18 位，这里是 17 位。"),
        ("9111000O600037341L", "第 8 位是字母 O，代码中从不使用这个字母，可能是 0。"),
        ("9I110000600037341L", "第 2 位是字母 I，代码中从不使用这个字母，可能是 1。"),
        ("91110000S00037341L", "第 9 位是字母 S，代码中从不使用这个字母，可能是 5。"),
        ("91110000V00037341L", "第 9 位是字母 V，代码中从不使用这个字母，可能是 U。"),
        ("91110000Z00037341L", "第 9 位是字母 Z，代码中从不使用这个字母，可能是 2。"),
        ("91110000苏00037341L", "第 9 位是“苏”，不能出现在代码中。"),
        ("11110000600037341L", "第 1–2 位（登记管理部门和机构类别）是 11，企业应为 91、92 或 93。"),
        ("9111A000600037341L", "第 3–8 位（登记机关行政区划码）是 11A000，应为六位行政区划数字。"),
        ("91990000600037341L", "第 3–8 位（登记机关行政区划码）是 990000，应为六位行政区划数字。"),
        ("91110000000000000L", "第 9–17 位（主体标识码）是 000000000，没有这样的标识码。"),
        (
            "91110000600037341M",
            "第 18 位（校验码）与前 17 位不符，说明 18 位中有一位写错，请对照营业执照核对。",
        ),
    ],
)
def test_fault_names_its_group(app: Flask, text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as fault:
        check_code(text)

    assert str(fault.value.message) == sentence


def test_every_single_mistyped_character_is_seen(app: Flask) -> None:
    code = a_credit_code(4_711)
    for position in range(18):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if other == code[position]:
                continue
            with pytest.raises(Invalid):
                check_code(code[:position] + other + code[position + 1 :])
