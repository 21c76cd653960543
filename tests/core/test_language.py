"""Units agree with their number: English has one and many, Chinese has not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from registry.core.language import agree


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1, "factories", "factory"),
        (-1, "robots", "robot"),
        (Decimal("1.0"), "enterprises", "enterprise"),
        (0, "workshops", "workshops"),
        (2, "factories", "factories"),
        (Decimal("1.5"), "robots", "robots"),
        (1, "case", "case"),
        (None, "robots", "robots"),
        (1, "台", "台"),
    ],
)
def test_an_english_unit_of_one_is_singular(
    app: Flask, value: object, unit: str, shown: str
) -> None:
    with force_locale("en"):
        assert agree(unit, value) == shown


def test_a_chinese_unit_stays(app: Flask) -> None:
    assert agree("台", 1) == "台"
