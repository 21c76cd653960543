"""Where a person stands who may act for no enterprise, and asking once more, there or elsewhere."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.firms import Firm
from registry.accounts.forms import FirmForm
from registry.accounts.membership import OUTSIDE, ask_to_join
from registry.accounts.models import User
from registry.accounts.queries import find_turned_away
from registry.accounts.roles import Membership, Role
from registry.accounts.views.blueprint import accounts
from registry.accounts.views.choices import list_district_choices, read_firm
from registry.accounts.views.onward import first_page
from registry.accounts.views.waiting import wait_page
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Busy, NotFound
from registry.core.forms import RegistryForm
from registry.core.language import _

BAD_INPUT = 422
PAGE = "accounts/ask.html"


@accounts.route("/enterprise/ask", methods=["GET", "POST"])
@requires(Role.MEMBER)
def ask() -> ResponseReturnValue:
    """Tell who was turned away, or waits, where it stands; take its request to another firm."""
    actor = get_actor()
    if actor.membership not in OUTSIDE:
        return redirect(url_for("accounts.enterprise"), 303)
    form = FirmForm(districts=list_district_choices())
    if not form.is_submitted():
        return render_template(PAGE, form=form, **_standing(actor))
    if not form.validate():
        return make_response(render_template(PAGE, form=form, **_standing(actor)), BAD_INPUT)
    return _ask(actor, read_firm(form), form=form)


@accounts.post("/enterprise/ask-again")
@requires(Role.MEMBER)
def ask_again() -> ResponseReturnValue:
    """Ask once more to join the enterprise that turned the person away."""
    actor, form = get_actor(), RegistryForm()
    firm = actor.enterprise
    if firm is None or firm.uscc is None or not form.validate():
        raise NotFound
    same = Firm(firm.uscc, firm.name, firm.district_id or 0, firm.industry or "")
    empty = FirmForm(formdata=None, districts=list_district_choices())
    return _ask(actor, same, form=empty)


def _ask(actor: User, firm: Firm, *, form: FirmForm) -> ResponseReturnValue:
    try:
        ask_to_join(actor, firm, at=clock.now())
    except Busy as fault:
        db.session.rollback()
        return wait_page(PAGE, fault, form=form, **_standing(get_actor()))
    if actor.membership is Membership.ASKED:
        flash(str(_("You have asked to join. You get a mail once it is decided.")), "good")
    else:
        flash(str(_("You may begin for this enterprise now.")), "good")
    return redirect(first_page(actor), 303)


def _standing(actor: User) -> dict[str, object]:
    return {
        "firm": actor.enterprise,
        "is_refused": actor.membership is Membership.REFUSED,
        "turned_away": find_turned_away(actor, actor.enterprise_id),
    }
