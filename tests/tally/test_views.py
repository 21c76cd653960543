"""The tally pages: every figure equals the list it opens; page, file and ledger agree."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.ledger import growing
from registry.ledger.answers import read_tally, to_json
from registry.ledger.queries import read_head
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from tests.conftest import SignedIn
from tests.factories import a_user, an_enterprise
from tests.statements import counted_statements
from tests.tally import reading
from tests.tally.factories import (
    a_filed_case,
    a_registered,
    allocate_shares,
    retire_robots,
    revoke,
)

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAYS = ("2024-12-31", "2025-02-28", "2025-07-01", "2026-03-31", "2026-11-22")
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
STATEMENTS = 3  # session, head, programme


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def history(app: Flask) -> None:
    """Three years in small: every kind, revocations, a firm in two places, retired robots."""
    a_registered(FACTORY, on=date(2025, 2, 3))
    revoke(a_registered(FACTORY, on=date(2025, 2, 3), district="320582"), on=date(2026, 3, 1))
    for month in (3, 5, 9):
        a_registered(WORKSHOP, on=date(2025, month, 1), district="320582")
    firm = an_enterprise()
    first = a_registered(UPGRADE, on=date(2025, 6, 1), enterprise=firm, district="320583")
    a_registered(UPGRADE, on=date(2025, 8, 1), enterprise=firm, district="320582")
    revoke(first, on=date(2026, 2, 1))
    a_registered(ROBOTS, on=date(2025, 1, 10), robots={Measure.ROBOT: 331, Measure.MOBILE_ROBOT: 9})
    scrapped = a_registered(ROBOTS, on=date(2025, 5, 5), robots={Measure.ROBOT: 12})
    retire_robots(scrapped, on=date(2026, 6, 1))
    a_registered(ROBOTS, on=date(2024, 5, 5), robots={Measure.ROBOT: 77}, district="320582")
    allocate_shares(FACTORY, {"320582": 2, "320583": 1, "320508": 0}, on=date(2025, 1, 1))
    db.session.commit()


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


@pytest.mark.parametrize("day", DAYS)
def test_every_figure_equals_the_sum_of_the_list_it_opens(
    history: None, leader: FlaskClient, day: str
) -> None:
    page = leader.get(f"/tally?as_of={day}").text

    opened = [
        *reading.links(reading.LINK, page),
        *reading.links(reading.GOAL, page),
        *reading.links(reading.FACT, page),
    ]
    assert len(opened) == 44 + 4 + 2
    for url, figure in opened:
        behind = leader.get(url).text
        assert reading.sums(behind) == (figure, figure), url
        assert sum(reading.rows(behind)) == figure, url


@pytest.mark.parametrize("day", DAYS)
def test_districts_add_up_to_the_city_and_page_file_and_ledger_agree(
    history: None, leader: FlaskClient, day: str
) -> None:
    page = leader.get(f"/tally?as_of={day}").text
    answer = to_json(read_tally(date.fromisoformat(day)))

    shown = reading.cells(page)
    rows = [shown[place : place + 4] for place in range(0, 44, 4)]
    assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]
    assert rows[:-1] == [list(place["counted"].values()) for place in answer["districts"]]
    assert rows[-1] == [goal["counted"] for goal in answer["goals"]]
    assert leader.get(f"/api/v1/tally?as_of={day}").json == answer
    assert _districts_of(leader.get(f"/tally.csv?as_of={day}").data) == rows


def _districts_of(content: bytes) -> list[list[int]]:
    """Return what a file says was counted: the districts and, last, the city."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return [[int(value) for value in line[2::2]] for line in lines[-11:]]


def test_history_is_counted_by_the_rules(history: None, leader: FlaskClient) -> None:
    city = {day: reading.cells(leader.get(f"/tally?as_of={day}").text)[-4:] for day in DAYS}

    assert city == {
        "2024-12-31": [0, 0, 0, 0],
        "2025-02-28": [2, 0, 0, 331],
        "2025-07-01": [2, 2, 1, 343],
        "2026-03-31": [1, 3, 1, 343],
        "2026-11-22": [1, 3, 1, 331],
    }


def test_what_was_known_earlier_is_shown_again(history: None, leader: FlaskClient) -> None:
    before = leader.get("/tally?as_of=2026-11-01").text
    known = read_head()
    a_registered(WORKSHOP, on=date(2025, 4, 4))
    db.session.commit()

    now = leader.get("/tally?as_of=2026-11-01").text
    again = leader.get(f"/tally?as_of=2026-11-01&known_at=%23{known.sequence}").text

    assert reading.cells(now)[-3] == 4
    assert reading.cells(again) == reading.cells(before)
    assert known.hash in again


