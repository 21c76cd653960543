"""Who may see, edit and act on an application."""

from __future__ import annotations

from datetime import date, datetime

from registry.accounts.models import User
from registry.accounts.roles import DESK, Membership, Right, Role
from registry.applications import deadlines
from registry.applications.models import Application
from registry.applications.status import EDITABLE, Status
from registry.applications.workflow import Action, Who, actors_of, find_transition, list_actions
from registry.core.errors import NotAllowed, NotFound, WrongState
from registry.core.language import _
from registry.entries.models import Entry
from registry.entries.queries import may_see_details

ADMITTED = frozenset({Membership.PROVEN, Membership.UNPROVEN})
SIGNERS = frozenset({Right.OWNER, Right.SIGNER})


def may_see(actor: User, application: Application) -> bool:
    """Say whether it exists for this person; `queries.visible_to` says the same in SQL."""
    if actor.role is Role.MEMBER:
        if actor.is_proven:
            return actor.enterprise_id == application.enterprise_id
        return actor.id == application.started_by_id
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
    return (
        may_apply(actor)
        and actor.enterprise_id == application.enterprise_id
        and may_see(actor, application)
        and application.status in EDITABLE
    )


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


def who_is(actor: User, application: Application, *, at: datetime) -> frozenset[Who]:
    """Return all that a person is to an application."""
    if not may_see(actor, application):
        return frozenset()
    if may_apply(actor) and actor.enterprise_id == application.enterprise_id:
        return frozenset({Who.APPLICANT}) if actor.right in SIGNERS else frozenset()
    if actor.role not in DESK:
        return frozenset()
    found = {Who.OFFICER}
    if actor.role is Role.SUPERVISOR:
        found.add(Who.SUPERVISOR)
    if application.holder_id == actor.id and is_claim_live(application, at=at):
        found.add(Who.HOLDER)
    return frozenset(found)


def list_open_actions(actor: User, application: Application, *, at: datetime) -> list[Action]:
    """List the buttons of a person: what may be done now, in the order of the table."""
    who = who_is(actor, application, at=at)
    return list(list_actions(status_at(application, at=at), who))


def may_act(actor: User, application: Application, action: Action, *, at: datetime) -> None:
    """Return if a person may take a step now.

    Raise NotFound where the person may not see it, NotAllowed where the step is never theirs,
    WrongState (with the holder's name, where another officer has it) where it is not so now.
    """
    if not may_see(actor, application):
        raise NotFound
    who = who_is(actor, application, at=at)
    ever = actors_of(action)
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
