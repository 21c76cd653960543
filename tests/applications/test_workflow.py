"""The workflow as a grid: every status × action × person, against the table written here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Membership, Right, Role
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.status import DECIDED, PIPELINE, Status
from registry.applications.workflow import SETTLING, Action
from registry.core.database import db
from registry.core.errors import NotAllowed, NotFound, WrongState
from tests.applications.factories import (
    a_claimed,
    a_draft,
    a_filed,
    a_member,
    a_returned,
    act,
    an_approved,
    approval_of,
)
from tests.factories import a_district, a_user, an_enterprise

S, A = Status, Action
GOES: dict[tuple[Status, Action], tuple[Status, set[str]]] = {
    (S.DRAFT, A.SUBMIT): (S.SUBMITTED, {"owner", "signer"}),
    (S.RETURNED, A.SUBMIT): (S.SUBMITTED, {"owner", "signer"}),
    (S.SUBMITTED, A.WITHDRAW): (S.WITHDRAWN, {"owner", "signer"}),
    (S.IN_REVIEW, A.WITHDRAW): (S.WITHDRAWN, {"owner", "signer"}),
    (S.RETURNED, A.WITHDRAW): (S.WITHDRAWN, {"owner", "signer"}),
    (S.SUBMITTED, A.CLAIM): (S.IN_REVIEW, {"holder", "officer", "supervisor"}),
    (S.IN_REVIEW, A.RELEASE): (S.SUBMITTED, {"holder", "supervisor"}),
    (S.IN_REVIEW, A.RETURN): (S.RETURNED, {"holder"}),
    (S.RETURNED, A.RECALL): (S.IN_REVIEW, {"holder", "officer", "supervisor"}),
    (S.IN_REVIEW, A.APPROVE): (S.APPROVED, {"holder"}),
    (S.IN_REVIEW, A.REJECT): (S.REJECTED, {"holder"}),
    (S.SUBMITTED, A.TRANSFER): (S.SUBMITTED, {"supervisor"}),
    (S.IN_REVIEW, A.TRANSFER): (S.IN_REVIEW, {"supervisor"}),
    (S.RETURNED, A.TRANSFER): (S.RETURNED, {"supervisor"}),
}
SETTLES: dict[tuple[Status, Action], Status] = {
    (S.SUBMITTED, A.ACCEPT_TRANSFER): S.SUBMITTED,
    (S.IN_REVIEW, A.ACCEPT_TRANSFER): S.SUBMITTED,
    (S.RETURNED, A.ACCEPT_TRANSFER): S.RETURNED,
    (S.SUBMITTED, A.REFUSE_TRANSFER): S.SUBMITTED,
    (S.IN_REVIEW, A.REFUSE_TRANSFER): S.IN_REVIEW,
    (S.RETURNED, A.REFUSE_TRANSFER): S.RETURNED,
    (S.SUBMITTED, A.TAKE_BACK_TRANSFER): S.SUBMITTED,
    (S.IN_REVIEW, A.TAKE_BACK_TRANSFER): S.IN_REVIEW,
    (S.RETURNED, A.TAKE_BACK_TRANSFER): S.RETURNED,
}
APPLICANT_STEPS = {A.SUBMIT, A.WITHDRAW}
SIGNS = {"owner", "signer"}
DESK = {"holder", "officer", "supervisor"}
MEMBERS = {"owner", "signer", "editor"}
PEOPLE = (
    "owner",
    "signer",
    "editor",
    "unproven",
    "stranger",
    "holder",
    "officer",
    "supervisor",
    "elsewhere",
    "receiver",
    "leader",
    "administrator",
)
SEE_DRAFTS = MEMBERS | {"administrator"}
SEE_FILED = SEE_DRAFTS | DESK | {"leader"}


def expected(status: Status, action: Action, person: str) -> object:
    """Return the status that follows, or the refusal."""
    if person not in (SEE_DRAFTS if status is S.DRAFT else SEE_FILED):
        return NotFound
    if action in SETTLING:
        return NotFound
    allowed = SIGNS if action in APPLICANT_STEPS else DESK
    if person not in ({"supervisor"} if action is A.TRANSFER else allowed):
        return NotAllowed
    target, people = GOES.get((status, action), (None, set()))
    return target if target is not None and person in people else WrongState


def expected_of_transfer(status: Status, action: Action, person: str) -> object:
    """Return what follows while a transfer to the receiver's district is open, or was."""
    answers = {A.ACCEPT_TRANSFER: "receiver", A.REFUSE_TRANSFER: "receiver"}
    if person not in DESK | {"receiver", "elsewhere", "administrator"}:
        return NotFound
    if status not in PIPELINE:
        return WrongState
    if person == answers.get(action, "supervisor"):
        return SETTLES[status, action]
    return NotFound if person in {"receiver", "elsewhere"} else NotAllowed


