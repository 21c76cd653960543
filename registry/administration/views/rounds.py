"""Rounds: windows in which a kind may be applied for; a kind without rounds is always open."""

from __future__ import annotations

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.administration import service
from registry.administration.forms import NewRoundForm, RoundForm
from registry.administration.queries import get_round
from registry.administration.views.blueprint import BAD_INPUT, administration, done
from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind
from registry.programme.models import Round
from registry.programme.queries import get_programme


@administration.route("/programme/rounds/new", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def open_round() -> ResponseReturnValue:
    """Open a round of a kind."""
    form = NewRoundForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return make_response(_page(form), BAD_INPUT)
    kind = Kind(form.kind.data)
    try:
        service.open_round(get_programme(), kind, form.window, by=get_actor())
    except Invalid as fault:
        return _refused(form, fault)
    return done(_("The round is set."), url_for("administration.index", _anchor="rounds"))


@administration.route("/programme/rounds/<int:round_id>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def change_round(round_id: int) -> ResponseReturnValue:
    """Change name and days of a round."""
    found = get_round(round_id)
    form = RoundForm(obj=found)
    if not form.is_submitted():
        return _page(form, found)
    if not form.validate():
        return make_response(_page(form, found), BAD_INPUT)
    try:
        service.change_round(found, form.window, by=get_actor())
    except Invalid as fault:
        return _refused(form, fault, get_round(round_id))
    return done(_("The round is set."), url_for("administration.index", _anchor="rounds"))


def _refused(form: RoundForm, fault: Invalid, found: Round | None = None) -> ResponseReturnValue:
    db.session.rollback()
    form[fault.field].errors = [str(fault.message)]
    return make_response(_page(form, found), BAD_INPUT)


def _page(form: RoundForm, found: Round | None = None) -> str:
    label = CATALOGUE[found.kind].label if found is not None else ""
    return render_template("administration/round.html", form=form, round=found, kind_label=label)
