"""The workbook: the same figures as the page, codes as text, real charts, sums of the entries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl.workbook import Workbook

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.ledger.answers import read_tally, to_json
from registry.programme.kinds import Kind, Measure
from registry.tally import workbook
from tests.conftest import SignedIn
from tests.factories import a_user, an_enterprise
from tests.tally.factories import a_registered, allocate_shares

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
SHEETS = [
    "总表",
    "各板块",
    "逐月走势",
    "智能工厂",
    "智能车间",
    "智能装备升级",
    "机器人应用",
    "计算方法",
]


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def history(app: Flask) -> None:
    formula = an_enterprise('=HYPERLINK("x")')
    a_registered(FACTORY, on=date(2025, 2, 3), enterprise=formula)
    for month in (3, 5, 9):
        a_registered(WORKSHOP, on=date(2025, month, 1), district="320582")
    a_registered(UPGRADE, on=date(2026, 11, 1))
    a_registered(ROBOTS, on=date(2026, 1, 5), robots={Measure.ROBOT: 331, Measure.MOBILE_ROBOT: 9})
    allocate_shares(FACTORY, {"320582": 2, "320583": 1}, on=date(2025, 1, 1))
    db.session.commit()


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


def load(browser: FlaskClient, address: str = "/tally.xlsx") -> Workbook:
    answer = browser.get(address)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def rows(book: Workbook, name: str) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in book[name].iter_rows()]


def test_every_sheet_is_there_with_its_charts(history: None, leader: FlaskClient) -> None:
    book = load(leader)

    assert book.sheetnames == SHEETS
    charts = [len(vars(book[name])["_charts"]) for name in SHEETS]
    assert charts == [1, 4, 4, 0, 0, 0, 0, 0]


def test_the_figures_are_those_of_the_ledger(history: None, leader: FlaskClient) -> None:
    book = load(leader)
    answer = to_json(read_tally(TODAY))

    districts = rows(book, "各板块")[1:12]
    counted = [list(place["counted"].values()) for place in answer["districts"]]
    assert [list(row[2::3]) for row in districts[:-1]] == counted
    assert list(districts[-1][2::3]) == [goal["counted"] for goal in answer["goals"]]
    goals = {row[0]: row[1:4] for row in rows(book, "总表")}
    assert goals["机器人应用"] == ("台", 331, 10000)
    assert goals["链首"][0] == answer["head"]


def test_the_entries_add_up_to_the_figure(history: None, leader: FlaskClient) -> None:
    book = load(leader)

    for name, figure in zip(SHEETS[3:7], (1, 3, 1, 331), strict=True):
        top, _heads, *entries = rows(book, name)
        assert (top[5], sum(int(str(row[5])) for row in entries)) == (figure, figure), name


def test_codes_and_names_are_text_and_units_stand_in_the_heads(
    history: None, leader: FlaskClient
) -> None:
    book = load(leader)

    assert (book["各板块"]["A2"].value, book["各板块"]["A2"].data_type) == ("320582", "s")
    name = book["智能工厂"]["B3"]
    assert (name.value, name.data_type) == ('=HYPERLINK("x")', "s")
    assert book["机器人应用"]["F2"].value == "数量（台）"
    assert book["智能工厂"]["E3"].value == datetime(2025, 2, 3)  # noqa: DTZ001 - a day of a sheet


def test_the_months_end_with_the_day_asked_for(history: None, leader: FlaskClient) -> None:
    months = rows(load(leader, "/tally.xlsx?as_of=2025-05-10"), "逐月走势")

    assert [row[2] for row in months[1:]] == [0, 0, 1, 1, 2]
    assert months[-1][0] == datetime(2025, 5, 10)  # noqa: DTZ001 - a day of a sheet


def test_what_was_known_earlier_is_given_again(history: None, leader: FlaskClient) -> None:
    first = rows(load(leader), "各板块")
    sequence = read_tally(TODAY).head.sequence
    a_registered(FACTORY, on=date(2025, 3, 3))
    db.session.commit()

    again = load(leader, f"/tally.xlsx?as_of=2026-11-22&known_at=%23{sequence}")

    assert rows(again, "各板块") == first
    assert rows(load(leader), "各板块") != first


def test_a_figure_of_many_pages_is_whole(
    history: None, leader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS_MOST", 2)

    book = load(leader)

    assert [len(rows(book, name)) for name in ("智能车间", "智能车间 2")] == [4, 3]


def test_no_contact_stands_in_the_file(history: None, leader: FlaskClient) -> None:
    book = load(leader)

    words = {str(cell) for name in SHEETS for row in rows(book, name) for cell in row}
    for firm in db.session.query(Enterprise):
        assert words & {firm.contact_name, firm.contact_phone, firm.uscc} == set()


def test_a_bad_day_is_refused(leader: FlaskClient) -> None:
    assert leader.get("/tally.xlsx?as_of=2026-13-01").status_code == 422


def test_visitors_get_it_only_where_the_programme_is_public(client: FlaskClient) -> None:
    assert client.get("/tally.xlsx").status_code == 303
