"""Filing, returning, deciding: what each step writes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Role
from registry.applications import service
from registry.applications.given import Given, Incomplete
from registry.applications.models import Filing
from registry.applications.status import Status
from registry.applications.workflow import Action
from registry.core.database import db
from registry.core.errors import WrongState
from registry.entries.models import RobotLot, RobotUnit, Standing
from registry.ledger.models import Event, Posting
from registry.ledger.service import deed
from registry.programme.kinds import Kind, Measure
from tests.applications.factories import (
    AT,
    a_claimed,
    a_draft,
    a_filed,
    a_member,
    a_returned,
    act,
    an_approved,
    approval_of,
    file_it,
    robot_words,
)
from tests.factories import a_user


def quantities() -> list[tuple[date, int]]:
    return [
        (row.effective_on, row.quantity)
        for row in db.session.scalars(sa.select(Posting).order_by(Posting.sequence))
    ]


def test_a_case_gets_the_next_number_of_its_district_and_year(app: Flask) -> None:
    member = a_member()
    numbers = [service.start(Kind.SMART_FACTORY, by=member, at=AT).number for _ in range(2)]
    assert numbers == ["320583-2026-0001", "320583-2026-0002"]


def test_filing_freezes_the_form_and_promises_a_day(app: Flask) -> None:
    member = a_member()
    application = a_filed(member)
    frozen = db.session.scalars(sa.select(Filing)).one()
    assert application.status is Status.SUBMITTED
    assert application.quantity == 3
    assert application.due_on == date(2026, 6, 30)
    assert (frozen.number, frozen.form, len(frozen.hash)) == (1, application.form, 64)
    assert frozen.enterprise["uscc"] == application.enterprise.uscc
    assert len(frozen.files) == 8


def test_filing_names_everything_that_is_missing(app: Flask) -> None:
    member = a_member()
    draft = service.start(Kind.ROBOT_DEPLOYMENT, by=member, at=AT)
    with pytest.raises(Incomplete) as refused:
        act(draft, Action.SUBMIT, by=member)
    assert {fault.place for fault in refused.value.faults} == {
        "field:title",
        "section:rows",
        "file:licence",
        "file:contract",
        "file:invoice",
        "file:nameplate",
        "file:photo",
        "file:pledge",
        "field:pledged",
    }


def test_approval_registers_the_verified_rows_and_posts_once(app: Flask) -> None:
    officer = a_user(Role.OFFICER)
    application = a_claimed(officer)
    act(
        application,
        Action.APPROVE,
        by=officer,
        given=approval_of(application, verified=[1, 3]),
    )
    assert application.status is Status.APPROVED
    assert application.entry.standing is Standing.REGISTERED
    assert application.quantity == 2
    assert quantities() == [(date(2026, 6, 1), 2)]
    registered = db.session.scalars(
        sa.select(RobotUnit.position).where(RobotUnit.is_registered).order_by(RobotUnit.position)
    )
    assert list(registered) == [1, 3]


def test_a_workshop_counts_one(app: Flask) -> None:
    an_approved(kind=Kind.SMART_WORKSHOP)
    assert quantities() == [(date(2026, 6, 1), 1)]


def test_the_clock_stands_while_the_case_is_returned(app: Flask) -> None:
    member, officer = a_member(), a_user(Role.OFFICER)
    application = a_returned(officer, by=member)
    assert (application.days_left, application.answer_by) == (20, date(2026, 7, 1))
    later = datetime(2026, 6, 22, 2, 0, tzinfo=UTC)
    [remark] = application.remarks
    file_it(application, by=member, at=later, answers={remark.id: "已改。"})
    assert application.status is Status.SUBMITTED
    assert application.due_on == date(2026, 7, 20)
    assert (remark.answer, remark.answered_at) == ("已改。", later)
    assert application.filings_count == 2


def test_a_returned_case_wants_each_remark_answered(app: Flask) -> None:
    member = a_member()
    application = a_returned(by=member, places=("field:title", "section:rows"))
    first, second = application.remarks
    with pytest.raises(Incomplete) as refused:
        file_it(application, by=member, answers={first.id: "已改。"})
    assert [fault.place for fault in refused.value.faults] == [f"field:answer-{second.id}"]


def test_a_lapsed_case_cannot_be_filed_again(app: Flask) -> None:
    member = a_member()
    application = a_returned(by=member)
    with pytest.raises(WrongState):
        file_it(application, by=member, at=AT + timedelta(days=31))


def test_recall_takes_it_back_and_the_clock_goes_on(app: Flask) -> None:
    officer = a_user(Role.OFFICER)
    application = a_returned(officer)
    later = datetime(2026, 6, 22, 2, 0, tzinfo=UTC)
    act(application, Action.RECALL, by=officer, at=later, given=Given(reason="无须补正。"))
    assert (application.status, application.holder_id) == (Status.IN_REVIEW, officer.id)
    assert application.due_on == date(2026, 7, 20)


def test_rejection_keeps_reason_and_words_and_frees_the_serials(app: Flask) -> None:
    officer = a_user(Role.OFFICER)
    application = a_claimed(officer)
    given = Given(reason_code="not_proven", reason="发票与设备不符。")
    act(application, Action.REJECT, by=officer, given=given)
    assert application.status is Status.REJECTED
    assert (application.decision_reason, application.decision_note) == (
        "not_proven",
        "发票与设备不符。",
    )
    assert not application.entry.is_asked
    assert quantities() == []


def test_each_step_is_one_sealed_event(app: Flask) -> None:
    officer = a_user(Role.OFFICER)
    application = an_approved(officer)
    events = db.session.scalars(
        sa.select(Event.type).where(Event.application_id == application.id).order_by(Event.sequence)
    )
    assert list(events) == ["submitted", "claimed", "approved"]


def test_a_request_sent_twice_acts_once(app: Flask) -> None:
    officer = a_user(Role.OFFICER)
    application = a_filed()
    seen = application.version
    first, second = (
        service.perform(application.id, Action.CLAIM, by=officer, at=AT, seen=seen, key="k" * 32)
        for _ in range(2)
    )
    assert (first.is_repeated, second.is_repeated) == (False, True)
    assert application.version == seen + 1


def test_an_older_version_loses(app: Flask) -> None:
    member = a_member()
    draft = a_draft(member)
    service.save(draft, robot_words(), by=member, at=AT, seen=draft.version)
    with pytest.raises(WrongState):
        service.save(draft, robot_words(), by=member, at=AT, seen=draft.version - 1)


def test_a_claim_ends_by_itself_and_with_the_account(app: Flask) -> None:
    first, second = a_user(Role.OFFICER), a_user(Role.OFFICER)
    application = a_claimed(first)
    with pytest.raises(WrongState) as refused:
        act(application, Action.APPROVE, by=second, given=approval_of(application))
    assert first.name in str(refused.value.message)
    late = AT + timedelta(days=15)
    act(application, Action.CLAIM, by=second, at=late)
    assert application.holder_id == second.id
    assert service.release_claims_of(second, at=late) == 1
    assert application.status is Status.SUBMITTED
    assert application.holder_id is None


def test_the_officer_chooses_whether_serials_replace_an_old_lot(app: Flask) -> None:
    officer, member = a_user(Role.OFFICER), a_member()
    first = a_claimed(officer, by=member)
    act(first, Action.APPROVE, by=officer, given=approval_of(first))
    make_lot(first.entry_id, 10)
    second = a_claimed(officer, by=member)
    with pytest.raises(WrongState):
        act(second, Action.APPROVE, by=officer, given=approval_of(second))
    act(second, Action.APPROVE, by=officer, given=approval_of(second, lots="replace"))
    assert sum(quantity for _day, quantity in quantities()) == 13


def make_lot(entry_id: int, quantity: int) -> None:
    with deed(by=None, cause="import") as opened:
        db.session.add(
            RobotLot(
                entry_id=entry_id,
                measure=Measure.ROBOT,
                quantity=quantity,
                from_on=date(2026, 6, 1),
            )
        )
        opened.touch([entry_id])
