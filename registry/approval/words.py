"""What the desk's pages call groups, steps and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.applications.models import Application, TransferState
from registry.applications.status import Status
from registry.applications.workflow import Action
from registry.approval.queries import Group, Tab
from registry.core.language import _, n_, p_
from registry.core.working_days import working_days_between
from registry.entries.facts.amended import Sort

TABS: Mapping[Tab, object] = {
    Tab.ALL: p_("queue", "All"),
    Tab.OVERDUE: p_("status", "Overdue"),
    Tab.DUE_TODAY: p_("status", "Due today"),
    Tab.ANSWERED: p_("status", "Answered"),
    Tab.NEW: p_("queue", "New"),
    Tab.MINE: p_("queue", "Held by me"),
    Tab.DOUBTS: p_("queue", "With doubts"),
}
GROUPS: Mapping[Group, tuple[object, object]] = {
    Group.OVERDUE: (
        p_("status", "Overdue"),
        _("Promised within 20 working days; that day has passed"),
    ),
    Group.DUE_TODAY: (p_("status", "Due today"), _("To be decided before midnight")),
    Group.ANSWERED: (
        p_("status", "Answered"),
        _("The enterprise has answered each remark; go on where you stopped"),
    ),
    Group.NEW: (p_("queue", "New"), _("Filed for the first time")),
}
STATUSES: Mapping[Status, object] = {
    Status.DRAFT: p_("status", "Draft"),
    Status.SUBMITTED: p_("status", "Submitted"),
    Status.IN_REVIEW: p_("status", "In review"),
    Status.RETURNED: p_("status", "Returned"),
    Status.APPROVED: p_("status", "Approved"),
    Status.REJECTED: p_("status", "Rejected"),
    Status.WITHDRAWN: p_("status", "Withdrawn"),
}
TRANSFER_STATES: Mapping[TransferState, object] = {
    TransferState.OPEN: p_("transfer", "Waits for an answer"),
    TransferState.ACCEPTED: p_("transfer", "Accepted"),
    TransferState.REFUSED: p_("transfer", "Refused"),
    TransferState.TAKEN_BACK: p_("transfer", "Taken back"),
    TransferState.ENDED: p_("transfer", "Ended with the case"),
}
TYPED: Mapping[str, object] = {
    "reject_reason": _("Reason of the rejection"),
    "release_reason": _("Reason of the release"),
    "recall_reason": _("Reason of the recall"),
}
MOVED_ON = _("The application has moved on; this step cannot be taken in its present status.")
DONE: Mapping[Action, object] = {
    Action.CLAIM: _("You hold this case now."),
    Action.RELEASE: _("Put back into the queue."),
    Action.RETURN: _("Returned to the enterprise; the clock stands until it files again."),
    Action.RECALL: _("Taken back; you hold this case now."),
    Action.APPROVE: _("Approved and entered in the register."),
    Action.REJECT: _("Rejected; the enterprise reads the reason."),
}


AMENDED = _("Approved; the register says so from now on.")


def due_in_words(due_on: date | None, *, today: date) -> object:
    """Say how many working days are left until a day, or have passed since."""
    if due_on is None:
        return ""
    if due_on == today:
        return p_("due", "today")
    if due_on < today:
        count = working_days_between(due_on, today)
        return n_("%(num)s day over", "%(num)s days over", count)
    count = working_days_between(today, due_on)
    return n_("%(num)s day left", "%(num)s days left", count)


def amended_in_words(case: Application) -> object:
    """Say which entry a case amends or corrects; empty where it asks for a new one."""
    if case.amends is None:
        return ""
    if case.sort == Sort.CORRECTION:
        return _("Correction of %(number)s", number=case.amends.number)
    return _("Amendment of %(number)s", number=case.amends.number)


def filing_in_words(number: int) -> object:
    """Say which filing this is."""
    return _("first") if number <= 1 else _("no. %(number)s", number=number)
