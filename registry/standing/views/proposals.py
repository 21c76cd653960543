"""What waits for a second person: the list, one proposal, and the decision on it."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK, Role
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.core.errors import Invalid, WrongState
from registry.core.language import _, p_
from registry.entries.catalogue import CATALOGUE
from registry.entries.register import place_name
from registry.programme.words import MEASURES, UNITS
from registry.standing import policy, queries, service, words
from registry.standing.forms import DecideForm
from registry.standing.models import Proposal, State
from registry.standing.outlook import look_ahead
from registry.standing.views.blueprint import BAD_INPUT, CONFLICT, done, put_fault, standing

OK = 200
DECISIONS = frozenset({State.CONFIRMED, State.REFUSED, State.WITHDRAWN})
DONE = {
    State.CONFIRMED: p_("proposal", "Confirmed: the register and its figures are changed."),
    State.REFUSED: p_("proposal", "Refused: nothing was changed."),
    State.WITHDRAWN: p_("proposal", "Taken back: nothing was changed."),
}


@standing.get("/proposals")
@requires(*DESK, Role.ADMINISTRATOR)
def proposals() -> ResponseReturnValue:
    """List what is proposed, first what waits for this person."""
    actor = get_actor()
    waiting = queries.list_open(actor)
    mine = [proposal for proposal in waiting if policy.may_decide(actor, proposal)]
    return render_template(
        "standing/proposals.html",
        mine=mine,
        others=[proposal for proposal in waiting if proposal not in mine],
        decided=queries.list_decided(actor),
        acts=words.ACTS,
        states=words.STATES,
        facts=CATALOGUE,
        place_name=place_name,
    )


@standing.get("/proposals/<int:proposal_id>")
@requires(*DESK, Role.ADMINISTRATOR)
def proposal(proposal_id: int) -> ResponseReturnValue:
    """Show a proposal, what it would change, and the decision to whom it is asked of."""
    return _page(queries.get_proposal(get_actor(), proposal_id), DecideForm())


@standing.post("/proposals/<int:proposal_id>/decide")
@requires(*DESK, Role.ADMINISTRATOR)
def decide(proposal_id: int) -> ResponseReturnValue:
    """Confirm, refuse or take back a proposal."""
    form = DecideForm()
    key = form.key.data or ""
    try:
        state = _read_decision(form)
        outcome = service.decide(
            proposal_id,
            state,
            by=get_actor(),
            at=clock.now(),
            seen=form.seen_version(),
            note=form.note.data or "",
            key=key or None,
        )
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _page(queries.get_proposal(get_actor(), proposal_id), form, status=BAD_INPUT)
    except WrongState as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message))
        return _page(queries.get_proposal(get_actor(), proposal_id), form, status=CONFLICT)
    location = url_for("standing.proposal", proposal_id=proposal_id)
    return done(DONE[state], location, outcome=outcome, key=key)


def _read_decision(form: DecideForm) -> State:
    if not form.validate():
        raise Invalid(form.note.errors[0] if form.note.errors else "", field="note")
    if form.decision.data not in DECISIONS:
        raise Invalid(_("Please choose one of the buttons."), field="note")
    return State(form.decision.data)


def _page(found: Proposal, form: DecideForm, *, status: int = OK) -> Response:
    actor, entry = get_actor(), found.entry
    is_open = found.state is State.OPEN and entry.revoked_on is None
    page = render_template(
        "standing/proposal.html",
        proposal=found,
        entry=entry,
        form=form,
        act=words.ACTS[found.act],
        state=words.STATES[found.state],
        reason=words.REASONS[found.act][found.reason_code],
        facts=CATALOGUE[entry.kind],
        place_name=place_name,
        effects=look_ahead(entry, found.act, service.asked_in(found)) if is_open else [],
        measures=MEASURES,
        units=UNITS,
        may_decide=policy.may_decide(actor, found),
        may_withdraw=policy.may_withdraw(actor, found),
        version=queries.version_of(entry.id),
        key=new_key(),
    )
    return make_response(page, status)
