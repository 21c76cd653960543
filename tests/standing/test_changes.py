"""Retire and relocate: what leaves the stock, what moves, and what is shown before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any  # what leaves is of several types

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed
from registry.entries.models import Entry, RobotLot, RobotUnit, UnitStatus
from registry.ledger.heads import read_head
from registry.ledger.queries import read_totals
from registry.ledger.verify import verify
from registry.programme.kinds import Kind, Measure
from registry.standing.models import Act
from registry.standing.outlook import look_ahead
from tests.entries.factories import a_registered, an_entry
from tests.factories import a_district, a_user, an_enterprise
from tests.importing.factories import import_lines
from tests.standing.factories import (
    BEFORE,
    DAY,
    KUNSHAN,
    NOW,
    ZHANGJIAGANG,
    a_lot,
    a_proposal,
    administrator,
    asking,
    asking_to_move,
    leave,
    officer,
    settle,
    total,
)


def _units(entry: Entry) -> list[RobotUnit]:
    found = sa.select(RobotUnit).where(RobotUnit.entry_id == entry.id).order_by(RobotUnit.position)
    return list(db.session.scalars(found))


def test_robots_that_left_leave_the_stock_and_stay_in_ever_deployed(app: Flask) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    gone = _units(entry)[:2]

    leave(entry, by=officer(), unit_ids=[unit.id for unit in gone], way=UnitStatus.SOLD)

    figures = [(total(Measure.ROBOT, on), total(Measure.ROBOT_RETIRED, on)) for on in (BEFORE, DAY)]
    assert figures == [(3, 0), (1, 2)]
    assert {(unit.until_on, unit.retired, unit.status) for unit in gone} == {
        (DAY, True, UnitStatus.SOLD)
    }
    assert verify().fault is None


def test_the_serial_of_a_robot_that_left_can_be_registered_again(app: Flask) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    unit = _units(entry)[0]
    leave(entry, by=officer(), unit_ids=[unit.id])

    other = an_entry(Kind.ROBOT_DEPLOYMENT)
    first = _units(other)[0]
    first.serial_no, first.serial_key = unit.serial_no, unit.serial_key
    a_registered(Kind.ROBOT_DEPLOYMENT, entry=other, effective_on=DAY)

    assert total(Measure.ROBOT, DAY) == 5
    assert verify().fault is None


def test_an_old_list_counts_no_serial_twice_on_a_day(app: Flask) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    unit = _units(entry)[0]
    leave(entry, by=officer(), unit_ids=[unit.id])
    line = {
        "kind": "robot_deployment",
        "enterprise": an_enterprise().name,
        "district": KUNSHAN,
        "serials": f"{unit.brand}:{unit.serial_no}",
    }

    early = import_lines({**line, "title": "一", "decided_on": BEFORE.isoformat()}, at=NOW)
    late = import_lines({**line, "title": "二", "decided_on": DAY.isoformat()}, at=NOW)

    assert (early.is_new, late.is_new) == (False, True)
    assert (total(Measure.ROBOT, BEFORE), total(Measure.ROBOT, DAY)) == (3, 3)
    assert verify().fault is None


def test_part_of_a_lot_leaves_and_the_rest_keeps_its_first_day(app: Flask) -> None:
    entry = a_lot(9)
    (lot,) = db.session.scalars(sa.select(RobotLot).where(RobotLot.entry_id == entry.id))

    leave(entry, by=officer(), lots={lot.id: 4})

    parts = db.session.scalars(sa.select(RobotLot).order_by(RobotLot.id)).all()
    assert [(p.quantity, p.from_on, p.until_on, p.retired) for p in parts] == [
        (5, date(2026, 6, 1), None, False),
        (4, date(2026, 6, 1), DAY, True),
    ]
    assert (total(Measure.ROBOT, DAY), total(Measure.ROBOT_RETIRED, DAY)) == (5, 4)
    assert verify().fault is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "units"),
        ({"unit_ids": [999_999]}, "units"),
        ({"lots": {999_999: 1}}, "lots"),
        ({"note": ""}, "reason"),
        ({"way": UnitStatus.IDLE}, "way"),
        ({"on": date(2026, 5, 31)}, "effective_on"),
        ({"on": date(2026, 11, 21)}, "effective_on"),
    ],
)
def test_what_leaves_is_in_the_stock_and_the_day_is_possible(
    app: Flask, given: dict[str, Any], field: str
) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)

    with pytest.raises(Invalid) as refusal:
        leave(entry, by=officer(), **given)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    "who", [administrator, lambda: officer(Role.OFFICER, ZHANGJIAGANG), lambda: a_user(Role.LEADER)]
)
def test_only_the_desk_of_its_district_takes_robots_out(
    app: Flask, who: Callable[[], User]
) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)

    with pytest.raises(NotAllowed):
        leave(entry, by=who(), unit_ids=[_units(entry)[0].id])


def test_what_moved_counts_elsewhere_from_its_day_and_the_past_stays(app: Flask) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    proposal = a_proposal(
        entry, Act.RELOCATE, by=officer(Role.SUPERVISOR), asked=asking_to_move(target.id)
    )

    settle(proposal, by=officer(Role.SUPERVISOR, ZHANGJIAGANG))

    figures = [
        (total(Measure.SMART_WORKSHOP, on), total(Measure.SMART_WORKSHOP, on, code=target.code))
        for on in (BEFORE, DAY)
    ]
    assert figures == [(1, 0), (0, 1)]
    assert entry.district_id == target.id
    assert verify().fault is None


def test_what_was_recorded_wrongly_takes_its_past_along_and_the_old_answer_stays(
    app: Flask,
) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    known = read_head()
    asked = asking_to_move(target.id, reason_code="recorded_wrongly", effective_on=None)
    proposal = a_proposal(entry, Act.RELOCATE, by=administrator(), asked=asked)

    settle(proposal, by=officer(Role.SUPERVISOR, ZHANGJIAGANG))

    on = date(2026, 6, 1)
    assert total(Measure.SMART_WORKSHOP, on) == 0
    assert total(Measure.SMART_WORKSHOP, on, code=target.code) == 1
    then = read_totals(on, head=known, newest=read_head())
    assert then.get((a_district().id, Measure.SMART_WORKSHOP)) == 1
    assert verify().fault is None


def test_a_move_is_taken_back_as_recorded_wrongly(app: Flask) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    home = entry.district_id
    city, other_city = administrator(), administrator()
    moved = asking_to_move(target.id)
    settle(a_proposal(entry, Act.RELOCATE, by=city, asked=moved), by=other_city)

    wrong = asking_to_move(home, reason_code="recorded_wrongly", effective_on=None)
    settle(a_proposal(entry, Act.RELOCATE, by=city, asked=wrong), by=other_city)

    assert [(place.from_on, place.district_id) for place in entry.districts] == [
        (entry.effective_on, home)
    ]
    assert total(Measure.SMART_WORKSHOP, clock.day_of(NOW)) == 1
    assert verify().fault is None


@pytest.mark.parametrize(
    ("proposes", "decides", "is_allowed"),
    [
        (KUNSHAN, ZHANGJIAGANG, True),
        (KUNSHAN, "", True),
        ("", ZHANGJIAGANG, True),
        ("", KUNSHAN, True),
        (KUNSHAN, KUNSHAN, False),
    ],
)
def test_both_districts_agree_or_the_city_orders(
    app: Flask, proposes: str, decides: str, is_allowed: bool
) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    one, other = (
        officer(Role.SUPERVISOR, code) if code else administrator() for code in (proposes, decides)
    )
    asked = asking_to_move(target.id)
    proposal = a_proposal(entry, Act.RELOCATE, by=one, asked=asked)

    if is_allowed:
        settle(proposal, by=other)
    else:
        with pytest.raises(NotAllowed):
            settle(proposal, by=other)

    assert (entry.district_id == target.id) is is_allowed


def test_a_move_leads_elsewhere_on_a_day_after_the_last_one(app: Flask) -> None:
    entry, target = a_registered(Kind.SMART_WORKSHOP), a_district(ZHANGJIAGANG)
    faulty = [
        asking_to_move(entry.district_id),
        asking_to_move(999_999),
        asking_to_move(target.id, effective_on=date(2026, 6, 1)),
        asking_to_move(target.id, effective_on=date(2026, 11, 21)),
    ]
    fields = []
    for asked in faulty:
        with pytest.raises(Invalid) as refusal:
            a_proposal(entry, Act.RELOCATE, by=officer(Role.SUPERVISOR), asked=asked)
        fields.append(refusal.value.field)

    assert fields == ["district", "district", "effective_on", "effective_on"]


@pytest.mark.parametrize("act", list(Act))
def test_what_is_shown_before_is_what_is_posted_after(app: Flask, act: Act) -> None:
    entry = a_registered(Kind.ROBOT_DEPLOYMENT)
    target = a_district(ZHANGJIAGANG)
    asked = {Act.REVOKE: asking(), Act.RELOCATE: asking_to_move(target.id)}[act]
    proposal = a_proposal(entry, act, by=officer(Role.SUPERVISOR), asked=asked)
    effects = look_ahead(entry, act, asked)
    before = _figures()

    settle(proposal, by=administrator())

    shown: Counter[tuple[int, Measure]] = Counter()
    for effect in effects:
        shown[effect.district.id, effect.measure] += effect.quantity
    after = _figures()
    changed = {place: after[place] - before[place] for place in before | after}
    assert {place: n for place, n in changed.items() if n} == dict(shown)


def _figures() -> Counter[tuple[int, Measure]]:
    head = read_head()
    return Counter(dict(read_totals(clock.day_of(NOW), head=head, newest=head)))
