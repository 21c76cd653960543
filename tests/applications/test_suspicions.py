"""What makes an officer look twice, and what blocks approval."""

from __future__ import annotations

import pytest
from flask import Flask

from registry.accounts.roles import Role
from registry.applications.suspicions import list_suspicions
from registry.applications.workflow import Action
from registry.core.errors import WrongState
from registry.programme.kinds import Kind
from tests.applications.factories import (
    a_claimed,
    a_filed,
    a_member,
    a_robot_row,
    act,
    approval_of,
    robot_words,
    workshop_words,
)
from tests.factories import a_user


def with_row(row: dict[str, str]) -> dict[str, object]:
    return {**robot_words(2), "rows": [a_robot_row(), row]}


def test_a_serial_in_two_open_cases_blocks_the_second_only(app: Flask) -> None:
    officer, row = a_user(Role.OFFICER), a_robot_row()
    first = a_claimed(officer, words=with_row(row))
    other = {**row, "invoice_no": "26320000000000009999"}
    second = a_claimed(officer, words=with_row(other))
    assert [(s.code, s.rows, s.is_hard) for s in list_suspicions(first)] == [
        ("open_case", (2,), False)
    ]
    assert [(s.code, s.rows, s.is_hard) for s in list_suspicions(second)] == [
        ("open_case", (2,), True)
    ]
    with pytest.raises(WrongState):
        act(second, Action.APPROVE, by=officer, given=approval_of(second))
    given = approval_of(second, verified=[1])
    assert act(second, Action.APPROVE, by=officer, given=given).application.quantity == 1


def test_a_serial_registered_meanwhile_is_left_out(app: Flask) -> None:
    officer, row = a_user(Role.OFFICER), a_robot_row()
    first = a_claimed(officer, words=with_row(row))
    other = {**row, "invoice_no": "26320000000000008888"}
    second = a_claimed(officer, words=with_row(other))
    act(first, Action.APPROVE, by=officer, given=approval_of(first))
    [found] = list_suspicions(second)
    assert (found.code, found.rows, found.is_hard) == ("registered", (2,), True)
    assert found.elsewhere is not None
    assert found.elsewhere.application_id == first.id


def test_a_workshop_of_the_same_name_is_looked_at(app: Flask) -> None:
    officer, member = a_user(Role.OFFICER), a_member()
    first = a_claimed(officer, by=member, kind=Kind.SMART_WORKSHOP)
    second = a_filed(
        member, kind=Kind.SMART_WORKSHOP, words=workshop_words(site_address="别处 1 号")
    )
    act(first, Action.APPROVE, by=officer, given=approval_of(first))
    assert [(s.code, s.is_hard) for s in list_suspicions(second)] == [("title", True)]
