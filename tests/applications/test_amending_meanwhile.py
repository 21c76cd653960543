"""Amendments beside what else happens: the entry changed meanwhile, old lots, lists, pipeline."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Role
from registry.applications.amending import plan, read_filed, rows_moved
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.suspicions import LOTS_ON_TOP, LOTS_REPLACED
from registry.applications.workflow import Action
from registry.approval.outlook import effects_of
from registry.core.database import db
from registry.core.errors import Invalid, WrongState
from registry.entries.models import Entry, RobotLot
from registry.importing.models import Batch
from registry.importing.queries import describe_undoing
from registry.importing.service import undo_import
from registry.ledger.heads import read_head
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.pipeline import read_pipeline
from registry.ledger.verify import verify
from registry.programme.kinds import Kind, Measure
from registry.standing.models import Act
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
    edit_words,
    faults_of,
    owner_of,
    robots,
    setting,
    units_of,
)
from tests.applications.factories import (
    a_member,
    a_robot_row,
    act,
    an_approved,
    file_it,
    workshop_words,
)
from tests.factories import a_district, a_user
from tests.standing.factories import a_lot, a_proposal, asking, asking_to_move, leave, settle

LAST = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PAIR = tuple[int, int]
REMARK = Given(remarks=[("section:rows", "登记已变，请更新。")])


@pytest.fixture
def case(app: Flask) -> Application:
    """An approved deployment of three robots, counted from FIRST_DAY."""
    return a_registered(3)


def test_robots_that_left_meanwhile_stop_the_approval_until_it_is_filed_anew(
    case: Application,
) -> None:
    owner = owner_of(case)
    amendment = a_claimed_amendment(case.entry, by=owner, edit=adding(2))
    officer, unit = amendment.holder, next(iter(units_of(case.entry).values()))
    assert officer is not None
    leave(case.entry, by=officer, at=LATER, on=DAY, unit_ids=[unit.id])

    with pytest.raises(WrongState, match="又有改动"):
        decide(amendment)

    act(amendment, Action.RETURN, by=officer, at=LATER, given=REMARK)
    assert faults_of(amendment) == ["row:1:serial_no"]
    edit_words(amendment, by=owner, edit=lambda words: words["rows"].pop(0))
    answers = {remark.id: "已更新。" for remark in amendment.remarks}
    file_it(amendment, by=owner, at=LATER, answers=answers)
    act(amendment, Action.CLAIM, by=officer, at=LATER)
    decide(amendment)
    assert robots(DAY) == 4
    assert verify().fault is None


def test_a_revoked_entry_is_amended_no_more(case: Application) -> None:
    amendment = a_claimed_amendment(case.entry, by=owner_of(case), edit=adding(2))
    officer, city = amendment.holder, a_user(Role.ADMINISTRATOR)
    assert officer is not None
    proposal = a_proposal(case.entry, by=officer, asked=asking(effective_on=DAY), at=LATER)
    settle(proposal, by=city, at=LATER)

    with pytest.raises(WrongState, match="2026-09-01 撤销"):
        decide(amendment)

    assert robots(DAY) == 0


def test_an_entry_that_moved_is_amended_by_its_new_district(case: Application) -> None:
    owner, entry = owner_of(case), case.entry
    amendment = a_claimed_amendment(entry, by=owner, edit=adding(2))
    officer, city = amendment.holder, a_user(Role.ADMINISTRATOR)
    assert officer is not None
    there = a_user(Role.OFFICER, district=a_district("320585"))
    assert there.district_id is not None
    asked = asking_to_move(there.district_id, effective_on=BEFORE)
    boss = a_user(Role.SUPERVISOR, district=case.district)
    settle(a_proposal(entry, Act.RELOCATE, by=boss, asked=asked, at=LATER), by=city, at=LATER)

    with pytest.raises(WrongState, match="其他板块"):
        decide(amendment)

    act(amendment, Action.RETURN, by=officer, at=LATER, given=REMARK)
    file_it(amendment, by=owner, at=LATER, answers={r.id: "好。" for r in amendment.remarks})
    assert amendment.district_id == there.district_id
    act(amendment, Action.CLAIM, by=there, at=LATER)
    decide(amendment)
    assert verify().fault is None


def test_serials_take_the_place_of_a_lot_from_now_or_from_its_beginning(app: Flask) -> None:
    entry = a_lot(20)
    owner = a_user(Role.MEMBER, enterprise=entry.enterprise)
    _complete(entry)

    amend(entry, by=owner, edit=adding(5), lots=LOTS_REPLACED)
    amend(entry, by=owner, sort="correction", edit=adding(4), lots=LOTS_REPLACED)
    amend(entry, by=owner, edit=adding(2), lots=LOTS_ON_TOP)

    assert [robots(day) for day in (FIRST_DAY, BEFORE, DAY)] == [20, 20, 22]
    days = Counter(unit.from_on for unit in units_of(entry).values())
    assert days == {DAY: 7, FIRST_DAY: 4}
    left = sa.select(sa.func.sum(RobotLot.quantity)).where(RobotLot.until_on.is_(None))
    assert db.session.scalar(left) == 11
    assert verify().fault is None


def _complete(entry: Entry) -> None:
    """Let a firm that an old list brought in have its record filled in."""
    known = a_member().enterprise
    assert known is not None
    for name in ("industry", "address", "employees", "revenue_wan", "founded_on"):
        setattr(entry.enterprise, name, getattr(known, name))
    for name in ("legal_representative", "contact_name", "contact_phone"):
        setattr(entry.enterprise, name, "测试")
    entry.enterprise.district_id = entry.district_id


def test_an_old_list_is_amended_without_telling_all_of_it_anew(app: Flask) -> None:
    entry = a_lot(20)
    owner = a_user(Role.MEMBER, enterprise=entry.enterprise)
    _complete(entry)

    draft = an_amendment(entry, by=owner, edit=adding(1, serial_no=""))

    assert faults_of(draft) == ["row:1:serial_no"]  # its address is as blank as the list left it


def test_taking_a_list_back_names_the_entries_that_were_amended(app: Flask) -> None:
    entry = a_lot(20)
    owner = a_user(Role.MEMBER, enterprise=entry.enterprise)
    _complete(entry)
    amend(entry, by=owner, edit=adding(2), lots=LOTS_ON_TOP)
    waiting = a_claimed_amendment(entry, by=owner, edit=adding(1))
    batch = db.session.scalars(sa.select(Batch.id)).one()

    (changed,) = describe_undoing(batch).changed
    undo_import(batch, by=None, at=LATER)

    assert changed == (entry.number, ["amended"])
    assert (robots(BEFORE), robots(DAY)) == (0, 0)
    with pytest.raises(WrongState, match="名单已撤销"):
        decide(waiting)
    assert verify().fault is None


def test_an_open_amendment_is_in_the_pipeline_by_what_it_would_add(case: Application) -> None:
    workshop = an_approved(kind=Kind.SMART_WORKSHOP, words=workshop_words())

    def rename(words: dict[str, dict[str, str]]) -> None:
        words["fields"]["title"] = "新名称"

    a_claimed_amendment(case.entry, by=owner_of(case), edit=adding(24))
    a_claimed_amendment(workshop.entry, by=owner_of(workshop), edit=rename)

    pipeline = read_pipeline(read_head())
    assert dict(pipeline.by_kind) == {Kind.ROBOT_DEPLOYMENT: 24}
    assert dict(pipeline.cases) == {Kind.ROBOT_DEPLOYMENT: 1}


def test_the_story_of_the_entry_names_it_and_the_chain_its_sort(case: Application) -> None:
    decided = amend(case.entry, by=owner_of(case), sort="correction", edit=setting(1, axes="5"))

    event = db.session.scalars(sa.select(Event).where(Event.type == "corrected")).one()
    cause = db.session.scalar(sa.select(Seal.cause).where(Seal.sequence == event.sequence))
    assert (event.entry_id, event.application_id, cause) == (case.entry_id, case.id, "correct")
    assert decided.number in event.payload


def test_a_fact_changed_beside_the_application_is_named(case: Application) -> None:
    amend(case.entry, by=owner_of(case), edit=adding(1))
    unit = list(units_of(case.entry).values())[3]
    unit.from_on = FIRST_DAY

    fault = verify().fault

    assert fault is not None
    assert (fault.table, fault.key) == ("robot_unit", f"entry {case.entry_id} row 4")


def test_rows_in_anothers_place_are_verified_or_nothing_is(case: Application) -> None:
    edit = setting(2, serial_no="E21-RIGHT")
    amendment = a_claimed_amendment(case.entry, by=owner_of(case), sort="correction", edit=edit)

    with pytest.raises(Invalid):
        decide(amendment, verified=[])


def test_rows_that_were_not_verified_stay_outside(case: Application) -> None:
    amendment = a_claimed_amendment(case.entry, by=owner_of(case), edit=adding(3))

    decide(amendment, verified=[4, 6])

    assert robots(DAY) == 5
    assert [unit.position for unit in units_of(case.entry).values()] == [1, 2, 3, 4, 6]


def test_the_moves_worked_out_before_are_those_that_are_made(case: Application) -> None:
    def edit(words: dict[str, list[dict[str, str]]]) -> None:
        words["rows"][0]["status"] = "moved"
        words["rows"] += [a_robot_row(), a_robot_row(robot_type="agv", axes="")]

    amendment = a_claimed_amendment(case.entry, by=owner_of(case), edit=edit)
    filed = read_filed(amendment)
    moves = plan(amendment, filed, verified=[4, 5], lots="", on=DAY)
    total: Counter[tuple[object, ...]] = Counter()
    for row in rows_moved(amendment, filed, moves)[case.entry_id]:
        total[row.measure, row.from_on, row.until_on, row.retired] += row.quantity

    decide(amendment)

    after = Counter(
        (unit.measure, unit.from_on, unit.until_on, unit.retired)
        for unit in units_of(case.entry).values()
    )
    before: Counter[tuple[object, ...]] = Counter({(Measure.ROBOT, FIRST_DAY, None, False): 3})
    before.update(total)
    assert {key: n for key, n in before.items() if n} == after


def test_what_the_officer_is_shown_beforehand_is_what_is_posted(case: Application) -> None:
    def edit(words: dict[str, list[dict[str, str]]]) -> None:
        words["rows"][0] |= {"robot_type": "agv", "axes": ""}
        words["rows"][1]["serial_no"] = "E21-RIGHT"
        words["rows"].pop(2)
        words["rows"] += [a_robot_row(), a_robot_row(robot_type="agv", axes="")]

    amendment = a_claimed_amendment(case.entry, by=owner_of(case), sort="correction", edit=edit)
    rows = [2, 3, 4]
    shown = effects_of(amendment, read_filed(amendment), verified=rows, lots="", on=DAY)

    decide(amendment, verified=rows)

    columns = (Posting.effective_on, Posting.district_id, Posting.measure, Posting.quantity)
    last = sa.select(*columns).where(Posting.sequence == read_head().sequence)
    posted = db.session.execute(last.order_by(Posting.position)).all()
    assert [(e.effective_on, e.district.id, e.measure, e.quantity) for e in shown] == [
        tuple(row) for row in posted
    ]
    assert len(posted) == 3  # the new robot stands where one was struck out, so in its place
    assert verify().fault is None
