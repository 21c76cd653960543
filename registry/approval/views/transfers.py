"""Handing a case to another district: ask for it, look at what was asked, answer it."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK, Role
from registry.applications import policy, transfers
from registry.applications.given import Given, Outcome
from registry.applications.models import Application, Transfer, TransferState
from registry.applications.queries import get_visible
from registry.applications.service import perform
from registry.applications.workflow import Action, Who
from registry.approval import words
from registry.approval.transfer_forms import AnswerForm, TransferForm, put_fault
from registry.approval.views.blueprint import approval
from registry.approval.views.gone import told_gone
from registry.approval.views.page import case_url
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import keep_location, new_key
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _, p_
from registry.districts.queries import list_districts
from registry.entries.catalogue import CATALOGUE
from registry.entries.register import place_name

OK, CONFLICT, BAD_INPUT = 200, 409, 422
ANSWERS = {
    "accept": Action.ACCEPT_TRANSFER,
    "refuse": Action.REFUSE_TRANSFER,
    "take_back": Action.TAKE_BACK_TRANSFER,
}
DONE = {
    Action.ACCEPT_TRANSFER: _("Accepted: the case stands in your queue now, nobody holds it yet."),
    Action.REFUSE_TRANSFER: p_("transfer", "Refused: the case stays where it is."),
    Action.TAKE_BACK_TRANSFER: p_("transfer", "Taken back: the case stays where it is."),
}


@approval.route("/cases/<int:application_id>/transfer", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.ADMINISTRATOR)
def propose_transfer(application_id: int) -> ResponseReturnValue:
    """Ask another district to take a case over."""
    form = TransferForm()
    try:
        case = get_visible(get_actor(), application_id)
    except NotFound:
        if not form.is_submitted():
            raise
        return told_gone(application_id, [(form.reason.label.text, form.reason.data or "")])
    form.offer(list_districts(), but=case.district_id)
    if not form.is_submitted():
        return _ask_page(form, case) if _is_ours(case) else _refer(case)
    if not form.validate():
        return _ask_page(form, case, status=BAD_INPUT)
    return _propose(form, case)


def _is_ours(case: Application) -> bool:
    return Who.SUPERVISOR in policy.who_is(get_actor(), case, at=clock.now())


def _refer(case: Application) -> ResponseReturnValue:
    flash(str(_("The district has a supervisor, who hands its cases over.")), "info")
    return redirect(case_url(case.id), 303)


def _propose(form: TransferForm, case: Application) -> ResponseReturnValue:
    key, case_id = form.key.data or "", case.id
    try:
        outcome = perform(
            case_id,
            Action.TRANSFER,
            by=get_actor(),
            at=clock.now(),
            seen=form.seen_version(),
            given=Given(district=form.district.data or "", reason=form.reason.data or ""),
            key=key or None,
        )
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _ask_page(form, get_visible(get_actor(), case_id), status=BAD_INPUT)
    except WrongState as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message or words.MOVED_ON))
        return _ask_page(form, get_visible(get_actor(), case_id), status=CONFLICT)
    told = _("Asked. Until the other district accepts, the case goes on in your queue.")
    return _done(told, case_url(case_id), outcome=outcome, key=key)


def _done(told: object, location: str, *, outcome: Outcome, key: str) -> ResponseReturnValue:
    if outcome.is_repeated:
        return redirect(outcome.location or location, 303)
    if key:
        keep_location(key, location)
    flash(str(told), "good")
    return redirect(location, 303)


def _ask_page(form: TransferForm, case: Application, *, status: int = OK) -> Response:
    page = render_template(
        "approval/propose_transfer.html",
        form=form,
        case=case,
        facts=CATALOGUE[case.kind],
        status=policy.status_at(case, at=clock.now()).value,
        open_transfer=case.open_transfer,
        may_ask=Action.TRANSFER in policy.list_open_actions(get_actor(), case, at=clock.now()),
        place_name=place_name,
        key=new_key(),
    )
    return make_response(page, status)


@approval.get("/transfers")
@requires(*DESK, Role.ADMINISTRATOR)
def list_transfers() -> ResponseReturnValue:
    """List what is handed over, first what waits for this person's answer."""
    actor = get_actor()
    waiting = transfers.list_open(actor)
    mine = [one for one in waiting if policy.may_answer(actor, one)]
    return render_template(
        "approval/list_transfers.html",
        mine=mine,
        others=[one for one in waiting if one not in mine],
        settled=transfers.list_settled(actor),
        facts=CATALOGUE,
        states=words.TRANSFER_STATES,
        place_name=place_name,
        may_see=lambda case: policy.may_see(actor, case),
    )


@approval.get("/transfers/<int:transfer_id>")
@requires(*DESK, Role.ADMINISTRATOR)
def transfer(transfer_id: int) -> ResponseReturnValue:
    """Show one transfer, with as much of the case as its answer needs."""
    return _page(transfers.get_transfer(get_actor(), transfer_id), AnswerForm())


@approval.post("/transfers/<int:transfer_id>/answer")
@requires(Role.SUPERVISOR, Role.ADMINISTRATOR)
def answer_transfer(transfer_id: int) -> ResponseReturnValue:
    """Accept or refuse a transfer, or take it back."""
    actor, form = get_actor(), AnswerForm()
    key = form.key.data or ""
    case_id = transfers.get_transfer(actor, transfer_id).application_id
    try:
        action = _read_answer(form)
        outcome = perform(
            case_id,
            action,
            by=actor,
            at=clock.now(),
            seen=form.seen_version(),
            given=Given(reason=form.reason.data or "", transfer_id=transfer_id),
            key=key or None,
        )
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _page(transfers.get_transfer(get_actor(), transfer_id), form, status=BAD_INPUT)
    except WrongState as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message or words.MOVED_ON))
        return _page(transfers.get_transfer(get_actor(), transfer_id), form, status=CONFLICT)
    is_taken = action is Action.ACCEPT_TRANSFER
    location = case_url(case_id) if is_taken else url_for("approval.list_transfers")
    return _done(DONE[action], location, outcome=outcome, key=key)


def _read_answer(form: AnswerForm) -> Action:
    if not form.validate():
        raise Invalid(form.reason.errors[0] if form.reason.errors else "", field="reason")
    if form.answer.data not in ANSWERS:
        raise Invalid(_("Please choose one of the buttons."), field="reason")
    return ANSWERS[form.answer.data]


def _page(found: Transfer, form: AnswerForm, *, status: int = OK) -> Response:
    actor, case = get_actor(), found.application
    page = render_template(
        "approval/transfer.html",
        transfer=found,
        case=case,
        form=form,
        facts=CATALOGUE[case.kind],
        state=words.TRANSFER_STATES[found.state],
        status=policy.status_at(case, at=clock.now()).value,
        place_name=place_name,
        is_shown=found.state is TransferState.OPEN or policy.may_see(actor, case),
        may_open=policy.may_see(actor, case),
        may_answer=policy.may_answer(actor, found),
        may_take_back=policy.may_take_back(actor, found),
        key=new_key(),
    )
    return make_response(page, status)
