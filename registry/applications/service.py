"""What is done to an application: begin, save, and the one function that takes every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # a form and a payload are any JSON

import sqlalchemy as sa

from registry.accounts.models import User
from registry.applications import (
    deciding,
    drafts,
    filing,
    letters,
    policy,
    steps,
    transfer_letters,
    transferring,
    transfers,
)
from registry.applications.given import Given, Outcome
from registry.applications.looking import look
from registry.applications.models import Application
from registry.applications.numbers import next_number
from registry.applications.queries import find_last_of_kind, visible_to
from registry.applications.status import Status
from registry.applications.steps import Step
from registry.applications.workflow import (
    EVENTS,
    SETTLING,
    TRANSITIONS,
    Action,
    Transition,
    find_transition,
)
from registry.core.clock import day_of
from registry.core.database import db
from registry.core.deeds import claim_key
from registry.core.errors import Invalid, NotAllowed, NotFound, WrongState
from registry.core.language import _
from registry.entries.catalogue import Section
from registry.entries.models import Entry
from registry.ledger.service import Deed, deed
from registry.programme.kinds import Kind
from registry.programme.queries import find_open_round, is_open

CHECKS: Mapping[Action, Callable[[Step], None]] = {
    Action.SUBMIT: filing.check,
    Action.TRANSFER: transferring.check,
}
CHANGES: Mapping[Action, Callable[[Step], Mapping[str, Any]]] = {
    Action.SUBMIT: filing.file,
    Action.WITHDRAW: steps.withdraw,
    Action.CLAIM: steps.claim,
    Action.RELEASE: steps.release,
    Action.RETURN: steps.return_,
    Action.RECALL: steps.recall,
    Action.APPROVE: deciding.approve,
    Action.REJECT: steps.reject,
    Action.TRANSFER: transferring.propose,
    Action.ACCEPT_TRANSFER: transferring.accept,
    Action.REFUSE_TRANSFER: transferring.refuse,
    Action.TAKE_BACK_TRANSFER: transferring.take_back,
}

RELEASE = next(row for row in TRANSITIONS if row.action is Action.RELEASE)


@dataclass(frozen=True)
class Part:
    """One part of the form, and the fingerprint of its words when they were seen."""

    section: Section
    seen: str


def start(kind: Kind, *, by: User, at: datetime) -> Application:
    """Begin an application for a new entry, with the words that are known already.

    Raise NotAllowed for who may not apply, WrongState where the kind is not open, Invalid where the
    enterprise's district is not known.
    """
    if not policy.may_apply(by) or by.enterprise is None:
        raise NotAllowed(_("Your account may not apply for an enterprise."))
    today = day_of(at)
    if not is_open(kind, on=today):
        raise WrongState(_("There is no open round for this today. The list shows the next one."))
    district = by.enterprise.district
    if district is None:
        raise Invalid(_("Please say first, under My enterprise, in which district your firm is."))
    words = drafts.first_words(kind, enterprise=by.enterprise, last=find_last_of_kind(by, kind))
    entry = Entry(
        kind=kind,
        enterprise_id=by.enterprise.id,
        district_id=district.id,
        created_at=at,
    )
    db.session.add(entry)
    db.session.flush()
    opened = find_open_round(kind, on=today)
    application = Application(
        number=next_number(district.code, today.year),
        kind=kind,
        enterprise_id=by.enterprise.id,
        district_id=district.id,
        entry_id=entry.id,
        round_id=opened.id if opened is not None else None,
        form=words,
        started_by_id=by.id,
        started_at=at,
        saved_at=at,
    )
    db.session.add(application)
    db.session.flush()
    return application


def save(
    application: Application,
    form: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    seen: int,
    part: Part | None = None,
) -> Application:
    """Keep the words as typed, faulty ones included, and count the version up.

    `part`: the one that was written in. Where it stands as it was seen, others may have changed
    meanwhile; then `form` was made under the lock of the application.

    `form`: {"fields": {name: text or texts}, "rows": [{column: text}], "answers": {id: text}}, the
    last by the id of the remark. Raise WrongState where the version seen is not the present one, or
    the form is not open for writing; NotAllowed for who may not write.
    """
    locked = lock(application.id, by=by)
    if not policy.may_edit(by, locked):
        if policy.may_apply(by) and locked.enterprise_id == by.enterprise_id:
            raise WrongState(_("The application was filed meanwhile and cannot be changed now."))
        raise NotAllowed(_("Only members of the enterprise may write in its application."))
    if part is None or drafts.print_of(locked, part.section) != part.seen:
        check_version(locked, seen)
    locked.form = drafts.kept_words(form)
    drafts.place_draft(locked, today=day_of(at))
    drafts.keep_answers(locked, form.get("answers", {}))
    locked.saved_at = at
    locked.version += 1
    db.session.flush()
    return locked


def perform(
    application_id: int,
    action: Action,
    *,
    by: User,
    at: datetime,
    seen: int,
    given: Given = Given(),  # noqa: B008 - frozen, and empty
    key: str | None = None,
) -> Outcome:
    """Carry out one step of the workflow and record it; every step of every page goes through here.

    Raise NotFound, NotAllowed, WrongState (not so now, version not the one seen, or another officer
    holds it) or Invalid (something needed was not given). A request with a `key` that was used
    before acts no more and says so in the outcome.
    """
    looked = look(application_id, by=by) if action is Action.APPROVE else None
    led_to = claim_key(key, user_id=by.id, at=at) if key else None
    application = _lock_for(action, application_id, by=by, given=given)
    if led_to is not None:
        return Outcome(application, EVENTS[action], is_repeated=True, location=led_to)
    transferring.check_open(application, action, given)
    policy.may_act(by, application, action, at=at)
    check_version(application, seen)
    step = Step(application, _row_of(application, action, at=at), by, at, given, looked)
    steps.check_given(step)
    if action in CHECKS:
        CHECKS[action](step)
    return _take(step)


def _lock_for(action: Action, application_id: int, *, by: User, given: Given) -> Application:
    """Lock the case; who settles a transfer reaches it through that, before it may be seen."""
    if action not in SETTLING:
        return lock(application_id, by=by)
    application = transfers.lock_case(given.transfer_id, by=by)
    if application.id != application_id:
        raise NotFound
    return application


def lock(application_id: int, *, by: User) -> Application:
    """Return the application as it stands now, locked for this transaction, or raise NotFound."""
    found = db.session.scalar(
        visible_to(by)
        .where(Application.id == application_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def check_version(application: Application, seen: int) -> None:
    """Raise WrongState where the person saw an older version than the one that stands."""
    if application.version != seen:
        raise WrongState(_("The application was changed meanwhile, after you opened this page."))


def release_claims_of(user: User, *, at: datetime, because: str = "account_closed") -> int:
    """Put back into the queue whatever a person holds who cannot go on; return how many."""
    held = db.session.scalars(
        sa.select(Application)
        .where(
            Application.holder_id == user.id,
            Application.status == Status.IN_REVIEW,
            Application.held_at <= at,
        )
        .order_by(Application.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if not held:
        return 0
    with deed(by=None, cause=Action.RELEASE.value) as opened:
        for application in held:
            steps.let_go(application)
            _record(opened, application, RELEASE, {because: True})
    return len(held)


def _row_of(application: Application, action: Action, *, at: datetime) -> Transition:
    row = find_transition(policy.status_at(application, at=at), action)
    if row is None:
        raise WrongState
    return row


def _take(step: Step) -> Outcome:
    application, action = step.application, step.row.action
    holder_id = application.holder_id
    with deed(by=step.by, cause=step.cause) as opened:
        if action is Action.ACCEPT_TRANSFER and application.status is Status.IN_REVIEW:
            steps.let_go(application)
            _record(opened, application, RELEASE, {steps.BY_TRANSFER: True})
        ended = transferring.end(step)
        payload = {**CHANGES[action](step), **ended}
        _record(opened, application, step.row, payload)
        for type_, told, application_id, entry_id in step.told:
            opened.record(type_, told, application_id=application_id, entry_id=entry_id)
        letters.write(step)
        transfer_letters.write(step, holder_id=holder_id, has_ended=bool(ended))
        if step.touched:
            opened.touch(step.touched)
    return Outcome(application, EVENTS[action], sequence=opened.sequence)


def _record(
    opened: Deed, application: Application, row: Transition, payload: Mapping[str, Any]
) -> None:
    if row.target is not None:
        application.status = row.target
        application.version += 1
    opened.record(
        EVENTS[row.action],
        {"version": application.version, **payload},
        application_id=application.id,
        entry_id=application.entry_id,
    )
