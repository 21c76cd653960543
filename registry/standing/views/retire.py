"""Take robots out of the stock that the enterprise reported as scrapped, sold or moved out."""

from __future__ import annotations

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _
from registry.entries.facts.words import ROBOT_TYPE
from registry.entries.models import Entry, UnitStatus
from registry.entries.queries import get_registered
from registry.programme.words import MEASURES
from registry.standing import policy, service
from registry.standing.changes import Leaving, list_live_lots, list_live_units
from registry.standing.forms import RetireForm
from registry.standing.queries import version_of
from registry.standing.views.blueprint import BAD_INPUT, CONFLICT, done, put_fault, standing

OK = 200
MOST_DIGITS = 7


@standing.route("/register/<number>/retire", methods=["GET", "POST"])
@requires(*DESK)
def retire(number: str) -> ResponseReturnValue:
    """Say which robots have left, when and how."""
    entry = _get(number)
    form = RetireForm()
    if not form.is_submitted():
        return _page(form, entry)
    if not form.validate():
        return _page(form, entry, status=BAD_INPUT)
    key = form.key.data or ""
    try:
        outcome = service.retire(
            entry.id,
            _leaving(form, entry),
            by=get_actor(),
            at=clock.now(),
            seen=form.seen_version(),
            key=key or None,
        )
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _page(form, _get(number), status=BAD_INPUT)
    except WrongState as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message))
        return _page(form, _get(number), status=CONFLICT)
    told = _("Stored: they left the stock and stay in what was ever deployed.")
    location = url_for("entries.show", number=number)
    return done(told, location, outcome=outcome, key=key)


def _get(number: str) -> Entry:
    entry = get_registered(number)
    if not policy.may_retire(get_actor(), entry):
        raise NotFound
    return entry


def _leaving(form: RetireForm, entry: Entry) -> Leaving:
    if form.effective_on.data is None:
        raise Invalid(_("Please fill this in."), field="effective_on")
    typed = {lot.id: request.form.get(f"lot-{lot.id}", "") for lot in list_live_lots(entry)}
    return Leaving(
        on=form.effective_on.data,
        way=UnitStatus(form.way.data),
        note=form.reason.data or "",
        document=form.document.data or "",
        unit_ids=[int(word) for word in request.form.getlist("units") if _is_number(word)],
        lots={lot_id: _count(text.strip()) for lot_id, text in typed.items() if text.strip()},
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _count(text: str) -> int:
    if not _is_number(text):
        raise Invalid(_("Write a whole number in digits."), field="lots")
    return int(text)


def _page(form: RetireForm, entry: Entry, *, status: int = OK) -> Response:
    page = render_template(
        "standing/retire.html",
        form=form,
        entry=entry,
        units=list_live_units(entry),
        lots=list_live_lots(entry),
        types=ROBOT_TYPE,
        measures=MEASURES,
        ticked={int(word) for word in request.form.getlist("units") if _is_number(word)},
        typed=request.form,
        version=version_of(entry.id),
        key=new_key(),
        cancel_url=url_for("entries.show", number=entry.number),
    )
    return make_response(page, status)
