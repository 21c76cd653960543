"""What was found at a drawn entry: all looks at it, and the form for the next one."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK
from registry.core import clock
from registry.core.database import db
from registry.core.deed_pages import lead_on, put_fault
from registry.core.deeds import new_key
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _
from registry.entries.catalogue import CATALOGUE
from registry.entries.models import Standing
from registry.entries.register import place_name
from registry.sampling import policy, queries, service
from registry.sampling.forms import ResultForm
from registry.sampling.models import DrawEntry, Outcome
from registry.sampling.queries import Drawn
from registry.sampling.views.blueprint import BAD_INPUT, CONFLICT, OK, sampling
from registry.sampling.words import COUNTS_FOUND, LOOKS, OUTCOMES, UNITS


@sampling.get("/checks/<int:draw_number>/entries/<entry_number>")
@requires(*policy.READERS)
def entry(draw_number: int, entry_number: str) -> ResponseReturnValue:
    """Show all looks at a drawn entry; to its desk also the form for the next one."""
    drawn = _get(draw_number, entry_number)
    form = ResultForm(kind=drawn.draw.kind)
    form.checked_on.data, form.checkers.data = clock.today(), get_actor().name
    return _page(drawn, form)


@sampling.post("/checks/<int:draw_number>/entries/<entry_number>")
@requires(*DESK)
def record(draw_number: int, entry_number: str) -> ResponseReturnValue:
    """Record what was found."""
    drawn = _get(draw_number, entry_number)
    if not policy.may_record(get_actor(), district_id=drawn.entry.district_id):
        raise NotFound
    form = ResultForm(kind=drawn.draw.kind)
    if not form.validate():
        return _page(drawn, form, status=BAD_INPUT)
    key = form.key.data or ""
    try:
        done = service.record(
            drawn.draw_sequence,
            drawn.entry_id,
            form.result(),
            by=get_actor(),
            at=clock.now(),
            look=form.seen_version(),
            key=key or None,
        )
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _page(_get(draw_number, entry_number), form, status=BAD_INPUT)
    except WrongState as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message))
        return _page(_get(draw_number, entry_number), form, status=CONFLICT)
    location = url_for("sampling.show", draw_number=draw_number)
    if done.result is None:
        return redirect(done.led_to or location, 303)
    if done.result.outcome is not Outcome.IN_ORDER:
        location = url_for("sampling.entry", draw_number=draw_number, entry_number=entry_number)
    return lead_on(_("Recorded, and sealed in the ledger."), location, key=key)


def _get(draw_number: int, entry_number: str) -> DrawEntry:
    """Return a drawn entry; raise NotFound where it was not drawn or may not be seen."""
    draw = queries.get_draw(get_actor(), draw_number).draw
    return queries.get_drawn(draw, entry_number)


def _page(drawn: DrawEntry, form: ResultForm, *, status: int = OK) -> Response:
    actor, found = get_actor(), drawn.entry
    shown = Drawn(drawn, queries.list_results(drawn.draw, drawn.entry_id))
    page = render_template(
        "sampling/entry.html",
        drawn=drawn,
        draw=drawn.draw,
        entry=found,
        results=shown.results,
        latest=shown.latest,
        form=form,
        is_registered=found.standing is Standing.REGISTERED,
        place=place_name(found.district),
        facts=CATALOGUE[drawn.draw.kind],
        unit=UNITS[drawn.draw.kind],
        outcomes=OUTCOMES,
        looks=LOOKS,
        has_found=drawn.draw.kind in COUNTS_FOUND,
        may_record=policy.may_record(actor, district_id=found.district_id),
        reads_words=policy.may_read_words(actor, district_id=found.district_id),
        version=len(shown.results) + 1,
        key=new_key(),
    )
    return make_response(page, status)
