"""What each step but filing and approving changes; called by `service.perform`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any  # a payload is any JSON

from registry.accounts.models import User
from registry.applications import deadlines
from registry.applications.given import Given
from registry.applications.looking import Looked
from registry.applications.models import Application, Remark
from registry.applications.workflow import Action, Need, Transition
from registry.core.clock import day_of
from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.entries import service as entries
from registry.entries.catalogue import REJECT_REASONS
from registry.entries.facts.amended import Sort

REASON_LONGEST = 2_000
REMARK_LONGEST = 1_000
REMARKS_MOST = 200
PLACE_LONGEST = 80
BY_TRANSFER = "transferred"


@dataclass(frozen=True)
class Step:
    """One step about to be taken: on what, along which row of the table, by whom, when, with what.

    `looked` is what was found before anything was locked, where the step needs such a look.
    `touched` gathers the entries whose count the step may change; `told` what else is recorded:
    type, payload, and the application and the entry to whose story it belongs.
    """

    application: Application
    row: Transition
    by: User
    at: datetime
    given: Given
    looked: Looked | None = None
    touched: list[int] = field(default_factory=list)
    told: list[tuple[str, Mapping[str, Any], int | None, int | None]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return day_of(self.at)

    @property
    def cause(self) -> str:
        """Return by what the figures change: an amendment is named by its sort."""
        action = self.row.action
        if action is Action.APPROVE and self.application.is_amendment:
            return "correct" if self.application.sort == Sort.CORRECTION else "amend"
        return action.value


def check_given(step: Step) -> None:
    """Raise Invalid where a reason, a reason code or remarks are needed and not given."""
    needs, given = step.row.needs, step.given
    if Need.REASON in needs:
        _check_words(given.reason, field="reason", longest=REASON_LONGEST)
    if Need.REASON_CODE in needs and given.reason_code not in REJECT_REASONS:
        raise Invalid(_("Please choose why."), field="reason_code")
    if Need.REMARKS in needs:
        _check_remarks(step)


def _check_words(words: str, *, field: str, longest: int) -> None:
    if not words.strip():
        raise Invalid(_("Please write the reason; the other side will read it."), field=field)
    if len(words) > longest:
        raise Invalid(
            _("Please shorten this to %(most)s characters.", most=longest),
            field=field,
        )


def _check_remarks(step: Step) -> None:
    remarks = step.given.remarks
    if not remarks:
        raise Invalid(
            _("Write at least one remark on a field or a section before returning it."),
            field="remarks",
        )
    if len(remarks) > REMARKS_MOST:
        raise Invalid(_("Too many remarks. Put them together by section."), field="remarks")
    for place, words in remarks:
        if len(place) > PLACE_LONGEST or ":" not in place:
            raise Invalid(_("A remark belongs to a field or a section."), field="remarks")
        _check_words(words, field="remarks", longest=REMARK_LONGEST)
    if step.given.answer_by is not None and step.given.answer_by <= step.today:
        raise Invalid(_("The answer date must be later than today."), field="answer_by")


def claim(step: Step) -> Mapping[str, Any]:
    """Take the case: from now on it is this officer's."""
    _take(step)
    return {"filing": step.application.filings_count}


def release(step: Step) -> Mapping[str, Any]:
    """Put the case back into the queue."""
    let_go(step.application)
    return {"reason": step.given.reason.strip()}


def return_(step: Step) -> Mapping[str, Any]:
    """Send the case back with all remarks at once; the clock stops."""
    application = step.application
    for place, words in step.given.remarks:
        db.session.add(
            Remark(
                application_id=application.id,
                filing_number=application.filings_count,
                place=place,
                text=words.strip(),
                made_by_id=step.by.id,
                made_at=step.at,
            )
        )
    application.days_left = deadlines.days_left(step.today, application.due_on)
    application.answer_by = deadlines.last_answer_day(step.today, step.given.answer_by)
    let_go(application)
    return {
        "filing": application.filings_count,
        "remarks": len(step.given.remarks),
        "answer_by": application.answer_by.isoformat(),
    }


def recall(step: Step) -> Mapping[str, Any]:
    """Take a returned case back into review; the clock goes on."""
    application = step.application
    application.due_on = deadlines.resume(step.today, application.days_left)
    application.days_left = application.answer_by = None
    _take(step)
    return {"reason": step.given.reason.strip()}


def reject(step: Step) -> Mapping[str, Any]:
    """Decide against the case, with a reason code and words."""
    application = step.application
    application.decided_at = step.at
    application.decision_reason = step.given.reason_code
    application.decision_note = step.given.reason.strip()
    entries.release(application.entry)
    return {"reason_code": step.given.reason_code, "reason": step.given.reason.strip()}


def withdraw(step: Step) -> Mapping[str, Any]:
    """End the case as the enterprise wishes."""
    application = step.application
    application.decided_at = step.at
    application.decision_note = step.given.reason.strip()
    application.days_left = application.answer_by = None
    entries.release(application.entry)
    let_go(application)
    return {"reason": step.given.reason.strip()}


def let_go(application: Application) -> None:
    """End the claim on a case."""
    application.holder_id = application.held_at = None


def _take(step: Step) -> None:
    step.application.holder_id = step.by.id
    step.application.held_at = step.at