def test_links_of_a_page_do_not_move_with_what_is_recorded_later(
    history: None, leader: FlaskClient
) -> None:
    url, figure = reading.links(reading.GOAL, leader.get("/tally").text)[1]
    a_registered(WORKSHOP, on=date(2025, 4, 4))
    db.session.commit()

    assert reading.sums(leader.get(url).text) == (figure, figure)


def test_pipeline_is_shown_by_stage_and_added_to_nothing(
    history: None, leader: FlaskClient
) -> None:
    a_filed_case(ROBOTS, quantity=47)
    a_filed_case(ROBOTS, quantity=5, then="returned")
    a_filed_case(FACTORY, then="claimed")
    a_filed_case(WORKSHOP, then="rejected")
    firm = an_enterprise()
    for _number in range(2):
        a_filed_case(UPGRADE, enterprise=firm)
    db.session.commit()

    page = leader.get("/tally").text

    part = page[page.index('id="pipeline"') : page.index('id="method"')]
    table = part[part.index("<tbody>") :]
    figures = [int(text) for text in re.findall(r'<td class="n" data-l="[^"]*">([0-9]+)<', table)]
    assert figures == [0, 0, 1, 47, 1, 0, 0, 0, 0, 0, 0, 5, 1, 0, 1, 52]
    assert reading.cells(page)[-4:] == [1, 3, 1, 331]


def test_share_over_a_hundred_and_without_allocation_are_said_plainly(
    history: None, leader: FlaskClient
) -> None:
    allocate_shares(WORKSHOP, {"320582": 2}, on=date(2025, 1, 1))
    db.session.commit()

    page = leader.get("/tally").text

    assert "<b>150.0%</b>" in page
    assert "不适用" in page
    assert "智能车间各板块任务合计 2 个，目标 100 个，相差 −98 个。" in page


def test_on_a_phone_each_part_is_led_to(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally").text
    led_to = re.findall(r'<a href="#([\w-]+)"', page[page.index('class="contents"') :])

    assert [place for place in led_to if page.count(f'id="{place}"') != 1] == []
    assert led_to[:4] == ["goals", "districts", "moves", "trends"]
    assert led_to[4:8] == ["map", "week", "pipeline", "method"]
    assert led_to[8:12] == [f"goal-{kind.value}" for kind in Kind]


def test_order_by_share_keeps_the_figures(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally?order=smart_factory").text

    rows = page[page.index('<table class="yb matrix">') :]
    assert rows.index("昆山市") < rows.index("张家港市") < rows.index("常熟市")
    assert reading.cells(page)[-4:] == [1, 3, 1, 331]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2024-12-31", "工程还有 1 天开始。 从 2025-01-01 起计数。"),
        (
            "2025-01-05",
            (
                "还没有计入任何数量。"
                " 按日均匀推进，到这一天应有智能车间 0.5 个、智能装备升级 5 家、机器人应用 46 台。"
            ),
        ),
    ],
)
def test_before_the_start_and_at_zero_words_stay_sensible(
    app: Flask, leader: FlaskClient, day: str, sentence: str
) -> None:
    answer = leader.get(f"/tally?as_of={day}")

    assert answer.status_code == 200
    assert reading.lead(answer.text) == sentence


@pytest.mark.parametrize(("role", "links"), [(Role.LEADER, 0), (Role.ADMINISTRATOR, 1)])
def test_at_zero_the_page_says_where_figures_come_from(
    app: Flask, sign_in: SignedIn, role: Role, links: int
) -> None:
    page = sign_in(a_user(role)).get("/tally").text

    assert page.count("数字从哪里来") == 1
    assert page.count(">导入官方名单</a>") == links
    assert page.count("有认定后推算") == 4


def test_after_the_end_the_page_leads_to_the_result(
    history: None, app: Flask, sign_in: SignedIn
) -> None:
    with clock.set_to(datetime(2028, 3, 1, 2, 0, tzinfo=UTC)):
        leader = sign_in(a_user(Role.LEADER))
        page = leader.get("/tally").text
        result = leader.get("/tally?as_of=2027-12-31")

    assert reading.lead(page).startswith(
        "工程已于 2027-12-31 结束。 截至 2028-03-01，距目标还差：智能工厂 9 家"
    )
    assert 'href="/tally?as_of=2027-12-31"' in page
    assert result.status_code == 200


