"""The wall: its figures are those of the ledger, it names no person and no enterprise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.ledger.answers import read_tally, to_json
from registry.ledger.goals import set_target
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from registry.tally.screen import read_screen
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.statements import counted_statements
from tests.tally.factories import a_registered, allocate_shares, revoke

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
BIG = re.compile(r'<p class="wgoal__fig"><b>([\d,]+)</b> <span>(.)</span>')


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def history(app: Flask) -> None:
    """Something old, something of this week, something taken back in this week."""
    a_registered(FACTORY, on=date(2025, 2, 3))
    revoke(a_registered(FACTORY, on=date(2025, 2, 3), district="320582"), on=date(2026, 11, 20))
    a_registered(WORKSHOP, on=date(2026, 11, 16), district="320582")
    a_registered(UPGRADE, on=date(2026, 11, 1))
    a_registered(ROBOTS, on=date(2026, 11, 15), robots={Measure.ROBOT: 1200})
    a_registered(ROBOTS, on=date(2026, 11, 22), robots={Measure.ROBOT: 31, Measure.MOBILE_ROBOT: 9})
    allocate_shares(FACTORY, {"320582": 2, "320583": 1}, on=date(2025, 1, 1))
    db.session.commit()


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


def test_the_figures_are_those_of_the_ledger(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally/screen").text

    shown = [(int(figure.replace(",", "")), unit) for figure, unit in BIG.findall(page)]
    goals = to_json(read_tally(TODAY))["goals"]
    assert shown == [(goal["counted"], goal["unit"]) for goal in goals]
    assert shown == [(1, "家"), (1, "个"), (1, "家"), (1231, "台")]


def test_what_changed_in_a_week_adds_up_to_the_difference(history: None) -> None:
    recent = read_screen(TODAY).recent

    changes = [(change.text, change.place, change.is_less) for change in recent.changes]
    assert changes == [
        ("−1 家", "张家港", True),
        ("+1 个", "张家港", False),
        ("+31 台", "昆山", False),
    ]
    assert list(recent.sums) == ["−1 家", "+1 个", "0 家", "+31 台"]
    assert (recent.last - recent.first).days == 7


def test_a_quiet_week_shows_the_month(history: None) -> None:
    recent = read_screen(TODAY + timedelta(days=20)).recent

    assert (recent.last - recent.first).days == 30
    assert list(recent.sums) == ["−1 家", "+1 个", "0 家", "+1,231 台"]


def test_districts_stand_by_share_of_their_allocation(history: None) -> None:
    view = read_screen(TODAY).views[0]

    ranks = [(rank.name, rank.share, rank.of, rank.behind) for rank in view.ranks[:3]]
    assert ranks == [
        ("昆山", "100.0%", "1 / 1", False),
        ("张家港", "0.0%", "0 / 2", True),
        ("常熟", "—", "0", False),
    ]


def test_nobody_is_named(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally/screen").text

    named = {
        word
        for firm in db.session.query(Enterprise)
        for word in (firm.name, firm.uscc, firm.contact_name, firm.contact_phone)
        if word and word in page
    }
    assert named == set()
    assert "测试" not in page


def test_only_the_kind_on_turn_is_seen_and_the_next_one_comes_without_scripts(
    history: None, leader: FlaskClient
) -> None:
    page = leader.get("/tally/screen?kind=robot_deployment").text

    views = re.findall(r'data-screen-view="(\w+)"[^>]*?( hidden)?>', page)
    assert views == [(kind.value, "" if kind is ROBOTS else " hidden") for kind in Kind]
    assert (
        '<noscript><meta http-equiv="refresh" content="60;'
        ' url=/tally/screen?kind=smart_factory"></noscript>' in page
    )


def test_an_unknown_kind_shows_the_first(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally/screen?kind=%3Cb%3E").text

    assert 'data-screen-view="smart_factory" data-name="智能工厂"' in page
    assert page.count(" hidden>") == leader.get("/tally/screen").text.count(" hidden>")


def test_the_same_figures_are_sent_once(history: None, leader: FlaskClient) -> None:
    first = leader.get("/tally/screen/data")
    with clock.set_to(NOW + timedelta(minutes=5)):
        again = leader.get("/tally/screen/data", headers={"If-None-Match": first.headers["ETag"]})
    a_registered(FACTORY, on=TODAY)
    db.session.commit()
    changed = leader.get("/tally/screen/data", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Figures-At"]) == (200, "2026-11-22 10:00")
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Figures-At"] == "2026-11-22 10:05"
    assert (changed.status_code, len(BIG.findall(changed.text))) == (200, 4)


def test_visitors_see_the_wall_only_where_the_programme_is_public(
    history: None, client: FlaskClient
) -> None:
    before = [client.get(url).status_code for url in ("/tally/screen", "/tally/screen/data")]
    get_programme().is_public = True
    db.session.commit()
    after = [client.get(url).status_code for url in ("/tally/screen", "/tally/screen/data")]

    assert (before, after) == ([303, 303], [200, 200])


def test_an_empty_programme_says_so(leader: FlaskClient) -> None:
    page = leader.get("/tally/screen").text

    assert [figure for figure, _unit in BIG.findall(page)] == ["0"] * 4
    assert "近期各项数字没有变化。" in page


def test_an_ended_and_a_coming_programme_make_sense(history: None) -> None:
    with clock.set_to(datetime(2028, 2, 1, tzinfo=UTC)):
        ended = read_screen(date(2028, 2, 1))
    coming = read_screen(date(2024, 12, 1))

    assert str(ended.bar_label) == "已于 2027-12-31 结束"
    assert str(coming.bar_label) == "尚未开始，2025-01-01 起"
    assert [figure.bullet.plan for figure in coming.figures] == [None] * 4
    assert [rank.plan for rank in coming.views[0].ranks] == [None] * 10


def test_a_goal_that_is_exceeded_fills_its_bar(history: None) -> None:
    for _ in range(15):
        a_registered(FACTORY, on=date(2026, 10, 1))

    bullet = read_screen(TODAY).figures[0].bullet

    assert (bullet.counted, bullet.target) == (Decimal(100), Decimal("62.5"))


@pytest.mark.parametrize(("target", "named"), [(10, False), (60, True), (600, True)])
def test_the_target_is_named_where_the_plan_line_leaves_room(
    history: None, target: int, *, named: bool
) -> None:
    goal = next(goal for goal in get_programme().goals if goal.kind is ROBOTS)
    first_day = get_programme().starts_on
    set_target(goal, target * 10, measures=[Measure.ROBOT], effective_on=first_day, by=None)
    db.session.commit()

    assert read_screen(TODAY).figures[3].bullet.is_target_named is named


def test_districts_that_were_given_nothing_stand_by_their_count(history: None) -> None:
    view = read_screen(TODAY).views[3]

    assert str(view.title) == "机器人应用 · 各板块已认定（未分解任务）"
    assert {rank.width for rank in view.ranks if rank.name != "昆山"} == {0}
    assert [rank.width for rank in view.ranks if rank.name == "昆山"] == [100]


def test_the_wall_asks_as_much_for_one_row_as_for_many(history: None, leader: FlaskClient) -> None:
    leader.get("/tally/screen/data")
    a_registered(WORKSHOP, on=TODAY)
    db.session.commit()
    with counted_statements() as statements:
        leader.get("/tally/screen/data")
    for _ in range(3):
        a_registered(WORKSHOP, on=TODAY)
    db.session.commit()
    with counted_statements() as more:
        leader.get("/tally/screen/data")

    assert len(statements) == len(more)
