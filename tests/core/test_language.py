"""Units agree with their number; what is put into a message is text, not markup."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale

from registry.core.language import _, agree, is_chinese, n_, p_, say


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


def test_what_is_put_into_a_message_is_no_markup(app: Flask) -> None:
    typed = "<svg onload=alert(1)>"
    messages = [
        _("%(name)s holds this case. Only the officer who holds it can do this.", name=typed),
        n_("%(num)s row %(name)s", "%(num)s rows %(name)s", 2, name=typed),
        p_("queue", "All %(name)s", name=typed),
    ]

    page = render_template_string(
        "{% for one in messages %}{{ one }}{% endfor %}", messages=messages
    )

    assert page.count("&lt;svg onload") == 3
    assert "<svg" not in page
    assert all(typed in str(message) for message in messages)


def test_where_no_application_is_open_it_is_said_in_chinese() -> None:
    days = n_("%(num)s day is left.", "%(num)s days are left.", 3)
    said = [say(message) for message in (_("Whole city"), days, p_("figures", "Release"))]

    assert said == ["全市", "还有 3 天。", "定稿"]
    assert str(_("Whole city")) == "Whole city"


def test_without_a_request_it_is_chinese(app: Flask) -> None:
    def speak() -> tuple[bool, str]:
        with app.app_context():
            return is_chinese(), str(_("Whole city"))

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(speak).result() == (True, "全市")
