"""The programme: dates, words, goals, allocations, rounds, and what waits to be done."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.administration import service
from registry.administration.board import read_board
from registry.administration.forms import ProgrammeForm, district_name
from registry.administration.joining import count_pairs
from registry.administration.queries import is_posted
from registry.administration.views.blueprint import BAD_INPUT, administration
from registry.administration.words import MEASURES
from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.entries.catalogue import CATALOGUE
from registry.notices.queries import count_outbox
from registry.programme.queries import get_programme, list_rounds


@administration.get("/programme")
@requires(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Show how the programme is set, and what waits for the administrator."""
    actor, programme = get_actor(), get_programme()
    settings = current_app.config["SETTINGS"]
    return render_template(
        "administration/index.html",
        is_posted=is_posted(programme.id),
        board=read_board(programme),
        measures=MEASURES,
        facts=CATALOGUE,
        district_name=district_name,
        rounds=list_rounds(),
        pairs=count_pairs(actor),
        outbox=count_outbox(),
        mail_dir="" if settings.mail_url else str(settings.data_dir / "mail"),
    )


@administration.route("/programme/edit", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def edit() -> ResponseReturnValue:
    """Change words, dates and public pages of the programme."""
    programme = get_programme()
    form = ProgrammeForm(obj=programme)
    if is_posted(programme.id):
        del form.starts_on
    if not form.is_submitted():
        return _edit_page(form)
    if not form.validate():
        return make_response(_edit_page(form), BAD_INPUT)
    try:
        changed = service.change_programme(programme, form.given(), by=get_actor())
    except Invalid as fault:
        db.session.rollback()
        form[fault.field].errors = [str(fault.message)]
        return make_response(_edit_page(form), BAD_INPUT)
    flash(str(_("Stored.") if changed else _("Nothing was changed.")), "good")
    return redirect(url_for("administration.index"), 303)


def _edit_page(form: ProgrammeForm) -> str:
    return render_template("administration/edit.html", form=form, programme=get_programme())
