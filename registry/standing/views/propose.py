"""Propose a revocation, or another district, from the page of an entry."""

from __future__ import annotations

from typing import Any  # a form takes what wtforms takes

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK, Role
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _
from registry.entries.models import Entry
from registry.entries.queries import get_registered
from registry.entries.register import place_name
from registry.standing import policy, service
from registry.standing.changes import Asked
from registry.standing.forms import ProposeForm, RelocateForm, RevokeForm
from registry.standing.models import Act
from registry.standing.queries import find_open, version_of
from registry.standing.views.blueprint import BAD_INPUT, CONFLICT, done, put_fault, standing
from registry.standing.words import RECORDED_WRONGLY

OK = 200


@standing.route("/register/<number>/revoke", methods=["GET", "POST"])
@requires(*DESK, Role.ADMINISTRATOR)
def revoke(number: str) -> ResponseReturnValue:
    """Propose that an entry is revoked."""
    entry = _get(number, Act.REVOKE)
    form = RevokeForm()
    if not form.is_submitted():
        return _page(form, entry)
    if not form.validate():
        return _page(form, entry, status=BAD_INPUT)
    return _propose(form, entry, _asked(form, effective_on=form.effective_on.data))


@standing.route("/register/<number>/relocate", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.ADMINISTRATOR)
def relocate(number: str) -> ResponseReturnValue:
    """Propose that an entry stands in another district."""
    entry = _get(number, Act.RELOCATE)
    form = RelocateForm(entry=entry)
    if not form.is_submitted():
        return _page(form, entry)
    is_valid = form.validate()
    is_wrong = form.reason_code.data == RECORDED_WRONGLY
    if form.effective_on.data is None and not is_wrong and not form.effective_on.errors:
        form.effective_on.errors = [str(_("Write the day on which it was moved."))]
        is_valid = False
    if not is_valid:
        return _page(form, entry, status=BAD_INPUT)
    day = None if is_wrong else form.effective_on.data
    asked = _asked(form, effective_on=day, district_id=int(form.district.data))
    return _propose(form, entry, asked)


def _get(number: str, act: Act) -> Entry:
    entry = get_registered(number)
    if not policy.may_propose(get_actor(), entry, act):
        raise NotFound
    return entry


def _asked(form: ProposeForm, **rest: Any) -> Asked:
    return Asked(
        reason_code=form.reason_code.data or "",
        reason=form.reason.data or "",
        document=form.document.data or "",
        **rest,
    )


def _propose(form: ProposeForm, entry: Entry, asked: Asked) -> ResponseReturnValue:
    key, number = form.key.data or "", entry.number or ""
    try:
        outcome = service.propose(
            entry.id,
            form.act,
            asked,
            by=get_actor(),
            at=clock.now(),
            seen=form.seen_version(),
            key=key or None,
        )
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _page(form, _get(number, form.act), status=BAD_INPUT)
    except WrongState as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message))
        return _page(form, _get(number, form.act), status=CONFLICT)
    location = url_for("standing.proposals")
    if outcome.proposal is not None:
        location = url_for("standing.proposal", proposal_id=outcome.proposal.id)
    told = _("Proposed. It takes effect as soon as another person confirms it.")
    return done(told, location, outcome=outcome, key=key)


def _page(form: ProposeForm, entry: Entry, *, status: int = OK) -> Response:
    page = render_template(
        f"standing/{form.act.value}.html",
        form=form,
        entry=entry,
        place=place_name(entry.district),
        open_proposal=find_open(entry),
        version=version_of(entry.id),
        key=new_key(),
        cancel_url=url_for("entries.show", number=entry.number),
        is_again=request.method == "POST",
    )
    return make_response(page, status)
