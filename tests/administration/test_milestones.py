"""The page of a goal: its plan line, the documents, and the sum of shares before they are set."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core.database import db
from registry.ledger.models import Allocation, PlanVersion
from registry.ledger.queries import read_goals, read_head, read_shares
from registry.ledger.verify import verify
from registry.programme.kinds import Kind
from registry.programme.plan import Milestone
from tests.administration.test_views import post
from tests.conftest import SignedIn
from tests.factories import a_user

GOAL = "/programme/goals/robot_deployment"
FROM = {"plan_from": "2026-01-01"}


@pytest.fixture
def city(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.ADMINISTRATOR))


def rows(*given: tuple[str, str]) -> dict[str, str]:
    """Return the fields of so many rows."""
    fields: dict[str, str] = {}
    for place, (on, quantity) in enumerate(given):
        fields |= {f"on_{place}": on, f"quantity_{place}": quantity}
    return fields


def milestones() -> tuple[Milestone, ...]:
    return read_goals(date(2026, 1, 1), read_head())[3].milestones


def count(model: type[PlanVersion | Allocation]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_the_page_offers_the_ends_of_the_years_and_blank_rows(city: FlaskClient) -> None:
    page = city.get(GOAL).text

    days = re.findall(r'name="on_\d+"[^>]*value="([^"]*)"', page)
    assert days == ["2025-12-31", "2026-12-31", "", ""]


def test_milestones_are_set_in_any_order_and_rows_without_a_number_are_none(
    city: FlaskClient,
) -> None:
    given = rows(("2026-12-31", "6,000"), ("2025/12/31", "2000"), ("2027-06-30", ""), ("", ""))

    answer = post(city, GOAL + "/plan", **FROM, **given, plan_source="苏智改办〔2026〕5号")

    first, second = Milestone(date(2025, 12, 31), 2000), Milestone(date(2026, 12, 31), 6000)
    assert answer.status_code == 303
    assert milestones() == (first, second)
    page = city.get(GOAL).text
    assert "苏智改办〔2026〕5号" in page
    assert '2026-12-31</time> <span class="num">6,000' in page
    assert verify().fault is None


def test_no_number_at_all_is_an_even_pace_again(city: FlaskClient) -> None:
    post(city, GOAL + "/plan", **FROM, **rows(("2026-12-31", "6000")))
    answer = post(city, GOAL + "/plan", **FROM, **rows(("2026-12-31", "")))

    assert answer.status_code == 303
    assert (milestones(), count(PlanVersion)) == ((), 2)
    assert "无，按匀速进度" in city.get(GOAL).text


@pytest.mark.parametrize(
    ("given", "place", "sentence"),
    [
        (rows(("2025-01-01", "10")), "on_0", "晚于 2025-01-01、早于 2027-12-31"),
        (rows(("2027-12-31", "10")), "on_0", "晚于 2025-01-01、早于 2027-12-31"),
        (rows(("2026-06-30", "10"), ("2026-06-30", "20")), "on_1", "这一天已有里程碑"),
        (rows(("2025-12-31", "20"), ("2026-12-31", "10")), "quantity_1", "之后不能更少"),
        (rows(("2025-12-31", "10001")), "quantity_0", "不能高于目标"),
        (rows(("", "20")), "on_0", "请填写应达到的日期"),
        (rows(("31.12.", "20")), "on_0", "2026-11-22"),
        (rows(("2025-12-31", "20+")), "quantity_0", "整数"),
        (
            {**rows(("2025-12-31", "20")), "plan_from": "2024-01-01"},
            "plan_from",
            "请填写期限内的日期",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_row_and_nothing_typed_is_lost(
    city: FlaskClient, given: dict[str, str], place: str, sentence: str
) -> None:
    answer = post(city, GOAL + "/plan", **{**FROM, **given})

    fault = re.search(rf'id="{place}-error">(.*?)</p>', answer.text, re.DOTALL)
    assert answer.status_code == 422
    assert fault is not None, answer.text
    assert sentence in fault[1]
    for name, value in given.items():
        assert re.search(rf'name="{name}"[^>]*value="{re.escape(value)}"', answer.text), name
    assert count(PlanVersion) == 0


def test_a_request_sent_twice_sets_once(city: FlaskClient) -> None:
    given = {**FROM, **rows(("2026-12-31", "6000")), "key": "k" * 32}

    answers = [post(city, GOAL + "/plan", **given).status_code for _ in range(2)]

    assert (answers, count(PlanVersion)) == ([303, 303], 1)


def test_a_target_under_a_milestone_is_refused_at_its_field(city: FlaskClient) -> None:
    post(city, GOAL + "/plan", **FROM, **rows(("2026-12-31", "6000")))

    answer = post(city, GOAL + "/target", target="5999", target_from="2026-02-01")

    assert answer.status_code == 422
    assert "请先调低里程碑" in answer.text
    assert read_goals(date(2026, 2, 1), read_head())[3].target == 10_000


def test_shares_are_added_up_before_they_are_set(city: FlaskClient) -> None:
    fields = {"shares_from": "2026-01-01", "share_320583": "6,000", "share_320582": "3500"}

    answer = post(city, GOAL + "/shares", **fields, check="yes")

    assert answer.status_code == 200
    assert '<span data-sum="shares">9,500</span>' in answer.text
    assert '<span data-sum="difference">−500</span>' in answer.text
    assert "已核算，尚未保存" in answer.text
    assert 'value="6000"' in answer.text or 'value="6,000"' in answer.text
    assert count(Allocation) == 0


def test_the_document_of_shares_and_target_is_kept(city: FlaskClient) -> None:
    post(city, GOAL + "/shares", shares_from="2026-01-01", share_320583="5", shares_source="甲号")
    post(city, GOAL + "/target", target="9000", target_from="2026-01-01", target_source="乙号")

    day, head = date(2026, 1, 1), read_head()
    shares, target = read_shares(day, head), read_goals(day, head)[3].target_basis
    basis = shares.basis_of(Kind.ROBOT_DEPLOYMENT)
    assert basis is not None
    assert target is not None
    assert (basis.source, target.source) == ("甲号", "乙号")
    assert [text in city.get(GOAL).text for text in ("甲号", "乙号")] == [True, True]
