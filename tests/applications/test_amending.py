"""What amendments do to the register and its figures, from which day, and what they leave alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Membership, Role
from registry.applications.amendment import find_open, start
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.core.errors import NotAllowed, WrongState
from registry.entries.models import Standing
from registry.entries.registered import registered_words
from registry.ledger.heads import read_head
from registry.ledger.models import Posting
from registry.ledger.verify import verify
from registry.programme.kinds import Kind, Measure
from tests.applications.amendments import (
    BEFORE,
    DAY,
    FIRST_DAY,
    LATER,
    a_claimed_amendment,
    a_registered,
    adding,
    amend,
    an_amendment,
    decide,
    faults_of,
    owner_of,
    robots,
    setting,
    units_of,
)
from tests.applications.factories import (
    a_draft,
    a_member,
    a_robot_row,
    act,
    an_approved,
    file_it,
    robot_words,
    workshop_words,
)
from tests.entries.factories import a_form
from tests.factories import a_user

LAST = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PAIR = tuple[int, int]
REMARK = Given(remarks=[("section:rows", "登记已变，请更新。")])


@pytest.fixture
def case(app: Flask) -> Application:
    """An approved deployment of three robots, counted from FIRST_DAY."""
    return a_registered(3)


def count_postings() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) or 0


def pair(day: object, known: int | None = None) -> PAIR:
    """Return the robots and the mobile robots of Kunshan on a day."""
    return (
        robots(day, known=known),  # type: ignore[arg-type]  # days only
        robots(day, Measure.MOBILE_ROBOT, known=known),  # type: ignore[arg-type]  # the same
    )


def test_new_robots_count_from_the_day_of_the_decision(case: Application) -> None:
    entry, before = case.entry, (case.entry.number, case.entry.rank, case.entry.effective_on)

    decided = amend(entry, by=owner_of(case), edit=adding(24))

    assert [robots(day) for day in (FIRST_DAY, BEFORE, DAY)] == [3, 3, 27]
    assert (entry.number, entry.rank, entry.effective_on) == before
    assert (decided.quantity, decided.entry.standing) == (24, Standing.UNREGISTERED)
    assert len(registered_words(entry)["rows"]) == 27
    assert verify().fault is None


def test_a_type_that_was_registered_wrongly_moves_from_its_first_day(case: Application) -> None:
    known = read_head().sequence
    mobile = setting(1, robot_type="agv", axes="")

    amend(case.entry, by=owner_of(case), sort="correction", edit=mobile)

    assert [pair(day) for day in (FIRST_DAY, BEFORE, DAY)] == [(2, 1)] * 3
    assert pair(BEFORE, known) == (3, 0)  # what was shown then is given again
    assert verify().fault is None


def test_a_robot_that_left_stays_in_what_was_ever_deployed(case: Application) -> None:
    amend(case.entry, by=owner_of(case), edit=setting(2, status="scrapped"))

    assert [robots(day) for day in (BEFORE, DAY)] == [3, 2]
    assert [robots(day, Measure.ROBOT_RETIRED) for day in (BEFORE, DAY)] == [0, 1]
    assert len(registered_words(case.entry)["rows"]) == 2


def test_a_robot_listed_by_mistake_never_counted(case: Application) -> None:
    amend(case.entry, by=owner_of(case), sort="correction", edit=lambda words: words["rows"].pop())

    assert [robots(day) for day in (FIRST_DAY, DAY)] == [2, 2]
    assert robots(DAY, Measure.ROBOT_RETIRED) == 0
    assert verify().fault is None


def test_a_wrong_serial_is_replaced_from_the_day_it_began(case: Application) -> None:
    entry, postings = case.entry, count_postings()
    wrong = list(units_of(entry))[1]

    amend(entry, by=owner_of(case), sort="correction", edit=setting(2, serial_no="E21-RIGHT"))

    unit = units_of(entry)["E21-RIGHT"]
    words = {"fields": robot_words(0)["fields"], "rows": [a_robot_row(serial_no=wrong)]}
    assert (unit.from_on, unit.position, wrong in units_of(entry)) == (FIRST_DAY, 2, False)
    assert count_postings() == postings
    assert faults_of(a_draft(words=words)) == []  # the serial given up is free
    assert verify().fault is None


def test_serials_that_were_mixed_up_change_places(case: Application) -> None:
    one, two, _three = units_of(case.entry)
    prices = setting(1, serial_no=two, unit_price_wan="20"), setting(2, serial_no=one)

    def swap(words: dict[str, list[dict[str, str]]]) -> None:
        for edit in prices:
            edit(words)

    amend(case.entry, by=owner_of(case), sort="correction", edit=swap)

    assert list(units_of(case.entry))[:2] == [two, one]
    assert units_of(case.entry)[two].unit_price_wan == 20
    assert robots(DAY) == 3


def test_facts_change_at_once_and_no_figure(app: Flask) -> None:
    kind = Kind.SMART_WORKSHOP
    case = an_approved(kind=kind, words=workshop_words(), at=LATER - timedelta(days=90))
    postings = count_postings()

    def edit(words: dict[str, dict[str, str]]) -> None:
        words["fields"] |= {
            "title": "新名称装配车间",
            "equipment_total": "130",
            "summary": "扩建。",
        }

    decided = amend(case.entry, by=owner_of(case), edit=edit)

    fields = registered_words(case.entry)["fields"]
    assert (fields["title"], fields["equipment_total"]) == ("新名称装配车间", "130")
    assert fields["equipment_smart"] == "96"
    assert (count_postings(), decided.quantity) == (postings, 0)
    assert verify().fault is None


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_registered_stands_in_the_form_and_nothing_differs(app: Flask, kind: Kind) -> None:
    with clock.set_to(LAST):
        case = an_approved(kind=kind, words=a_form(kind), at=LAST)

    draft = an_amendment(case.entry, by=owner_of(case), at=LAST)

    assert faults_of(draft, at=LAST) == ["section:amendment"]


def test_lines_of_an_upgrade_take_the_place_of_the_former(app: Flask) -> None:
    kind = Kind.EQUIPMENT_UPGRADE
    with clock.set_to(LAST):
        case = an_approved(kind=kind, words=a_form(kind), at=LAST)
    before = registered_words(case.entry)["rows"]

    def edit(words: dict[str, list[dict[str, str]]]) -> None:
        words["rows"][0]["quantity"] = "7"

    amend(case.entry, by=owner_of(case), edit=edit, at=LAST)

    rows = registered_words(case.entry)["rows"]
    assert rows == [{**before[0], "quantity": "7"}, *before[1:]]
    assert verify().fault is None


def test_a_list_that_leaves_robots_out_is_held_up(case: Application) -> None:
    draft = an_amendment(case.entry, by=owner_of(case), edit=lambda words: words["rows"].pop())

    assert faults_of(draft) == ["section:rows"]


@pytest.mark.parametrize(
    ("sort", "cells", "column"),
    [
        ("change", {"robot_type": "agv", "axes": ""}, "robot_type"),
        ("change", {"is_new": "no"}, "is_new"),
        ("change", {"status": "idle"}, "status"),
        ("correction", {"status": "sold"}, "status"),
    ],
)
def test_what_cannot_become_of_a_row_is_said_in_its_cell(
    case: Application, sort: str, cells: dict[str, str], column: str
) -> None:
    draft = an_amendment(case.entry, by=owner_of(case), sort=sort, edit=setting(2, **cells))

    assert faults_of(draft) == [f"row:2:{column}"]


def test_sort_and_reason_are_needed(case: Application) -> None:
    draft = an_amendment(case.entry, by=owner_of(case), sort="", reason=" ", edit=adding(1))

    assert faults_of(draft) == ["field:amend_sort", "field:amend_reason"]


def test_a_robot_that_left_the_entry_does_not_come_back(case: Application) -> None:
    owner, serial = owner_of(case), next(iter(units_of(case.entry)))
    amend(case.entry, by=owner, edit=setting(1, status="sold"))

    again = an_amendment(case.entry, by=owner, edit=adding(1, serial_no=serial))

    assert faults_of(again) == ["row:3:serial_no"]


def test_a_serial_registered_elsewhere_is_refused_and_ones_own_is_not(case: Application) -> None:
    other = a_registered(1)
    (taken,) = units_of(other.entry)

    draft = an_amendment(case.entry, by=owner_of(case), edit=adding(1, serial_no=taken))

    assert faults_of(draft) == ["row:4:serial_no"]


def test_a_serial_registered_elsewhere_meanwhile_blocks_the_approval(case: Application) -> None:
    serial = "E21-RACE"
    amendment = a_claimed_amendment(case.entry, by=owner_of(case), edit=adding(1, serial_no=serial))
    a_registered(1, serial_no=serial)

    with pytest.raises(WrongState):
        decide(amendment)


def test_withdrawn_it_leaves_the_entry_alone_and_frees_its_serials(case: Application) -> None:
    serial, before = "E21-FREE", registered_words(case.entry)
    amendment = file_it(
        an_amendment(case.entry, by=owner_of(case), edit=adding(1, serial_no=serial)),
        by=owner_of(case),
        at=LATER,
    )
    act(amendment, Action.WITHDRAW, by=owner_of(case), at=LATER, given=Given(reason="不再需要。"))

    assert registered_words(case.entry) == before
    assert find_open(case.entry.id) is None
    a_registered(1, serial_no=serial)
    assert verify().fault is None


def test_one_amendment_at_a_time(case: Application) -> None:
    owner = owner_of(case)
    first = an_amendment(case.entry, by=owner, edit=adding(1))

    with pytest.raises(WrongState):
        start(case.entry, by=owner, at=LATER)

    assert find_open(case.entry.id) == first


def test_proven_members_of_the_firm_begin_it(case: Application) -> None:
    firm = case.enterprise
    unproven = a_user(Role.MEMBER, enterprise=firm, membership=Membership.UNPROVEN)

    for person in (unproven, a_member(), a_user(Role.OFFICER, district=case.district)):
        with pytest.raises(NotAllowed):
            start(case.entry, by=person, at=LATER)

    colleague = a_user(Role.MEMBER, enterprise=firm)
    assert start(case.entry, by=colleague, at=LATER).amends == case.entry


@pytest.mark.parametrize("cells", [{"is_new": "no"}, {"is_new": "no", "serial_no": "E21-RIGHT"}])
def test_a_robot_that_was_never_new_never_counted(case: Application, cells: dict[str, str]) -> None:
    amend(case.entry, by=owner_of(case), sort="correction", edit=setting(2, **cells))

    assert [robots(day) for day in (FIRST_DAY, DAY)] == [2, 2]
    assert len(registered_words(case.entry)["rows"]) == 2
    assert verify().fault is None
