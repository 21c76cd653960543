"""Every step of a case from the desk goes through here; who loses a race keeps the words typed."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.membership import prove_membership
from registry.accounts.roles import DESK, Membership, Role
from registry.applications import policy
from registry.applications.given import Outcome
from registry.applications.models import Application
from registry.applications.queries import find_filing, get_visible
from registry.applications.service import perform
from registry.applications.story import Happening, tell_story
from registry.applications.workflow import Action, Who
from registry.approval import words
from registry.approval.case import kept_notes, view_case
from registry.approval.forms import ReviewForm, read_action, read_given, read_notes
from registry.approval.notes import Notes, after_return, merge, store_notes
from registry.approval.shown import CaseView
from registry.approval.views.blueprint import approval
from registry.approval.views.gone import told_gone
from registry.approval.views.page import Fault, case_url, show_case
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import keep_location, new_key
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _

CONFLICT = 409
UNPROCESSABLE = 422
STAYS = frozenset({Action.CLAIM, Action.RECALL})
REMARKS_SENT = frozenset({Action.RETURN})


@approval.post("/cases/<int:application_id>/decide")
@requires(*DESK, Role.ADMINISTRATOR)
def decide(application_id: int) -> ResponseReturnValue:
    """Carry out one step of a case; refused, the page comes back with every word.

    The administrator puts a case back where its district has no active supervisor, no more.
    """
    try:
        return _decide(application_id)
    except NotFound:
        return told_gone(application_id)


def _decide(application_id: int) -> ResponseReturnValue:
    actor, form = get_actor(), ReviewForm()
    application = get_visible(actor, application_id)
    notes = merge(
        kept_notes(application), read_notes(request.form, filing=application.filings_count)
    )
    try:
        action = read_action(form.action.data or "")
        prove_filer(application)
        outcome = perform(
            application_id,
            action,
            by=actor,
            at=clock.now(),
            seen=form.seen_version(),
            given=read_given(action, notes),
            key=form.key.data or None,
        )
    except Invalid as fault:
        db.session.rollback()
        told = Fault(fault.message, fault.field)
        return show_case(application_id, notes=notes, fault=told, status=UNPROCESSABLE)
    except WrongState as refusal:
        db.session.rollback()
        return lost(application_id, notes, refusal)
    if outcome.is_repeated:
        return redirect(outcome.location or case_url(application_id), 303)
    return _done(outcome, action, notes, key=form.key.data or "")


def prove_filer(application: Application) -> None:
    """Let the filer see what belongs to its enterprise, where the officer ticked the licence."""
    filing = find_filing(application)
    if "prove" not in request.form or filing is None or not get_actor().is_desk:
        return
    filer = filing.filed_by
    is_ours = filer.enterprise_id == application.enterprise_id
    if is_ours and filer.membership is Membership.UNPROVEN:
        firm_id = application.enterprise_id
        prove_membership(filer, enterprise_id=firm_id, by=get_actor(), at=clock.now())


def _done(outcome: Outcome, action: Action, notes: Notes, *, key: str) -> ResponseReturnValue:
    application = outcome.application
    kept = after_return(notes) if action in REMARKS_SENT else notes
    application.review = store_notes(kept)
    first = "approval.queue" if get_actor().is_desk else "approval.cases"
    location = case_url(application.id) if action in STAYS else url_for(first)
    if key:
        keep_location(key, location)
    flash(str(_told(application, action)), "success")
    return redirect(location, 303)


def _told(application: Application, action: Action) -> object:
    is_amended = application.is_amendment and action is Action.APPROVE
    return _(
        "%(done)s %(enterprise)s, %(number)s.",
        done=words.AMENDED if is_amended else words.DONE[action],
        enterprise=application.enterprise.name,
        number=application.number,
    )


def lost(application_id: int, notes: Notes, refusal: WrongState) -> Response:
    """Return the page of who came too late: what happened, who holds it, all words typed."""
    actor, at = get_actor(), clock.now()
    application = get_visible(actor, application_id)
    view = view_case(application, notes=notes)
    seen = ReviewForm().seen_version()
    if application.version == seen and Who.HOLDER in policy.who_is(actor, application, at=at):
        told = Fault(refusal.message)
        return show_case(application_id, notes=notes, fault=told, status=CONFLICT)
    page = render_template(
        "approval/decide.html",
        case=application,
        message=refusal.message,
        holder=application.holder if policy.is_claim_live(application, at=at) else None,
        status=policy.status_at(application, at=at).value,
        since=_since(application, seen),
        typed=_typed(view),
        notes=notes,
        actions=[a.value for a in policy.list_open_actions(actor, application, at=at)],
        key=new_key(),
    )
    return make_response(page, CONFLICT)


def _since(application: Application, seen: int) -> list[Happening]:
    story = tell_story(application, reader=get_actor())
    return [told for told in story if told.payload.get("version", 0) > seen] or story[:1]


def _typed(view: CaseView) -> list[tuple[object, str]]:
    """List all words of the notes with the name of their place."""
    remarks = [(view.label_of(place), text) for place, text in view.notes.written]
    reasons = [
        (label, view.notes.words[name])
        for name, label in words.TYPED.items()
        if view.notes.words.get(name, "").strip()
    ]
    return [*remarks, *reasons]
