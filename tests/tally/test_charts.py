"""The charts: one set of figures for table and browser, and those of the ledger."""

from __future__ import annotations

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
from registry.ledger.goals import set_milestones
from registry.ledger.queries import read_head
from registry.programme.kinds import Kind
from registry.programme.plan import Milestone
from registry.programme.queries import get_programme
from registry.tally.plots import Mark
from registry.tally.queries import read_answer
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.statements import counted_statements
from tests.tally.factories import a_filed_case, a_registered, revoke
from tests.tally.plotted import (
    FACTORY,
    KINDS,
    NAMES,
    NOW,
    ROBOTS,
    WORKSHOP,
    column,
    data_of,
    figures,
    fill_history,
    table_of,
    written,
)

DAYS = ("2024-12-31", "2025-01-05", "2025-07-01", "2026-03-31", "2026-11-22")


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


@pytest.mark.parametrize("day", DAYS)
def test_table_says_to_the_digit_what_the_browser_draws(
    history: None, leader: FlaskClient, day: str
) -> None:
    shown = figures(leader.get(f"/tally/charts?as_of={day}").text)

    assert list(shown) == NAMES
    for name, figure in shown.items():
        rows = written(data_of(figure))
        assert table_of(figure) == (rows or [["还没有计入任何数量。"]]), name


@pytest.mark.parametrize("day", DAYS)
def test_courses_and_stock_are_the_tally_of_each_of_their_days(
    history: None, leader: FlaskClient, day: str
) -> None:
    shown = figures(leader.get(f"/tally/charts?as_of={day}").text)

    for kind, name in zip(Kind, KINDS, strict=True):
        counted = column(shown[f"course-{name}"], Mark.COUNTED)
        for label, value in counted.items():
            if value is not None:
                assert value == _counted(date.fromisoformat(label), kind), (name, label)
        last = [value for value in counted.values() if value is not None][-1:]
        assert last == ([] if day == DAYS[0] else [_counted(date.fromisoformat(day), kind)])
    stock = shown["stock-robot-deployment"]
    assert column(stock, Mark.COUNTED) == {
        label: _counted(date.fromisoformat(label), ROBOTS) for label in column(stock, Mark.COUNTED)
    }


def _counted(day: date, kind: Kind) -> int:
    return next(goal.counted for goal in read_tally(day).goals if goal.kind is kind)


def test_retired_robots_stay_in_ever_deployed(history: None, leader: FlaskClient) -> None:
    stock = figures(leader.get("/tally/charts").text)["stock-robot-deployment"]

    assert column(stock, Mark.COUNTED)["2026-11-22"] == 1331
    assert column(stock, Mark.EVER)["2026-11-22"] == 1343
    assert column(stock, Mark.NONE)["2026-11-22"] == 12


def test_plan_line_goes_from_nothing_to_the_target_and_ends(
    history: None, leader: FlaskClient
) -> None:
    page = leader.get("/tally/charts?as_of=2026-11-22").text
    plan = column(figures(page)["course-smart-factory"], Mark.PLAN)

    assert plan["2025-12-31"] == 3.3
    assert plan["2026-11-22"] == 6.3
    assert plan["2027-12-31"] == 10


def test_plan_line_goes_through_the_milestones(history: None, leader: FlaskClient) -> None:
    goal = next(goal for goal in get_programme().goals if goal.kind is FACTORY)
    milestones = [Milestone(date(2026, 12, 31), 8), Milestone(date(2025, 12, 31), 2)]
    set_milestones(goal, milestones, effective_on=date(2025, 1, 1), by=None)
    db.session.commit()

    shown = figures(leader.get("/tally/charts").text)
    table = read_answer(NOW.date(), None).table

    plan = column(shown["course-smart-factory"], Mark.PLAN)
    corners = ("2025-12-31", "2026-12-31", "2027-12-31")
    assert [plan[day] for day in corners] == [2, 8, 10]
    assert plan["2026-11-22"] == float(table.goal(FACTORY).plan)
    stroke = column(shown["districts-smart-factory"], Mark.TICK)["昆山"]
    assert stroke == table.goal(FACTORY).plan_share
    assert len(column(shown["course-smart-workshop"], Mark.PLAN)) == len(plan) - 1


def test_after_the_end_counting_goes_on_and_the_plan_line_has_ended(
    history: None, app: Flask, sign_in: SignedIn
) -> None:
    with clock.set_to(datetime(2028, 3, 1, 2, 0, tzinfo=UTC)):
        shown = figures(sign_in(a_user(Role.LEADER)).get("/tally/charts").text)

    plan = column(shown["course-smart-factory"], Mark.PLAN)
    assert (plan["2027-12-31"], plan["2028-03-01"]) == (10, None)
    assert column(shown["course-smart-factory"], Mark.COUNTED)["2028-03-01"] == 1
    assert len(column(shown["months-smart-factory"], Mark.NEW)) == 36


