"""The page of changes: every change on the tally opens lines that add up to it exactly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.ledger.goals import set_target
from registry.ledger.queries import read_head
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from tests.conftest import SignedIn
from tests.factories import a_user, an_enterprise
from tests.statements import counted_statements
from tests.tally.factories import a_registered, retire_robots, revoke
from tests.tally.reading import lead

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
MOVE = re.compile(r'<a href="([^"]+)">([+−]?[\d,]+)</a>')
AMOUNT = re.compile(r'<span class="delta[^"]*">([+−][\d,]+) ')
CELL = re.compile(r'<span class="num">([+−]?[\d,]+)<')


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def history(app: Flask) -> None:
    """New work in the week and before it, a revocation, robots scrapped, a firm in two places."""
    a_registered(FACTORY, on=date(2026, 11, 18))
    revoke(a_registered(WORKSHOP, on=date(2026, 3, 1), district="320582"), on=date(2026, 11, 19))
    a_registered(WORKSHOP, on=date(2026, 10, 30))
    firm = an_enterprise()
    a_registered(UPGRADE, on=date(2026, 11, 1), enterprise=firm)
    a_registered(UPGRADE, on=date(2026, 2, 1), enterprise=firm, district="320582")
    a_registered(ROBOTS, on=date(2026, 11, 20), robots={Measure.ROBOT: 96})
    retire_robots(
        a_registered(ROBOTS, on=date(2025, 5, 5), robots={Measure.ROBOT: 12}),
        on=date(2026, 11, 21),
    )
    db.session.commit()


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


def _number(text: str) -> int:
    return int(text.replace("−", "-").replace(",", ""))


def _part(page: str, name: str) -> str:
    """Return the section that a heading names."""
    start = page.index(f'aria-labelledby="{name}"')
    return page[start : page.index("</section>", start)]


def _balances(page: str) -> list[list[int]]:
    """Return a row a goal: then, new work, corrections, now, change."""
    rows = _part(page, "balance").split("<tr>")[2:]
    return [[_number(text) for text in CELL.findall(row)] for row in rows]


def _lines(page: str) -> list[int]:
    return [_number(text) for text in AMOUNT.findall(_part(page, "lines"))]


def test_every_change_of_the_districts_opens_lines_that_add_up_to_it(
    history: None, leader: FlaskClient
) -> None:
    moves = MOVE.findall(_part(leader.get("/tally").text, "moves"))

    assert len(moves) == 11 * 4 * 2
    for url, change in moves:
        page = leader.get(unescape(url)).text
        [balance] = _balances(page)
        assert (balance[-1], sum(_lines(page))) == (_number(change), _number(change)), url
        assert balance[0] + balance[1] + balance[2] == balance[3]


def test_week_on_the_tally_is_the_sum_of_its_lines(history: None, leader: FlaskClient) -> None:
    page = _part(leader.get("/tally").text, "week")

    deltas = [_number(text) for text in CELL.findall(page[: page.index("<table")])]
    assert deltas == [1, -1, 0, 84]
    assert [_number(text) for text in AMOUNT.findall(page)] == [96, 1, -12, -1]
    assert page.index("新认定") < page.index("+96") < page.index("更正与撤销") < page.index("−12")


def test_new_work_stands_apart_from_corrections(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally/changes?since=2026-10-31&as_of=2026-11-22").text

    assert _balances(page) == [
        [0, 1, 0, 1, 1],
        [2, 0, -1, 1, -1],
        [1, 0, 0, 1, 0],
        [12, 96, -12, 96, 84],
    ]
    assert "撤销" in page


def test_one_day_known_twice_shows_what_was_recorded_since(
    history: None, leader: FlaskClient
) -> None:
    known = read_head().sequence
    a_registered(WORKSHOP, on=date(2026, 4, 4))
    firm = an_enterprise()
    a_registered(UPGRADE, on=date(2026, 5, 5), enterprise=firm)
    between = read_head().sequence
    a_registered(UPGRADE, on=date(2026, 5, 1), enterprise=firm, district="320582")
    db.session.commit()
    moved = leader.get(f"/tally/changes?by=known&as_of=2026-06-01&known_since=%23{between}").text

    page = leader.get(f"/tally/changes?by=known&as_of=2026-06-01&known_since=%23{known}").text

    assert [row[1:] for row in _balances(page)] == [
        [0, 0, 0, 0],
        [1, 0, 3 - 1, 1],
        [1, 0, 2, 1],
        [0, 0, 12, 0],
    ]
    assert sum(_lines(page)) == 2
    assert (sum(_lines(moved)), len(_lines(moved))) == (0, 2)
    assert "因新登记项目调整归属" in moved


def test_change_of_the_rule_is_a_column_of_its_own(history: None, leader: FlaskClient) -> None:
    a_registered(ROBOTS, on=date(2026, 1, 5), robots={Measure.MOBILE_ROBOT: 9})
    goal = next(goal for goal in get_programme().goals if goal.kind is ROBOTS)
    both = (Measure.ROBOT, Measure.MOBILE_ROBOT)
    set_target(goal, 10_000, measures=both, effective_on=date(2026, 11, 10), by=None)
    db.session.commit()

    page = leader.get("/tally/changes?since=2026-11-01&as_of=2026-11-22").text

    assert "口径调整" in page
    assert _balances(page)[-1] == [12, 9, 96, -12, 105, 93]


def test_file_holds_every_line_and_both_figures(history: None, leader: FlaskClient) -> None:
    content = leader.get("/tally/changes.csv?since=2026-10-01&as_of=2026-11-22").data

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    lines = [row for row in rows if len(row) == 13][1:]
    assert [row[:2] + row[4:6] for row in lines] == [
        ["新认定", "2026-11-20", "96", "台"],
        ["新认定", "2026-11-18", "1", "家"],
        ["新认定", "2026-10-30", "1", "个"],
        ["更正与撤销", "2026-11-21", "-12", "台"],
        ["更正与撤销", "2026-11-19", "-1", "个"],
    ]
    assert rows[8] == ["机器人应用", "台", "12", "0", "96", "-12", "96"]


def test_list_goes_on_page_by_page(app: Flask, leader: FlaskClient) -> None:
    for day in range(1, 28):
        a_registered(WORKSHOP, on=date(2026, 3, day))
        a_registered(WORKSHOP, on=date(2026, 3, day), district="320582")
    db.session.commit()
    first = leader.get("/tally/changes?since=2026-02-28&as_of=2026-04-01").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]

    second = leader.get(unescape(following)).text

    assert (len(_lines(first)), len(_lines(second))) == (50, 4)
    assert _balances(first) == _balances(second)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("since=2026-13-01", "YYYY-MM-DD"),
        ("since=2026-11-20&as_of=2026-11-01", "起始日期晚于截止日期"),
        ("as_of=2099-01-01", "form-error"),
        ("known_at=yesterday", "form-error"),
        ("by=known&known_since=%23999999", "form-error"),
        ("by=known&known_since=%236&known_at=%235", "这一所知晚于另一所知"),
        ("since=%00%F0%9F%98%80", "form-error"),
    ],
)
def test_bad_question_keeps_its_words_and_says_what_to_do(
    history: None, leader: FlaskClient, question: str, sentence: str
) -> None:
    answer = leader.get(f"/tally/changes?{question}")
    file = leader.get(f"/tally/changes.csv?{question}")

    assert (answer.status_code, file.status_code) == (422, 422)
    assert sentence in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "district=999999",
        "after=1",
        "after=1.99999999999.1.1",
        "after=1.738000.1.9999999999999999999999",
        "after=7.738000.1.1",
    ],
)
def test_what_is_none_is_not_found(app: Flask, leader: FlaskClient, question: str) -> None:
    assert leader.get(f"/tally/changes?{question}").status_code == 404


def test_where_nothing_changed_the_page_says_how_to_go_on(app: Flask, leader: FlaskClient) -> None:
    page = leader.get("/tally/changes").text

    assert "没有变化。" in page
    assert _balances(page) == [[0] * 5] * 4


def test_page_asks_the_database_as_often_for_one_line_as_for_many(
    history: None, leader: FlaskClient
) -> None:
    leader.get("/tally/changes")
    a_registered(WORKSHOP, on=date(2026, 10, 1))
    db.session.commit()
    with counted_statements() as few:
        leader.get("/tally/changes")
    for day in range(1, 20):
        a_registered(WORKSHOP, on=date(2026, 11, day))
    db.session.commit()

    with counted_statements() as many:
        leader.get("/tally/changes")

    assert len(few) == len(many)


def test_recent_pace_leads_the_page(app: Flask, leader: FlaskClient) -> None:
    for month in range(1, 11):
        a_registered(WORKSHOP, on=date(2026, month, 9))
        a_registered(ROBOTS, on=date(2026, month, 9), robots={Measure.ROBOT: 1_500})
    db.session.commit()

    page = leader.get("/tally").text

    # 10 workshops; six in the 206 days since April: in 404 days 11.8 more at the least
    assert lead(page).endswith("按近期速度，到期最多可能差智能车间 79 个。")
    assert "期末预测" in page


def test_after_the_end_nothing_is_foreseen(history: None, app: Flask, sign_in: SignedIn) -> None:
    with clock.set_to(datetime(2028, 3, 1, 2, 0, tzinfo=UTC)):
        pages = [
            sign_in(a_user(Role.LEADER)).get(f"/tally?as_of={day}").text
            for day in ("2028-02-01", "2027-12-31", "2024-12-31")
        ]

    assert ["期末预测" in page for page in pages] == [False, False, False]
    assert ["每月须新增" in page for page in pages] == [False, False, False]
