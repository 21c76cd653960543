"""The steps of an application: from where to where, by whom, and what each needs. Pure.

Screens draw their buttons from this table, and the same table guards the deed. A further stage
(a check by the city, public notice) is a few more rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.applications.status import PIPELINE, Status


class Action(StrEnum):
    """A step that somebody takes; its event is named in the past tense by `EVENTS`."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    RELEASE = "release"
    RETURN = "return"
    RECALL = "recall"
    APPROVE = "approve"
    REJECT = "reject"
    TRANSFER = "transfer"
    ACCEPT_TRANSFER = "accept_transfer"
    REFUSE_TRANSFER = "refuse_transfer"
    TAKE_BACK_TRANSFER = "take_back_transfer"


class Who(StrEnum):
    """Who a person is to one application.

    `applicant`: signs for the enterprise. `officer`: of the district where the thing stands.
    `holder`: the officer who has claimed it. `supervisor`: a supervisor of that district, or who
    stands in for one. `receiver`: the same of the district that an open transfer leads to.
    """

    APPLICANT = "applicant"
    OFFICER = "officer"
    HOLDER = "holder"
    SUPERVISOR = "supervisor"
    RECEIVER = "receiver"


class Need(StrEnum):
    """What must be given with a step."""

    COMPLETE = "complete"
    PLEDGE = "pledge"
    ANSWERS = "answers"
    REASON = "reason"
    REMARKS = "remarks"
    CHECKLIST = "checklist"
    ROWS = "rows"
    REASON_CODE = "reason_code"
    DISTRICT = "district"


@dataclass(frozen=True)
class Transition:
    """One row of the table. `target` None: the status stays as it is."""

    action: Action
    sources: frozenset[Status]
    target: Status | None
    by: frozenset[Who]
    needs: frozenset[Need] = frozenset()


def _row(
    action: Action,
    sources: Collection[Status],
    target: Status | None,
    *,
    by: Collection[Who],
    needs: Collection[Need] = (),
) -> Transition:
    return Transition(action, frozenset(sources), target, frozenset(by), frozenset(needs))


TRANSITIONS = (
    _row(
        Action.SUBMIT,
        {Status.DRAFT, Status.RETURNED},
        Status.SUBMITTED,
        by={Who.APPLICANT},
        needs={Need.COMPLETE, Need.PLEDGE, Need.ANSWERS},
    ),
    _row(
        Action.WITHDRAW,
        {Status.SUBMITTED, Status.IN_REVIEW, Status.RETURNED},
        Status.WITHDRAWN,
        by={Who.APPLICANT},
        needs={Need.REASON},
    ),
    _row(Action.CLAIM, {Status.SUBMITTED}, Status.IN_REVIEW, by={Who.OFFICER}),
    _row(
        Action.RELEASE,
        {Status.IN_REVIEW},
        Status.SUBMITTED,
        by={Who.HOLDER, Who.SUPERVISOR},
        needs={Need.REASON},
    ),
    _row(
        Action.RETURN,
        {Status.IN_REVIEW},
        Status.RETURNED,
        by={Who.HOLDER},
        needs={Need.REMARKS},
    ),
    _row(
        Action.RECALL,
        {Status.RETURNED},
        Status.IN_REVIEW,
        by={Who.OFFICER},
        needs={Need.REASON},
    ),
    _row(
        Action.APPROVE,
        {Status.IN_REVIEW},
        Status.APPROVED,
        by={Who.HOLDER},
        needs={Need.CHECKLIST, Need.ROWS},
    ),
    _row(
        Action.REJECT,
        {Status.IN_REVIEW},
        Status.REJECTED,
        by={Who.HOLDER},
        needs={Need.REASON_CODE, Need.REASON},
    ),
    _row(
        Action.TRANSFER,
        PIPELINE,
        None,
        by={Who.SUPERVISOR},
        needs={Need.DISTRICT, Need.REASON},
    ),
    _row(Action.ACCEPT_TRANSFER, PIPELINE, None, by={Who.RECEIVER}),
    _row(Action.REFUSE_TRANSFER, PIPELINE, None, by={Who.RECEIVER}, needs={Need.REASON}),
    _row(Action.TAKE_BACK_TRANSFER, PIPELINE, None, by={Who.SUPERVISOR}),
)
SETTLING = frozenset({Action.ACCEPT_TRANSFER, Action.REFUSE_TRANSFER, Action.TAKE_BACK_TRANSFER})

EVENTS = {
    Action.SUBMIT: "submitted",
    Action.WITHDRAW: "withdrawn",
    Action.CLAIM: "claimed",
    Action.RELEASE: "released",
    Action.RETURN: "returned",
    Action.RECALL: "recalled",
    Action.APPROVE: "approved",
    Action.REJECT: "rejected",
    Action.TRANSFER: "transfer_proposed",
    Action.ACCEPT_TRANSFER: "transferred",
    Action.REFUSE_TRANSFER: "transfer_refused",
    Action.TAKE_BACK_TRANSFER: "transfer_taken_back",
}


def find_transition(status: Status, action: Action) -> Transition | None:
    """Return the row that leads on from a status by an action, if there is one."""
    return next(
        (row for row in TRANSITIONS if row.action is action and status in row.sources), None
    )


def list_actions(status: Status, who: Collection[Who]) -> Sequence[Action]:
    """List the actions that are open to a person in a status, in the order of the table."""
    return [row.action for row in TRANSITIONS if status in row.sources and row.by & set(who)]


def actors_of(action: Action) -> frozenset[Who]:
    """Return all who may ever take an action, in whatever status."""
    return frozenset(who for row in TRANSITIONS if row.action is action for who in row.by)
