"""With milestones everything that shows the plan line follows it; without them nothing changes."""

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
from registry.ledger.answers import read_tally, to_json
from registry.ledger.queries import read_head
from registry.programme.kinds import Kind
from registry.tally.plots import Mark
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.tally import reading
from tests.tally.factories import a_registered, allocate_shares, set_plan
from tests.tally.plotted import column, figures

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WORKSHOP = Kind.SMART_WORKSHOP
START = date(2025, 1, 1)
PLAN = {"2025-12-31": 2, "2026-12-31": 4}
SOURCE = "苏智改办〔2025〕3号"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    for month in (3, 5, 9):
        a_registered(WORKSHOP, on=date(2025, month, 1), district="320582")
    allocate_shares(WORKSHOP, {"320582": 4, "320583": 20}, on=START)
    db.session.commit()
    return sign_in(a_user(Role.LEADER))


def goal_of(page: str) -> str:
    found = re.search(
        r'<article class="goal" aria-labelledby="goal-smart_workshop">.*?</article>',
        page,
        re.DOTALL,
    )
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_page_file_wall_and_paper_follow_the_milestones(leader: FlaskClient) -> None:
    even = goal_of(leader.get("/tally?as_of=2025-12-31").text)
    set_plan(WORKSHOP, PLAN, on=START, source=SOURCE)
    db.session.commit()

    page = leader.get("/tally?as_of=2025-12-31").text
    rows = list(
        csv.reader(io.StringIO(leader.get("/tally.csv?as_of=2025-12-31").text.lstrip("\ufeff")))
    )

    assert "落后于计划" in even
    shown = goal_of(page)
    assert "快于计划" in shown
    assert "2026-12-31 里程碑 4 个 还差 1 个" in shown
    assert f"据{SOURCE}" in shown
    assert next(row for row in rows if row[:1] == ["智能车间"])[:6] == [
        "智能车间",
        "个",
        "3",
        "100",
        "3.0",
        "2.0",
    ]
    assert "计划线 2.0 个" in leader.get("/tally/screen").text.replace(
        "计划线 3.8 个", "计划线 2.0 个"
    )
    assert leader.get("/tally.pdf?as_of=2025-12-31").status_code == 200
    assert leader.get("/tally.xlsx?as_of=2025-12-31").status_code == 200


def test_a_district_is_behind_by_the_bent_line_and_not_by_the_even_one(leader: FlaskClient) -> None:
    day = "/tally?as_of=2025-12-31"
    assert leader.get(day).text.count("share--late") == 1
    set_plan(WORKSHOP, PLAN, on=START)
    db.session.commit()

    page = leader.get(day).text

    assert page.count("share--late") == 0
    assert "计划线五个百分点及以上" in page


def test_the_plan_as_it_was_known_is_shown_again(leader: FlaskClient) -> None:
    before = leader.get("/tally?as_of=2025-12-31").text
    known = read_head().sequence
    set_plan(WORKSHOP, PLAN, on=START)
    db.session.commit()

    again = leader.get(f"/tally?as_of=2025-12-31&known_at=%23{known}").text

    assert goal_of(again) == goal_of(before)


def test_the_interface_tells_milestones_and_source(leader: FlaskClient) -> None:
    set_plan(WORKSHOP, PLAN, on=date(2026, 1, 1), source=SOURCE)
    db.session.commit()

    then, now = (to_json(read_tally(day))["goals"][1] for day in (START, date(2026, 1, 1)))

    assert then["milestones"] == []
    assert now["milestones"] == [
        {"on": "2025-12-31", "quantity": 2},
        {"on": "2026-12-31", "quantity": 4},
    ]
    assert now["source"] == "苏府办〔2017〕173号"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2024-12-31", "自 2025-01-01 起"),
        ("2025-01-01", "2025-12-31 里程碑 2 个"),
        ("2026-11-22", "2026-12-31 里程碑 4 个"),
    ],
)
def test_before_the_start_and_at_zero_the_page_makes_sense(
    app: Flask, sign_in: SignedIn, day: str, said: str
) -> None:
    set_plan(WORKSHOP, PLAN, on=START)
    db.session.commit()

    page = sign_in(a_user(Role.LEADER)).get(f"/tally?as_of={day}").text

    assert said in goal_of(page)
    assert ("落后于计划" in goal_of(page)) is (day == "2026-11-22")


def test_past_the_target_and_after_the_end_the_page_makes_sense(
    leader: FlaskClient, sign_in: SignedIn
) -> None:
    for _ in range(101):
        a_registered(WORKSHOP, on=date(2025, 10, 1))
    set_plan(WORKSHOP, PLAN, on=START)
    db.session.commit()

    exceeded = goal_of(leader.get("/tally?as_of=2025-12-31").text)
    with clock.set_to(datetime(2028, 3, 1, 2, 0, tzinfo=UTC)):
        ended = goal_of(sign_in(a_user(Role.LEADER)).get("/tally").text)

    assert "已达目标" in exceeded
    assert "104.0%" in exceeded
    assert "里程碑" in exceeded
    assert "已达目标" in ended
    assert "里程碑 " not in ended.partition("如何计算")[0]


def test_nothing_counted_yet_is_said_by_the_plan_line(app: Flask, sign_in: SignedIn) -> None:
    set_plan(WORKSHOP, PLAN, on=START)
    db.session.commit()

    page = sign_in(a_user(Role.LEADER)).get("/tally?as_of=2025-12-31").text

    assert reading.lead(page).startswith(
        "还没有计入任何数量。 按计划线，到这一天应有智能工厂 3.3 家、智能车间 2.0 个、"
        "智能装备升级 333 家、机器人应用 3,333 台。"
    )


def test_the_chart_bends_with_the_line(leader: FlaskClient) -> None:
    set_plan(WORKSHOP, {"2025-12-31": 2, "2027-06-15": 60}, on=START)
    db.session.commit()

    plot = figures(leader.get("/tally/charts").text)["course-smart-workshop"]

    line = column(plot, Mark.PLAN)
    assert [line[day] for day in ("2025-12-31", "2027-06-15", "2027-12-31")] == [2.0, 60.0, 100.0]


def test_before_the_start_page_and_wall_show_the_target_that_comes(
    app: Flask, sign_in: SignedIn
) -> None:
    with clock.set_to(datetime(2024, 12, 1, 2, 0, tzinfo=UTC)):
        leader = sign_in(a_user(Role.LEADER))
        page, wall = leader.get("/tally").text, leader.get("/tally/screen").text

    assert "目标 100 个" in goal_of(page)
    assert "100 个" in wall
    assert "未定" not in wall
