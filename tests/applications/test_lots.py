"""Units of an old list that are replaced by robots with serial numbers."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from registry.accounts.roles import Role
from registry.applications.workflow import Action
from registry.core.database import db
from registry.entries.models import RobotLot
from registry.ledger.service import deed
from registry.programme.kinds import Measure
from tests.applications.factories import a_claimed, a_member, act, approval_of
from tests.applications.test_service import quantities
from tests.factories import a_user

BEFORE, WITHIN = date(2024, 5, 1), date(2026, 5, 1)


@pytest.mark.parametrize(
    ("from_on", "lots", "counted"),
    [
        (WITHIN, "replace", 10 + 3),
        (WITHIN, "on_top", 10 + 3 + 3),
        (BEFORE, "replace", 3 + 3),
        (BEFORE, "on_top", 3 + 3),
    ],
)
def test_what_is_left_of_a_lot_keeps_its_own_first_day(
    app: Flask, from_on: date, lots: str, counted: int
) -> None:
    officer, member = a_user(Role.OFFICER), a_member()
    first = a_claimed(officer, by=member)
    act(first, Action.APPROVE, by=officer, given=approval_of(first))
    with deed(by=None, cause="import") as opened:
        lot = {"measure": Measure.ROBOT, "quantity": 10, "from_on": from_on}
        db.session.add(RobotLot(entry_id=first.entry_id, **lot))
        opened.touch([first.entry_id])
    second = a_claimed(officer, by=member)

    act(second, Action.APPROVE, by=officer, given=approval_of(second, lots=lots))

    assert sum(quantity for _day, quantity in quantities()) == counted