def test_page_is_complete_in_english(history: None, leader: FlaskClient) -> None:
    with leader.session_transaction() as session:
        session["language"] = "en"

    page = leader.get("/tally").text

    assert reading.lead(page).startswith("Every goal is behind plan. Short of the plan line:")
    assert "Zhangjiagang" in page
    assert "板块" not in page


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("as_of=2026-13-01", "YYYY-MM-DD"),
        ("as_of=2099-01-01", ""),
        ("known_at=yesterday", ""),
        ("known_at=%23999999", ""),
        ("as_of=%00%F0%9F%98%80&known_at=%ED%A0%80", ""),
    ],
)
def test_bad_question_keeps_its_words_and_says_what_to_do(
    app: Flask, leader: FlaskClient, question: str, sentence: str
) -> None:
    answer = leader.get(f"/tally?{question}")

    assert answer.status_code == 422
    assert 'class="form-error"' in answer.text
    assert sentence in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/tally/entries?kind=windmill",
        "/tally/entries?district=999999",
        "/tally/entries?measure=robot&measure=smart_factory",
        "/tally/entries?measure=",
        "/tally/entries?after=1",
        "/tally/entries.csv?kind=windmill",
    ],
)
def test_figure_that_is_none_is_not_found(app: Flask, leader: FlaskClient, address: str) -> None:
    assert leader.get(address).status_code == 404


def test_bad_question_of_a_file_is_refused(app: Flask, leader: FlaskClient) -> None:
    assert leader.get("/tally.csv?as_of=2099-01-01").status_code == 422


def test_list_goes_on_page_by_page_and_its_file_holds_all(app: Flask, leader: FlaskClient) -> None:
    for day in range(1, 28):
        a_registered(WORKSHOP, on=date(2025, 3, day))
        a_registered(WORKSHOP, on=date(2025, 3, day), district="320582")
    db.session.commit()
    first = leader.get("/tally/entries?kind=smart_workshop").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]

    second = leader.get(following.replace("&amp;", "&")).text
    content = leader.get("/tally/entries.csv?kind=smart_workshop").data.decode("utf-8-sig")

    assert (len(reading.rows(first)), len(reading.rows(second))) == (50, 4)
    assert reading.sums(first) == reading.sums(second) == (54, 54)
    lines = [line for line in csv.reader(io.StringIO(content)) if len(line) == 6]
    quantities = [line[5] for line in lines[1:]]
    assert quantities == ["1"] * 54


def test_text_that_a_spreadsheet_would_run_stays_text(app: Flask, leader: FlaskClient) -> None:
    firm = an_enterprise("=HYPERLINK(1)")
    a_registered(FACTORY, on=date(2025, 3, 1), enterprise=firm)
    db.session.commit()

    content = leader.get("/tally/entries.csv").data.decode("utf-8-sig")

    assert "'=HYPERLINK(1)" in content


def test_page_asks_the_database_as_often_for_one_entry_as_for_many(
    history: None, leader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "is_snapshot", lambda: False)  # read all anew each time
    a_filed_case(ROBOTS)
    db.session.commit()
    leader.get("/tally")
    with counted_statements() as few:
        leader.get("/tally")
    for day in range(1, 20):
        a_registered(WORKSHOP, on=date(2026, 3, day))
        a_filed_case(ROBOTS, quantity=day)
    db.session.commit()

    with counted_statements() as many:
        leader.get("/tally")

    assert len(many) == len(few)


def test_an_unchanged_ledger_is_not_read_again(history: None, leader: FlaskClient) -> None:
    leader.get("/tally")

    with counted_statements() as again:
        leader.get("/tally")

    assert len(again) == STATEMENTS


@pytest.mark.parametrize("role", list(Role))
def test_everybody_signed_in_sees_the_tally_and_is_led_home(
    app: Flask, sign_in: SignedIn, role: Role
) -> None:
    browser = sign_in(a_user(role))
    homes = {
        Role.MEMBER: "/applications/",
        Role.LEADER: "/tally",
        Role.ADMINISTRATOR: "/programme",
    }

    assert browser.get("/tally").status_code == 200
    assert browser.get("/tally/entries").status_code == 200
    assert browser.get("/").location == homes.get(role, "/approval")


def test_visitor_sees_figures_only_where_the_city_shows_them(
    app: Flask, client: FlaskClient
) -> None:
    closed = [client.get(address) for address in ("/tally", "/tally/entries", "/tally.csv")]
    home = client.get("/")
    get_programme().is_public = True
    db.session.commit()

    assert [answer.status_code for answer in closed] == [303, 303, 303]
    assert home.location == "/sign-in"
    assert client.get("/").location == "/tally"
    assert client.get("/tally").status_code == 200
    assert client.get("/tally/entries").status_code == 200


def test_public_figures_stand_beside_the_sign_in_only_where_shown(
    history: None, client: FlaskClient
) -> None:
    closed = client.get("/sign-in").text
    get_programme().is_public = True
    db.session.commit()

    assert "到今天" not in closed
    assert "331<span" in client.get("/sign-in").text