class Cast:
    """Everybody who could try, around one application of one enterprise in Kunshan."""

    def __init__(self) -> None:
        enterprise = an_enterprise()
        self.people: dict[str, User] = {
            "owner": a_member(enterprise),
            "signer": a_member(enterprise, right=Right.SIGNER),
            "editor": a_member(enterprise, right=Right.EDITOR),
            "unproven": a_member(enterprise, membership=Membership.UNPROVEN),
            "stranger": a_member(),
            "holder": a_user(Role.OFFICER),
            "officer": a_user(Role.OFFICER),
            "supervisor": a_user(Role.SUPERVISOR),
            "elsewhere": a_user(Role.OFFICER, district=a_district("320505")),
            "receiver": a_user(Role.SUPERVISOR, district=a_district("320505")),
            "leader": a_user(Role.LEADER),
            "administrator": a_user(Role.ADMINISTRATOR),
        }

    def in_status(self, status: Status) -> Application:
        owner, holder = self.people["owner"], self.people["holder"]
        made: dict[Status, Callable[[], Application]] = {
            S.DRAFT: lambda: a_draft(owner),
            S.SUBMITTED: lambda: a_filed(owner),
            S.IN_REVIEW: lambda: a_claimed(holder, by=owner),
            S.RETURNED: lambda: a_returned(holder, by=owner),
            S.APPROVED: lambda: an_approved(holder, by=owner),
            S.REJECTED: lambda: self._ended(a_claimed(holder, by=owner), A.REJECT, holder),
            S.WITHDRAWN: lambda: self._ended(a_filed(owner), A.WITHDRAW, owner),
        }
        return made[status]()

    @staticmethod
    def _ended(application: Application, action: Action, by: User) -> Application:
        given = Given(reason="如题。", reason_code="other")
        return act(application, action, by=by, given=given).application


def given_for(application: Application) -> Given:
    """Return everything that any step could need."""
    transfers = application.transfers
    complete = approval_of(application)
    return Given(
        reason="如题。",
        reason_code="other",
        remarks=[("field:title", "请补正。")],
        answers={remark.id: "已改。" for remark in application.remarks},
        pledged=True,
        checks=complete.checks,
        verified=complete.verified,
        district="320505",
        transfer_id=transfers[-1].id if transfers else 0,
    )


def outcome_of(application: Application, action: Action, by: User) -> object:
    """Take the step, tell what came of it, and take it back."""
    step = db.session.begin_nested()
    try:
        return act(application, action, by=by, given=given_for(application)).application.status
    except (NotFound, NotAllowed, WrongState) as refusal:
        return type(refusal)
    finally:
        step.rollback()
        db.session.expire_all()


@pytest.mark.parametrize("status", list(Status))
def test_the_grid(app: Flask, status: Status) -> None:
    cast = Cast()
    application = cast.in_status(status)
    db.session.flush()
    found = {
        (action, person): outcome_of(application, action, cast.people[person])
        for action in Action
        for person in PEOPLE
    }
    assert found == {
        (action, person): expected(status, action, person) for action in Action for person in PEOPLE
    }


ENDS = {S.APPROVED: A.APPROVE, S.REJECTED: A.REJECT, S.WITHDRAWN: A.WITHDRAW}


@pytest.mark.parametrize("status", sorted(PIPELINE | DECIDED))
def test_the_grid_of_a_transfer(app: Flask, status: Status) -> None:
    cast = Cast()
    application = cast.in_status(S.IN_REVIEW if status in ENDS else status)
    act(application, A.TRANSFER, by=cast.people["supervisor"], given=given_for(application))
    if status in ENDS:
        who = cast.people["owner" if status is S.WITHDRAWN else "holder"]
        act(application, ENDS[status], by=who, given=given_for(application))
    db.session.flush()
    found = {
        (action, person): outcome_of(application, action, cast.people[person])
        for action in SETTLING
        for person in PEOPLE
    }
    assert found == {
        (action, person): expected_of_transfer(status, action, person)
        for action in SETTLING
        for person in PEOPLE
    }
    again = outcome_of(application, A.TRANSFER, cast.people["supervisor"])
    assert again is WrongState
