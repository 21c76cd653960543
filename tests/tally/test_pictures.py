"""Each chart as a picture: the same figures, and whose they are; as SVG and as PNG."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.ledger.queries import read_head
from registry.tally import drawing, png
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.tally.factories import a_registered
from tests.tally.plotted import NAMES, NOW, WORKSHOP, fill_history

TAGS = ("svg", "title", "desc", "defs", "pattern", "rect", "circle", "path", "text")
TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6});")
CSS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def history(app: Flask) -> None:
    fill_history()


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_a_picture_that_says_whose_figures_it_shows(
    history: None, leader: FlaskClient, name: str
) -> None:
    head = read_head()
    answer = leader.get(f"/tally/charts/{name}.svg?as_of=2026-11-01")
    root = ET.fromstring(answer.data)
    texts = [each.text or "" for each in root.iter(f"{SVG}text")]

    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert f'filename="{name}-2026-11-01.svg"' in answer.headers["Content-Disposition"]
    known = head.recorded_at.astimezone(clock.PLACE).strftime("%Y-%m-%d %H:%M:%S")
    assert f"截至 2026-11-01 · 所知 {known} · 台账序号 {head.sequence}" in texts
    assert f"链首 {head.hash}" in texts
    assert any(text.startswith("单位：") for text in texts)
    assert {each.tag for each in root.iter()} <= {
        f"{SVG}{tag}"
        for tag in ["svg", "title", "desc", "defs", "pattern", "rect", "circle", "path", "text"]
    }
    assert "style=" not in answer.text


def test_lengths_in_a_picture_are_the_figures(history: None, leader: FlaskClient) -> None:
    a_registered(WORKSHOP, on=date(2025, 4, 1))
    db.session.commit()

    answer = leader.get("/tally/charts/districts-smart-workshop.svg")

    bars = [
        float(each.attrib["width"])
        for each in ET.fromstring(answer.data).iter(f"{SVG}rect")
        if each.attrib["fill"] == drawing.ACCENT
    ][2:]  # the first two are a pattern and the key
    assert [round(bar / bars[-1], 2) for bar in bars] == [3.0, 1.0]


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_a_png_with_the_same_words(
    history: None, leader: FlaskClient, name: str
) -> None:
    head = read_head()
    first = leader.get(f"/tally/charts/{name}.png")
    again = leader.get(f"/tally/charts/{name}.png")
    picture = Image.open(io.BytesIO(first.data))

    assert first.content_type == "image/png"
    assert first.data == again.data
    assert picture.width == 1680
    assert head.hash in picture.info["Description"]
    assert len(picture.convert("L").getcolors() or []) > 32


def test_chinese_words_are_drawn_and_not_boxes() -> None:
    letters = [bytes(png._font(40).getmask(letter)) for letter in "智能工厂机器人"]

    assert len(set(letters)) == len(letters)


def test_pictures_take_their_colours_from_the_tokens() -> None:
    tokens = dict(TOKEN.findall(CSS.read_text(encoding="utf-8").split("[data-surface")[0]))

    assert (tokens["paper"], tokens["paper-3"]) == (drawing.PAPER, drawing.BASE)
    assert (tokens["hair"], tokens["rule"]) == (drawing.HAIR, drawing.RULE)
    assert (tokens["ink"], tokens["ink-2"]) == (drawing.INK, drawing.PALE)
    assert tokens["accent"] == drawing.ACCENT


@pytest.mark.parametrize(
    "address",
    [
        "/tally/charts/windmills.svg",
        "/tally/charts/course-.png",
        "/tally/charts/course-smart-factory.gif",
        "/tally/charts/course-smart-factory",
    ],
)
def test_a_chart_that_there_is_not_is_not_found(
    app: Flask, leader: FlaskClient, address: str
) -> None:
    assert leader.get(address).status_code == 404
