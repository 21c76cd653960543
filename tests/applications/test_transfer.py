"""A transfer: asked by one district, answered by the other; the case follows, its days go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications import service
from registry.applications.given import Given, Outcome
from registry.applications.models import Application, Transfer, TransferState
from registry.applications.queries import list_open_remarks
from registry.applications.status import Status
from registry.applications.story import tell_story
from registry.applications.transfers import count_waiting, list_open, list_settled
from registry.applications.workflow import Action
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, NotFound, WrongState
from registry.ledger.models import Posting
from registry.ledger.pipeline import read_pipeline
from registry.ledger.queries import read_head
from registry.ledger.verify import verify
from registry.notices.models import Notice
from registry.programme.kinds import Kind
from tests.applications.factories import (
    AT,
    a_claimed,
    a_filed,
    a_member,
    a_returned,
    act,
    approval_of,
    file_it,
)
from tests.factories import a_district, a_user

HERE, THERE = "320583", "320582"
REASON = "厂房在张家港市，应由张家港市审核。"


def a_supervisor(code: str = HERE) -> User:
    return a_user(Role.SUPERVISOR, district=a_district(code))


def ask(application: Application, *, by: User, to: str = THERE, reason: str = REASON) -> Transfer:
    act(application, Action.TRANSFER, by=by, given=Given(district=to, reason=reason))
    return application.transfers[-1]


def answer(
    transfer: Transfer, action: Action, *, by: User, reason: str = "", key: str | None = None
) -> Outcome:
    db.session.flush()
    return service.perform(
        transfer.application_id,
        action,
        by=by,
        at=AT,
        seen=transfer.application.version,
        given=Given(transfer_id=transfer.id, reason=reason),
        key=key,
    )


def accept(transfer: Transfer, *, by: User) -> Outcome:
    return answer(transfer, Action.ACCEPT_TRANSFER, by=by)


def test_the_other_side_accepts_and_the_case_is_theirs(app: Flask) -> None:
    here, there = a_supervisor(), a_supervisor(THERE)
    case = a_claimed(kind=Kind.SMART_WORKSHOP)
    holder, due_on, number = case.holder, case.due_on, case.number
    case.review = {"filing": 1, "checks": ["site"]}
    assert holder is not None

    transfer = ask(case, by=here)
    assert (case.status, case.holder, case.district.code) == (Status.IN_REVIEW, holder, HERE)

    accept(transfer, by=there)

    assert (case.status, case.holder, case.review) == (Status.SUBMITTED, None, {})
    assert (case.district.code, case.entry.district.code) == (THERE, THERE)
    assert case.form["fields"]["district"] == THERE
    assert case.filings[0].form["fields"]["district"] == HERE
    assert (case.due_on, case.number) == (due_on, number)
    assert (transfer.state, transfer.decided_by_id) == (TransferState.ACCEPTED, there.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == 0
    with pytest.raises(NotFound):
        act(case, Action.CLAIM, by=holder)
    assert verify().fault is None


def test_the_new_district_decides_and_counts(app: Flask) -> None:
    case = a_filed(kind=Kind.SMART_WORKSHOP)
    accept(ask(case, by=a_supervisor()), by=a_supervisor(THERE))
    officer = a_user(Role.OFFICER, district=a_district(THERE))

    act(case, Action.CLAIM, by=officer)
    act(case, Action.APPROVE, by=officer, given=approval_of(case))

    places = db.session.scalars(sa.select(Posting.district_id)).all()
    assert places == [a_district(THERE).id]
    assert (case.entry.number or "").startswith(THERE)
    assert verify().fault is None


def test_a_returned_case_is_filed_again_with_its_new_district(app: Flask) -> None:
    member = a_member()
    case = a_returned(by=member)
    left, answer_by = case.days_left, case.answer_by
    accept(ask(case, by=a_supervisor()), by=a_supervisor(THERE))
    assert (case.status, case.days_left, case.answer_by) == (Status.RETURNED, left, answer_by)

    answers = {remark.id: "已改。" for remark in list_open_remarks(case)}
    file_it(case, by=member, answers=answers)

    assert (case.status, case.district.code, case.entry.district.code) == (
        Status.SUBMITTED,
        THERE,
        THERE,
    )
    assert case.filings[1].form["fields"]["district"] == THERE


def test_it_is_workable_where_it_is_until_accepted(app: Flask) -> None:
    case = a_claimed()
    holder, seen = case.holder, case.version
    assert holder is not None
    transfer = ask(case, by=a_supervisor())
    assert case.version == seen

    outcome = act(case, Action.APPROVE, by=holder, given=approval_of(case))

    assert outcome.application.status is Status.APPROVED
    assert (transfer.state, transfer.decided_by_id) == (TransferState.ENDED, holder.id)
    with pytest.raises(WrongState):
        accept(transfer, by=a_supervisor(THERE))
    assert verify().fault is None


def test_a_withdrawn_case_ends_its_transfer_and_the_receiver_is_told(app: Flask) -> None:
    member, there = a_member(), a_supervisor(THERE)
    case = a_filed(member)
    transfer = ask(case, by=a_supervisor())

    act(case, Action.WITHDRAW, by=member, given=Given(reason="不做了。"))

    assert transfer.state is TransferState.ENDED
    assert _letters_to(there) == [
        f"{case.number}：昆山市请贵处接收",
        f"{case.number} 无需再接收",
    ]


def test_a_refusal_says_why_and_leaves_all_as_it_was(app: Flask) -> None:
    here, there, case = a_supervisor(), a_supervisor(THERE), a_claimed()
    transfer, holder = ask(case, by=here), case.holder
    with pytest.raises(Invalid) as fault:
        answer(transfer, Action.REFUSE_TRANSFER, by=there)
    assert fault.value.field == "reason"

    answer(transfer, Action.REFUSE_TRANSFER, by=there, reason="厂房确在昆山。")

    assert (transfer.state, transfer.note) == (TransferState.REFUSED, "厂房确在昆山。")
    assert (case.status, case.holder, case.district.code) == (Status.IN_REVIEW, holder, HERE)
    ask(case, by=here)
    assert verify().fault is None


def test_who_supervises_here_takes_it_back(app: Flask) -> None:
    case, there = a_filed(), a_supervisor(THERE)
    transfer = ask(case, by=a_supervisor())
    with pytest.raises(NotFound):
        answer(transfer, Action.TAKE_BACK_TRANSFER, by=there)

    answer(transfer, Action.TAKE_BACK_TRANSFER, by=a_supervisor())

    assert transfer.state is TransferState.TAKEN_BACK
    with pytest.raises(WrongState):
        accept(transfer, by=there)


@pytest.mark.parametrize(
    ("to", "reason", "field"),
    [(HERE, REASON, "district"), ("", REASON, "district"), (THERE, " ", "reason")],
)
def test_it_needs_another_district_and_a_reason(
    app: Flask, to: str, reason: str, field: str
) -> None:
    case = a_filed()
    with pytest.raises(Invalid) as fault:
        ask(case, by=a_supervisor(), to=to, reason=reason)
    assert fault.value.field == field


def test_one_transfer_is_open_at_a_time(app: Flask) -> None:
    case, here = a_filed(), a_supervisor()
    ask(case, by=here)
    with pytest.raises(WrongState):
        ask(case, by=here, to="320581")
    row = {"giver_id": case.district_id, "receiver_id": a_district("320581").id, "reason": "x"}
    db.session.add(Transfer(application_id=case.id, proposed_by_id=here.id, proposed_at=AT, **row))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_the_administrator_stands_in_where_there_is_no_supervisor(app: Flask) -> None:
    first, second = a_user(Role.ADMINISTRATOR), a_user(Role.ADMINISTRATOR)
    case = a_claimed()
    transfer = ask(case, by=first)
    assert [count_waiting(person) for person in (first, second)] == [0, 1]
    with pytest.raises(NotAllowed):
        accept(transfer, by=first)

    accept(transfer, by=second)

    assert case.district.code == THERE
    with pytest.raises(NotAllowed):
        act(case, Action.CLAIM, by=second)


def test_a_closed_supervisor_is_none(app: Flask) -> None:
    city, closed = a_user(Role.ADMINISTRATOR), a_supervisor()
    case = a_claimed()
    with pytest.raises(NotAllowed):
        ask(case, by=city)
    closed.closed_at = AT

    act(case, Action.RELEASE, by=city, given=Given(reason="该员调离。"))
    ask(case, by=city)

    assert case.status is Status.SUBMITTED


def test_a_request_sent_twice_acts_once(app: Flask) -> None:
    case, there = a_filed(), a_supervisor(THERE)
    transfer = ask(case, by=a_supervisor())
    answer(transfer, Action.ACCEPT_TRANSFER, by=there, key="once")

    again = answer(transfer, Action.ACCEPT_TRANSFER, by=there, key="once")

    assert again.is_repeated
    assert [told.type for told in tell_story(case, reader=there)].count("transferred") == 1


def test_who_saw_an_older_version_does_not_accept(app: Flask) -> None:
    case, there = a_filed(), a_supervisor(THERE)
    transfer, seen = ask(case, by=a_supervisor()), case.version
    act(case, Action.CLAIM, by=a_user(Role.OFFICER))

    given = Given(transfer_id=transfer.id)
    with pytest.raises(WrongState):
        service.perform(case.id, Action.ACCEPT_TRANSFER, by=there, at=AT, seen=seen, given=given)


def test_both_sides_read_the_same_story_each_desk_by_its_own_name(app: Flask) -> None:
    member, here, there = a_member(), a_supervisor(), a_supervisor(THERE)
    case = a_claimed(by=member)
    accept(ask(case, by=here), by=there)

    story = tell_story(case, reader=member)

    assert [(told.type, str(told.side)) for told in story] == [
        ("transferred", "张家港市"),
        ("transfer_proposed", "昆山市"),
        ("claimed", "昆山市"),
        ("submitted", "企业"),
    ]
    assert story[1].note == f"昆山市 → 张家港市 · {REASON}"
    assert story == tell_story(case, reader=there)


def test_each_is_told_once_what_concerns_them(app: Flask) -> None:
    member, here, there = a_member(), a_supervisor(), a_supervisor(THERE)
    officer = a_user(Role.OFFICER)
    case = a_claimed(officer, by=member)
    accept(ask(case, by=here), by=there)

    number = case.number
    assert _letters_to(there) == [f"{number}：昆山市请贵处接收"]
    assert _letters_to(officer) == [f"{number} 拟移送张家港市", f"{number} 已移送张家港市"]
    assert _letters_to(here) == [f"{number} 已移送张家港市"]
    assert _letters_to(member) == [f"{number} 已移送张家港市"]


def test_both_sides_see_the_transfer_and_nobody_else(app: Flask) -> None:
    here, there = a_supervisor(), a_supervisor(THERE)
    others = [a_supervisor("320581"), a_user(Role.LEADER), a_member()]
    transfer = ask(a_filed(), by=here)
    assert [list(list_open(person)) for person in (here, there)] == [[transfer], [transfer]]
    assert [count_waiting(person) for person in (here, there)] == [0, 1]

    accept(transfer, by=there)

    assert [list(list_settled(person)) for person in (here, there)] == [[transfer], [transfer]]
    assert [list(list_settled(person)) for person in others] == [[], [], []]


def test_the_pipeline_shows_it_where_it_was_at_each_head(app: Flask) -> None:
    case = a_filed()
    transfer = ask(case, by=a_supervisor())
    asked = read_head()
    accept(transfer, by=a_supervisor(THERE))
    accepted = read_head()
    accept(ask(case, by=a_supervisor(THERE), to=HERE), by=a_supervisor())

    found = [read_pipeline(head).by_district for head in (asked, accepted, read_head())]

    here, there = a_district(HERE).id, a_district(THERE).id
    assert found == [{(place, case.kind): 3} for place in (here, there, here)]


def test_a_district_changed_by_hand_is_named(app: Flask) -> None:
    case = a_filed()
    accept(ask(case, by=a_supervisor()), by=a_supervisor(THERE))
    db.session.execute(
        sa.update(Application)
        .where(Application.id == case.id)
        .values(district_id=a_district(HERE).id)
    )

    fault = verify().fault

    assert fault is not None
    assert (fault.table, fault.key) == ("application", str(case.id))


def test_a_claim_that_ended_by_itself_is_no_hindrance(app: Flask) -> None:
    case = a_claimed()
    later = AT + timedelta(days=20)
    given = Given(district=THERE, reason=REASON)
    act(case, Action.TRANSFER, by=a_supervisor(), at=later, given=given)
    assert verify().fault is None
    transfer = case.transfers[-1]
    act(
        case,
        Action.ACCEPT_TRANSFER,
        by=a_supervisor(THERE),
        at=later,
        given=Given(transfer_id=transfer.id),
    )

    assert (case.status, case.holder_id) == (Status.SUBMITTED, None)
    assert verify().fault is None


def _letters_to(person: User) -> list[str]:
    found = sa.select(Notice.subject).where(Notice.to == person.email).order_by(Notice.id)
    return list(db.session.scalars(found))
