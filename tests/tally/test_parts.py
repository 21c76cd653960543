"""A figure taken apart: every part equals the list it opens, and the parts add up to the figure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.enterprises.size import compute_size
from registry.entries.models import Entry, Standing
from registry.ledger.answers import read_tally
from registry.ledger.queries import Part, read_head
from registry.ledger.service import deed
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Round
from registry.programme.queries import get_programme
from registry.tally.parts import By, Figure, Line, Only, part_of, take_apart
from tests.conftest import SignedIn
from tests.factories import a_user, an_enterprise
from tests.statements import counted_statements
from tests.tally import reading
from tests.tally.factories import a_filed_case, a_registered, retire_robots, revoke

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
PART = re.compile(
    r'<th scope="row"><a href="([^"]+)">([^<]*)</a></th>\s*<td class="n" data-l="[^"]*">'
    r'<span class="num">([−\d,]+) '
)
WAYS = [by for by in By if by is not By.KIND]
_names = count(1)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


def a_firm(
    industry: str | None, employees: int | None = None, revenue: int | None = None
) -> Enterprise:
    firm = an_enterprise(f"拆分测试{next(_names)}")
    firm.industry, firm.employees = industry, employees
    firm.revenue_wan = None if revenue is None else Decimal(revenue)
    return firm


def a_round(name: str, kind: Kind = WORKSHOP) -> Round:
    made = Round(
        programme_id=get_programme().id,
        kind=kind,
        name=name,
        opens_on=date(2025, 1, 1),
        closes_on=date(2025, 12, 31),
    )
    db.session.add(made)
    db.session.flush()
    return made


def went_through(entry: Entry, round_: Round) -> None:
    """Let the case of an entry have been filed in a round."""
    case = a_filed_case(entry.kind)
    case.entry_id, case.round_id = entry.id, round_.id
    db.session.flush()


@pytest.fixture
def history(app: Flask) -> None:
    """Robots and workshops of firms of several industries and sizes, some of which are unknown."""
    large, small, unknown = a_firm("C34", 2000, 90_000), a_firm("C36", 40, 500), a_firm(None)
    old = a_registered(ROBOTS, on=date(2025, 3, 1), enterprise=large, robots={Measure.ROBOT: 100})
    a_registered(ROBOTS, on=date(2026, 3, 1), enterprise=large, robots={Measure.ROBOT: 31})
    gone = a_registered(ROBOTS, on=date(2025, 5, 1), enterprise=small, robots={Measure.ROBOT: 9})
    retire_robots(gone, on=date(2026, 6, 1))
    a_registered(
        ROBOTS,
        on=date(2025, 8, 1),
        enterprise=unknown,
        district="320582",
        robots={Measure.ROBOT: 7, Measure.MOBILE_ROBOT: 3},
    )
    first = a_registered(WORKSHOP, on=date(2025, 6, 1), enterprise=small)
    went_through(first, a_round("2025年第一批"))
    went_through(old, a_round("2025年机器人", ROBOTS))
    a_registered(WORKSHOP, on=date(2026, 6, 1), enterprise=unknown, district="320582")
    revoke(a_registered(WORKSHOP, on=date(2025, 7, 1), enterprise=large), on=date(2026, 7, 1))
    db.session.commit()


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


def parts_of(page: str) -> list[tuple[str, str, int]]:
    """Return address, name and figure of each part on a page."""
    return [
        (unescape(url), name, int(text.replace(",", "").replace("−", "-")))
        for url, name, text in PART.findall(page)
    ]


def figure_of(kind: Kind, only: Only) -> Figure:
    day = NOW.date()
    measures = next(goal.measures for goal in read_tally(day).goals if goal.kind is kind)
    return Figure(day, read_head(), measures, None, part_of(only))


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("kind", [WORKSHOP, ROBOTS])
@pytest.mark.parametrize("rest", ["", "&district=320582", "&year=2025", "&as_of=2025-12-31"])
def test_parts_add_up_to_the_figure_and_each_opens_its_list(
    history: None, leader: FlaskClient, by: By, kind: Kind, rest: str
) -> None:
    page = leader.get(f"/tally/entries?kind={kind}&by={by}{rest}").text

    top, bottom = reading.sums(page)
    parts = parts_of(page)
    assert sum(figure for _, _, figure in parts) == top == bottom
    for url, name, figure in parts:
        listed = leader.get(url).text
        assert reading.sums(listed)[0] == figure, name
        assert sum(reading.rows(listed)) == figure, name


@pytest.mark.parametrize(
    ("kind", "by", "named"),
    [
        (ROBOTS, By.INDUSTRY, [("C34 通用设备制造业", 131), ("未知（未载明）", 7)]),
        (ROBOTS, By.SIZE, [("大型", 131), ("未知（未载明）", 7)]),
        (ROBOTS, By.ROUND, [("2025年机器人", 100), ("不分批次申报", 38)]),
        (ROBOTS, By.YEAR, [("2025", 116), ("2026", 22)]),
        (ROBOTS, By.DISTRICT, [("张家港市", 7), ("昆山市", 131)]),
        (WORKSHOP, By.YEAR, [("2025", 2), ("2026", 0)]),
        (WORKSHOP, By.ROUND, [("2025年第一批", 1), ("不分批次申报", 1)]),
        (
            ROBOTS,
            By.KIND,
            [("智能工厂", 0), ("智能车间", 2), ("智能装备升级", 0), ("机器人应用", 138)],
        ),
    ],
)
def test_parts_are_named_and_in_order(
    history: None, leader: FlaskClient, kind: Kind, by: By, named: list[tuple[str, int]]
) -> None:
    page = leader.get(f"/tally/entries?kind={kind}&by={by}").text

    assert [(name, figure) for _, name, figure in parts_of(page)] == named


def test_a_year_is_what_the_figure_grew_by(history: None, app: Flask) -> None:
    ends = [read_tally(date(year, 12, 31)).goals[3].counted for year in (2024, 2025)]
    now = read_tally(NOW.date()).goals[3].counted

    lines = take_apart(figure_of(ROBOTS, Only()), By.YEAR)

    grown = [ends[1] - ends[0], now - ends[1]]
    assert [(line.code, line.quantity) for line in lines] == list(
        zip(["2025", "2026"], grown, strict=True)
    )


def test_parts_combine(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally/entries?kind=robot_deployment&industry=C34&year=2026&size=large").text

    assert reading.sums(page) == (31, 31)
    assert "按行业：C34 通用设备制造业" in page
    back = re.search(r'C34 通用设备制造业</b> <a href="([^"]+)"', page)
    assert back is not None
    wider = leader.get(unescape(back[1])).text
    assert reading.sums(wider) == (31, 31)
    assert "C34 通用设备制造业" not in wider


def test_as_known_earlier_the_parts_are_those_of_then(history: None, leader: FlaskClient) -> None:
    known = read_head().sequence
    a_registered(ROBOTS, on=date(2025, 3, 1), robots={Measure.ROBOT: 50})
    db.session.commit()

    address = f"/tally/entries?kind=robot_deployment&by=industry&known_at=%23{known}"

    assert [figure for _, _, figure in parts_of(leader.get(address).text)] == [131, 7]


def test_the_file_follows(history: None, leader: FlaskClient) -> None:
    asked = "kind=robot_deployment&industry=C34"

    apart = leader.get(f"/tally/entries.csv?{asked}&by=year").text.lstrip("\ufeff")
    listed = leader.get(f"/tally/entries.csv?{asked}").text.lstrip("\ufeff")

    rows = list(csv.reader(io.StringIO(apart)))
    assert rows[-2:] == [["2025", "2025", "100", "台", "1"], ["2026", "2026", "31", "台", "1"]]
    assert ["按行业", "C34 通用设备制造业"] in rows
    assert [row[-1] for row in csv.reader(io.StringIO(listed)) if row][-2:] == ["31", "100"]


@pytest.mark.parametrize(
    "words",
    ["by=colour", "industry=C99", "size=huge", "year=20x5", "year=0", "round=9999", "round=x"],
)
def test_a_part_that_is_none_is_not_found(app: Flask, leader: FlaskClient, words: str) -> None:
    assert leader.get(f"/tally/entries?kind=robot_deployment&{words}").status_code == 404
    assert leader.get(f"/tally/entries.csv?kind=robot_deployment&{words}").status_code == 404


@pytest.mark.parametrize("employees", [None, 0, 19, 20, 299, 300, 999, 1000])
@pytest.mark.parametrize("revenue", [None, 0, 299, 300, 1999, 2000, 39_999, 40_000])
def test_the_database_knows_sizes_by_the_rule(
    app: Flask, employees: int | None, revenue: int | None
) -> None:
    a_registered(FACTORY, on=date(2025, 5, 1), enterprise=a_firm("C34", employees, revenue))

    lines = take_apart(figure_of(FACTORY, Only()), By.SIZE)

    size = compute_size(employees, None if revenue is None else Decimal(revenue))
    assert lines == [Line(size.value if size else "unknown", 1, 1)]


def test_of_a_duplicate_record_the_one_that_stays_speaks(app: Flask) -> None:
    survivor, duplicate = a_firm("C36"), a_firm(None)
    a_registered(FACTORY, on=date(2025, 5, 1), enterprise=duplicate)
    duplicate.merged_into_id = survivor.id
    db.session.commit()

    assert take_apart(figure_of(FACTORY, Only()), By.INDUSTRY) == [Line("C36", 1, 1)]


@pytest.mark.parametrize("by", ["", *By])
def test_page_asks_as_often_for_few_as_for_many(
    history: None, leader: FlaskClient, by: str
) -> None:
    address = f"/tally/entries?kind=smart_workshop&by={by}&industry=C34"
    leader.get(address)
    a_registered(WORKSHOP, on=date(2026, 2, 1), enterprise=a_firm("C34"))
    db.session.commit()
    with counted_statements() as few:
        leader.get(address)
    for day in range(1, 20):
        a_registered(WORKSHOP, on=date(2026, 3, day), enterprise=a_firm("C34", day * 100, 9_000))
    db.session.commit()

    with counted_statements() as many:
        leader.get(address)

    assert len(few) == len(many)


def test_what_was_taken_back_since_leads_to_no_page_that_is_gone(
    app: Flask, leader: FlaskClient
) -> None:
    entry = a_registered(FACTORY, on=date(2025, 5, 1))
    number, known = entry.number, read_head().sequence
    with deed(by=None, cause="undo_import") as opened:
        entry.standing = Standing.VOID
        opened.touch([entry.id])
        opened.record("import_undone", {}, entry_id=entry.id)
    db.session.commit()

    page = leader.get(f"/tally/entries?kind=smart_factory&known_at=%23{known}").text

    assert f"{number} <span" in page
    assert f'href="/register/{number}"' not in page
    assert leader.get(f"/register/{number}").status_code == 404


def test_an_empty_part_is_the_whole() -> None:
    assert part_of(Only()) == Part()
