"""The queue: groups, order, tabs, search, marks of doubt; a constant number of statements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.workflow import Action
from registry.approval.doubts import find_doubts
from registry.approval.figures import figures_of_week
from registry.approval.queries import (
    Group,
    Tab,
    count_groups,
    find_neighbours,
    list_page,
    read_position,
)
from registry.core import clock
from registry.core.clock import day_of
from registry.core.database import db
from tests.applications.factories import (
    a_claimed,
    a_filed,
    a_member,
    a_returned,
    a_robot_row,
    act,
    an_approved,
    file_it,
    robot_words,
)
from tests.conftest import SignedIn
from tests.factories import a_district, a_user
from tests.statements import counted_statements

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("app")


def an_officer(code: str = "320583") -> User:
    return a_user(Role.OFFICER, district=a_district(code))


def due(application: Application, days: int) -> Application:
    application.due_on = day_of(AT) + timedelta(days=days)
    db.session.flush()
    return application


def an_answered(officer: User) -> Application:
    by = a_member()
    returned = a_returned(officer, by=by)
    answers = {remark.id: "已补正" for remark in returned.remarks}
    return file_it(returned, by=by, answers=answers)


def test_cases_stand_in_groups_in_the_order_in_which_they_fall_due() -> None:
    officer = an_officer()
    new, late = due(a_filed(), 9), due(a_filed(), -3)
    later, today = due(a_filed(), 12), due(a_filed(), 0)
    answered = due(an_answered(officer), 5)

    page = list_page(officer, at=AT)

    assert [(row.application.id, row.group) for row in page.rows] == [
        (late.id, Group.OVERDUE),
        (today.id, Group.DUE_TODAY),
        (answered.id, Group.ANSWERED),
        (new.id, Group.NEW),
        (later.id, Group.NEW),
    ]
    assert count_groups(officer, at=AT) == {
        Tab.ALL: 5,
        Tab.OVERDUE: 1,
        Tab.DUE_TODAY: 1,
        Tab.ANSWERED: 1,
        Tab.NEW: 2,
        Tab.MINE: 0,
    }


def test_queue_holds_only_the_own_district_and_only_what_waits_for_the_desk() -> None:
    officer = an_officer()
    mine = a_claimed(officer)
    a_returned(officer)
    an_approved(officer)

    assert [row.application.id for row in list_page(officer, at=AT).rows] == [mine.id]
    assert list_page(an_officer("320505"), at=AT).rows == []


def test_a_claim_that_has_ended_is_no_longer_mine() -> None:
    officer = an_officer()
    held = a_claimed(officer)

    assert len(list_page(officer, at=AT, tab=Tab.MINE).rows) == 1
    assert list_page(officer, at=AT + timedelta(days=15), tab=Tab.MINE).rows == []
    assert held.holder_id == officer.id


def test_pages_follow_each_other_without_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    officer = an_officer()
    cases = [due(a_filed(), days) for days in (-1, 0, 4, 4, 8)]
    monkeypatch.setattr("registry.approval.queries.PAGE", 2)

    found, after = [], None
    for _ in range(3):
        page = list_page(officer, at=AT, after=after)
        found += [row.application.id for row in page.rows]
        after = read_position(str(page.after))

    assert found == [case.id for case in cases]
    assert after is None


@pytest.mark.parametrize("asked", ["name", "part", "code", "number", "serial"])
def test_search_finds_what_stands_on_paper(asked: str) -> None:
    officer, by = an_officer(), a_member()
    words = {**robot_words(1), "rows": [a_robot_row(77, serial_no="ZX-77/a")]}
    case = a_filed(by, words=words)
    a_filed()
    assert by.enterprise is not None
    texts = {
        "name": by.enterprise.name,
        "part": by.enterprise.name[4:-4],
        "code": by.enterprise.uscc,
        "number": case.number,
        "serial": "zx-77/A",
    }

    rows = list_page(officer, at=AT, text=str(texts[asked])).rows

    assert [row.application.id for row in rows] == [case.id]


def test_a_sign_of_the_database_in_a_search_is_a_sign() -> None:
    a_filed()

    assert list_page(an_officer(), at=AT, text="%").rows == []


def test_doubts_name_what_blocks_each_case() -> None:
    officer = an_officer()
    row = a_robot_row()
    an_approved(officer, words={**robot_words(1), "rows": [row]})
    clean = a_filed()
    first = a_filed(words={**robot_words(1), "rows": [a_robot_row(31)]})
    rows = [a_robot_row(31, invoice_no="044205"), a_robot_row()]
    second = a_filed(words={**robot_words(2), "rows": rows})
    second.first_filed_at = AT + timedelta(hours=1)
    db.session.flush()

    found = find_doubts([clean.id, first.id, second.id])

    assert {key: {doubt.code for doubt in doubts} for key, doubts in found.items()} == {
        second.id: {"open_case"},
    }


def test_neighbours_are_those_of_the_queue() -> None:
    officer = an_officer()
    first, second, third = (due(a_filed(), days) for days in (-2, 3, 4))

    beside = find_neighbours(officer, second, at=AT)

    assert beside is not None
    assert (beside.place, beside.count) == (1, 2)
    assert (beside.previous_id, beside.next_id) == (first.id, third.id)


def test_figures_of_the_week_count_what_the_desk_decided() -> None:
    officer = an_officer()
    monday = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
    with clock.set_to(monday):
        an_approved(officer, at=monday)
        rejected = a_claimed(officer, at=monday)
        given = Given(reason="不符合条件", reason_code="other")
        act(rejected, Action.REJECT, by=officer, at=monday + timedelta(days=2), given=given)
        rejected.due_on = day_of(monday) + timedelta(days=1)
        db.session.flush()

    week = figures_of_week(officer, at=monday + timedelta(days=3))

    assert (week.decided, week.share_in_time) == (2, 50.0)
    assert figures_of_week(officer, at=monday + timedelta(days=7)).decided == 0


def test_queue_needs_the_same_statements_for_one_row_and_for_three(
    app: Flask, enter: SignedIn
) -> None:
    browser = enter(an_officer())
    counts = []
    for more in (1, 2):
        for _ in range(more):
            a_filed()
        db.session.commit()
        with counted_statements() as statements:
            page = browser.get("/approval")
        assert page.status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]
