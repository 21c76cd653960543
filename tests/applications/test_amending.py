"""What amendments do to the register and its figures, from which day, and what they leave alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Membership, Role
from registry.applications.amending import plan, read_filed, rows_moved
from registry.applications.amendment import find_open, start
from registry.applications.filing import list_faults
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.suspicions import LOTS_ON_TOP, LOTS_REPLACED
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, WrongState
from registry.entries.models import Entry, RobotLot, Standing
from registry.entries.registered import registered_words
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
from tests.factories import a_district, a_user
from tests.standing.factories import a_lot, a_proposal, asking, asking_to_move, leave, settle

LAST = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PAIR = tuple[int, int]
REMARK = Given(remarks=[("section:rows", "登记已变，请更新。")])


@pytest.fixture
def case(app: Flask) -> Application:
    """An approved deployment of three robots, counted from FIRST_DAY."""
    return a_registered(3)


def faults_of(application: Application, at: datetime = LATER) -> list[str]:
    with clock.set_to(at):
        return [fault.place for fault in list_faults(application, today=clock.today())]


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


def test_robots_that_left_meanwhile_stop_the_approval_until_it_is_filed_anew(
    case: Application,
) -> None:
    owner = owner_of(case)
    amendment = a_claimed_amendment(case.entry, by=owner, edit=adding(2))
    officer, unit = amendment.holder, next(iter(units_of(case.entry).values()))
    assert officer is not None
    leave(case.entry, by=officer, at=LATER, on=DAY, unit_ids=[unit.id])

    with pytest.raises(WrongState, match="changed in the register"):
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

    with pytest.raises(WrongState, match="revoked on 2026-09-01"):
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

    with pytest.raises(WrongState, match="another district"):
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
    with pytest.raises(WrongState, match="taken back"):
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
    assert (fault.table, fault.key) == ("entry", str(case.entry_id))


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
