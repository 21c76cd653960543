"""Spellings that are the same robot, the same invoice, the same name."""

from __future__ import annotations

import pytest

from registry.entries.keys import invoice_key, serial_key, title_key


@pytest.mark.parametrize(
    ("brand", "serial"),
    [
        ("FANUC", "E21-511201"),
        ("发那科", "e21 511201"),
        ("ＦＡＮＵＣ", "Ｅ２１－５１１２０１"),
        ("发那科机器人", "E21_511201"),
        ("Fanuc Robotics", "E21—511201"),
    ],
)
def test_one_robot_has_one_key_however_it_is_spelled(brand: str, serial: str) -> None:
    assert serial_key(brand, serial) == "fanuc:e21511201"


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("库卡", "KUKA"),
        ("安川", "Yaskawa"),
        ("新松", "SIASUN"),
        ("汇川", "Inovance"),
        ("埃斯顿", "ESTUN"),
    ],
)
def test_a_brand_is_one_in_chinese_and_english(chinese: str, english: str) -> None:
    assert serial_key(chinese, "1") == serial_key(english, "1")


def test_the_same_number_of_two_brands_is_two_robots() -> None:
    assert serial_key("ABB", "4471") != serial_key("KUKA", "4471")


def test_an_invoice_is_its_code_and_its_number() -> None:
    assert invoice_key("3200 204130", "０4631022") == "3200204130:04631022"
    assert invoice_key(None, "04631022") != invoice_key("3200204130", "04631022")
    assert invoice_key("3200204130", "") == ""


def test_a_name_is_one_with_either_kind_of_brackets() -> None:
    assert title_key("总装（一）车间") == title_key("总装(一) 车间")