def test_months_add_up_to_the_figure_and_part_new_work_from_the_rest(
    history: None, leader: FlaskClient
) -> None:
    shown = figures(leader.get("/tally/charts").text)

    new = column(shown["months-smart-factory"], Mark.NEW)
    corrected = column(shown["months-smart-factory"], Mark.CORRECTED)
    assert {month: value for month, value in new.items() if value} == {"2025-02": 2}
    assert {month: value for month, value in corrected.items() if value} == {"2026-03": -1}
    for kind, name in zip(Kind, KINDS, strict=True):
        change = column(shown[f"months-{name}"], Mark.NONE)
        assert sum(value or 0 for value in change.values()) == _counted(NOW.date(), kind)


def test_districts_are_those_of_the_ledger_and_the_first_comes_first(
    history: None, leader: FlaskClient
) -> None:
    answer = to_json(read_tally(NOW.date()))
    shown = figures(leader.get("/tally/charts").text)

    counts = column(shown["districts-smart-workshop"], Mark.BAR)
    assert sorted(counts.values(), key=lambda value: -(value or 0)) == list(counts.values())
    assert counts["张家港"] == 3
    assert sum(value or 0 for value in counts.values()) == answer["goals"][1]["counted"]
    shares = column(shown["districts-smart-factory"], Mark.BAR)
    assert list(shares.items())[:2] == [("昆山", 100.0), ("张家港", 0.0)]
    assert column(shown["districts-smart-factory"], Mark.TICK)["张家港"] == 63.1


def test_stages_are_those_of_the_cases(history: None, leader: FlaskClient) -> None:
    stages = figures(leader.get("/tally/charts").text)["stages"]

    assert table_of(stages)[0] == ["智能工厂", "0 家", "1 家", "0 家", "1 家"]
    assert table_of(stages)[3] == ["机器人应用", "47 台", "0 台", "5 台", "52 台"]


def test_what_was_known_earlier_is_drawn_again(history: None, leader: FlaskClient) -> None:
    known = read_head()
    address = f"/tally/charts?as_of=2026-11-01&known_at=%23{known.sequence}"
    before = figures(leader.get(address).text)
    revoke(a_registered(WORKSHOP, on=date(2025, 4, 4)), on=date(2025, 6, 4))
    db.session.commit()

    again = figures(leader.get(address).text)

    assert again == before
    assert figures(leader.get("/tally/charts?as_of=2026-11-01").text) != before


def test_bad_question_keeps_its_words_and_a_picture_refuses_it(
    app: Flask, leader: FlaskClient
) -> None:
    page = leader.get("/tally/charts?as_of=2026-13-01")

    assert page.status_code == 422
    assert 'class="form-error"' in page.text
    assert leader.get("/tally/charts/days.png?as_of=2026-13-01").status_code == 422


def test_page_is_complete_in_english(history: None, leader: FlaskClient) -> None:
    with leader.session_transaction() as session:
        session["language"] = "en"

    page = leader.get("/tally/charts").text
    picture = leader.get("/tally/charts/stages.svg").text

    assert "Under way, by stage" in page
    assert "Ledger sequence" in picture
    assert re.search("[\u4e00-\u9fff]", picture) is None


def test_tables_are_folded_until_asked_for(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally/charts").text
    link = re.search(r'href="(/tally/charts\?tables=open)"', page)

    assert link is not None
    assert '<details class="fold" open>' not in page
    assert leader.get(link[1]).text.count('<details class="fold" open>') == len(NAMES)


def test_tally_leads_to_its_charts_by_the_same_days(history: None, leader: FlaskClient) -> None:
    page = leader.get("/tally?as_of=2026-03-31").text
    sequence = read_head().sequence

    assert f'href="/tally/charts?as_of=2026-03-31&amp;known_at=%23{sequence}"' in page


def test_page_asks_the_database_as_often_for_one_entry_as_for_many(
    history: None, leader: FlaskClient
) -> None:
    leader.get("/tally/charts")
    counts = []
    for days in (range(1, 2), range(2, 20)):
        for day in days:
            revoke(a_registered(WORKSHOP, on=date(2026, 3, day)), on=date(2026, 4, day))
            a_filed_case(ROBOTS, quantity=day)
        db.session.commit()
        with counted_statements() as statements:
            leader.get("/tally/charts")
        counts.append(len(statements))

    assert counts == [16, 16]
