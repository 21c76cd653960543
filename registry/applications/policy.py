"""Who may see, edit and act on an application."""

from __future__ import annotations

from datetime import date, datetime

from registry.accounts.models import User
from registry.accounts.queries import ADMITTED, has_supervisor
from registry.accounts.roles import DESK, Right, Role
from registry.applications import deadlines
from registry.applications.models import Application, Transfer, TransferState
from registry.applications.status import EDITABLE, Status
from registry.applications.workflow import (
    SETTLING,
    Action,
    Who,
    actors_of,
    find_transition,
    list_actions,
)
from registry.core.errors import NotAllowed, NotFound, WrongState
from registry.core.language import _
from registry.entries.models import Entry
from registry.entries.queries import may_see_details

SIGNERS = frozenset({Right.OWNER, Right.SIGNER})
SUPERVISING = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
SUPERVISING_SIDES = frozenset({Who.SUPERVISOR, Who.RECEIVER})


def may_see(actor: User, application: Application) -> bool:
    """Say whether it exists for this person; `queries.visible_to` says the same in SQL."""
    if actor.role is Role.MEMBER:
        is_ours = may_apply(actor) and actor.enterprise_id == application.enterprise_id
        return is_ours and (actor.is_proven or actor.id == application.started_by_id)
    if actor.role is Role.ADMINISTRATOR:
        return True
    is_filed = application.filings_count > 0
    if actor.role is Role.LEADER and actor.district_id is None:
        return is_filed
    return is_filed and actor.district_id == application.district_id


def may_apply(actor: User) -> bool:
    """Say whether a person may begin applications: once it is let in, proven or not."""
    return actor.role is Role.MEMBER and actor.membership in ADMITTED


def may_amend(actor: User, entry: Entry) -> bool:
    """Say whether a person may ask for an entry to be amended: a proven member of its firm."""
    return may_apply(actor) and actor.is_proven and may_see_details(entry, actor=actor)


def may_edit(actor: User, application: Application) -> bool:
    """Say whether a person may change the form: any member of the enterprise, while it is open."""
    return may_apply(actor) and may_see(actor, application) and application.status in EDITABLE


def status_at(application: Application, *, at: datetime) -> Status:
    """Return the status that counts now: a claim that ended by itself leaves it to be claimed."""
    held = application.status is Status.IN_REVIEW
    if held and not deadlines.is_claim_live(application.held_at, at=at):
        return Status.SUBMITTED
    return application.status


def is_claim_live(application: Application, *, at: datetime) -> bool:
    """Say whether an officer holds the case at this moment."""
    return status_at(application, at=at) is Status.IN_REVIEW


def is_lapsed(application: Application, *, on: date) -> bool:
    """Say whether a returned application was not filed again in time."""
    is_returned = application.status is Status.RETURNED
    return is_returned and application.answer_by is not None and application.answer_by < on


def supervises(actor: User, district_id: int) -> bool:
    """Say whether a person does what a supervisor of a district does.

    Where a district has no active supervisor that is the administrator.
    """
    if actor.role is Role.SUPERVISOR:
        return actor.district_id == district_id
    return actor.role is Role.ADMINISTRATOR and not has_supervisor(district_id)


def is_another(actor: User, transfer: Transfer) -> bool:
    """Say whether a person is another one than who proposed a transfer."""
    return actor.id != transfer.proposed_by_id


def may_answer(actor: User, transfer: Transfer) -> bool:
    """Say whether a person may accept or refuse a transfer: of the other side, never one's own."""
    is_open = transfer.state is TransferState.OPEN
    return is_open and is_another(actor, transfer) and supervises(actor, transfer.receiver_id)


def may_take_back(actor: User, transfer: Transfer) -> bool:
    """Say whether a person may take a transfer back: who supervises where the case is."""
    return transfer.state is TransferState.OPEN and supervises(actor, transfer.giver_id)


def who_is(actor: User, application: Application, *, at: datetime) -> frozenset[Who]:
    """Return all that a person is to an application; a receiver may not see the case yet."""
    found = set()
    if actor.role in SUPERVISING:
        transfer = application.open_transfer
        if transfer is not None and supervises(actor, transfer.receiver_id):
            found.add(Who.RECEIVER)
        if may_see(actor, application) and supervises(actor, application.district_id):
            found.add(Who.SUPERVISOR)
    if not may_see(actor, application):
        return frozenset(found)
    if may_apply(actor) and actor.enterprise_id == application.enterprise_id:
        return frozenset({Who.APPLICANT}) if actor.right in SIGNERS else frozenset()
    if actor.role in DESK:
        found.add(Who.OFFICER)
    if application.holder_id == actor.id and is_claim_live(application, at=at):
        found.add(Who.HOLDER)
    return frozenset(found)


def list_open_actions(actor: User, application: Application, *, at: datetime) -> list[Action]:
    """List the buttons of a person: what may be done now, in the order of the table."""
    who = who_is(actor, application, at=at)
    is_open = application.open_transfer is not None if who & SUPERVISING_SIDES else False
    shut = {Action.TRANSFER} if is_open else SETTLING
    if application.is_amendment:
        shut = shut | {Action.TRANSFER}
    actions = list_actions(status_at(application, at=at), who)
    return [action for action in actions if action not in shut]


def may_act(actor: User, application: Application, action: Action, *, at: datetime) -> None:
    """Return if a person may take a step now.

    Raise NotFound where the person may not see it, NotAllowed where the step is never theirs,
    WrongState (with the holder's name, where another officer has it) where it is not so now.
    """
    who = who_is(actor, application, at=at)
    ever = actors_of(action)
    if not may_see(actor, application) and not who & ever:
        raise NotFound
    could_hold = Who.HOLDER in ever and Who.OFFICER in who
    if not who & ever and not could_hold:
        raise NotAllowed(_("Your account may see this application, but not take this step."))
    row = find_transition(status_at(application, at=at), action)
    if row is None:
        raise WrongState(_state_words(application, action, at=at))
    if not who & row.by:
        raise WrongState(_holder_words(application))


def _state_words(application: Application, action: Action, *, at: datetime) -> object:
    if action is Action.CLAIM and is_claim_live(application, at=at):
        return _holder_words(application)
    return _("The application has moved on; this step cannot be taken in its present status.")


def _holder_words(application: Application) -> object:
    name = application.holder.name if application.holder is not None else ""
    return _("%(name)s holds this case. Only the officer who holds it can do this.", name=name)
