"""The briefing: one A4 page whose text can be searched, with the same figures as the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any  # what a PDF is made of

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from reportlab.lib.pagesizes import A4

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.ledger.answers import read_tally
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from registry.tally.briefing import write_briefing
from registry.tally.queries import read_answer
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.tally.factories import a_registered, allocate_shares

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def history(app: Flask) -> None:
    a_registered(FACTORY, on=date(2025, 2, 3))
    for month in (3, 5, 9):
        a_registered(WORKSHOP, on=date(2025, month, 1), district="320582")
    a_registered(ROBOTS, on=date(2026, 1, 5), robots={Measure.ROBOT: 6812, Measure.MOBILE_ROBOT: 9})
    allocate_shares(FACTORY, {"320582": 2, "320583": 1}, on=date(2025, 1, 1))
    db.session.commit()


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


def text_of(content: bytes) -> str:
    """Return the words of the one page, blanks made single."""
    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def test_it_is_one_a4_page_with_its_font(history: None, leader: FlaskClient) -> None:
    answer = leader.get("/tally.pdf")

    (page,) = pypdf.PdfReader(io.BytesIO(answer.data)).pages
    assert answer.content_type == "application/pdf"
    assert [round(float(side)) for side in page.mediabox[2:]] == [round(side) for side in A4]
    resources: Any = page["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    chinese = [font for font in fonts if font["/BaseFont"] != "/Helvetica"]  # named, never used
    assert {font["/BaseFont"][8:] for font in chinese} == {"NotoSansSC-Regular"}
    assert ["/FontFile2" in font["/FontDescriptor"] for font in chinese] == [True] * len(chinese)


def test_it_says_the_figures_and_what_makes_them_reproducible(
    history: None, leader: FlaskClient
) -> None:
    text = text_of(leader.get("/tally.pdf").data)
    head = read_tally(TODAY).head

    assert "智能制造“十百千万”工程进展简报 截至 2026-11-22 · 所知" in text
    assert "智能工厂 1 家 10 家 10.0% 6.3 家 −5.3 家 落后于计划" in text
    assert "机器人应用 6,812 台 10,000 台 68.1% 6,311 台 +501 台 快于计划" in text
    assert "张家港市 0 2 ▼0.0% 3 — — 0 — — 0 — —" in text
    assert "全市 1 10 10.0% 3 100 3.0% 0 1,000 0.0% 6,812 10,000 68.1%" in text
    assert "移动机器人（AGV、AMR） 9 台" in text
    assert f"台账序号 {head.sequence} 链首 {head.hash}" in text
    assert "编制： 审核： 签发： 日期：" in text


def test_what_was_printed_is_given_again_to_the_byte(history: None, leader: FlaskClient) -> None:
    printed = leader.get("/tally.pdf").data
    sequence = read_tally(TODAY).head.sequence
    a_registered(FACTORY, on=date(2025, 3, 3))
    db.session.commit()

    with clock.set_to(NOW + timedelta(minutes=10)):
        again = leader.get(f"/tally.pdf?as_of=2026-11-22&known_at=%23{sequence}").data
        now = leader.get("/tally.pdf?as_of=2026-11-22").data

    assert again == printed
    assert "智能工厂 2 家 10 家" in text_of(now)


def test_every_state_of_a_programme_fits(history: None) -> None:
    for _ in range(11):
        a_registered(FACTORY, on=date(2026, 10, 1))
    get_programme().name_zh = "智能制造“十百千万”工程" * 4
    pages = {}
    for day in (date(2024, 6, 1), TODAY, date(2028, 2, 1)):
        for language in ("zh_CN", "en"):
            with force_locale(language):
                pages[day, language] = text_of(write_briefing(read_answer(day, None)))

    assert "2025-01-01 起" in pages[date(2024, 6, 1), "zh_CN"]
    assert "智能工厂 12 家 10 家 120.0%" in pages[TODAY, "zh_CN"]
    assert "Target reached" in pages[TODAY, "en"]
    assert "工程已于 2027-12-31 结束" in pages[date(2028, 2, 1), "zh_CN"]


def test_words_of_the_programme_are_no_markup(history: None, leader: FlaskClient) -> None:
    get_programme().name_zh = "<b>镕堃</b> & 工程"
    db.session.commit()

    assert "<b>镕堃</b> & 工程进展简报" in text_of(leader.get("/tally.pdf").data)


def test_an_empty_register_has_its_page(leader: FlaskClient) -> None:
    assert "智能工厂 0 家 10 家 0.0%" in text_of(leader.get("/tally.pdf").data)


def test_a_bad_day_is_refused(leader: FlaskClient) -> None:
    assert leader.get("/tally.pdf?as_of=2026-13-01").status_code == 422


def test_visitors_get_it_only_where_the_programme_is_public(client: FlaskClient) -> None:
    assert client.get("/tally.pdf").status_code == 303
