"""Rows by file: the template to fill in, and taking a filled one over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.applications.forms import ROWS, RowsForm
from registry.applications.models import Application
from registry.applications.queries import get_visible
from registry.applications.service import save
from registry.applications.views.blueprint import applications
from registry.applications.views.files import refused_file, taken_file
from registry.applications.views.page import find_section, lost_page, section_url
from registry.core import clock
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _, n_
from registry.core.lazily import lazily
from registry.entries.columns import Sheet
from registry.entries.sheet import Arranged, put_in

if TYPE_CHECKING:
    from registry.entries import workbook as workbooks
else:
    workbooks = lazily("registry.entries.workbook")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPLACE, PUT_IN = "replace", "put_in"


def _sheet_of(application: Application) -> Sheet:
    sheet = application.facts.sheet
    if sheet is None:
        raise NotFound
    return sheet


def _read_file(sheet: Sheet, file: FileStorage | None) -> Arranged:
    if file is None or not file.filename:
        raise Invalid(_("Choose a file first."))
    arranged = workbooks.read_workbook(sheet, file.read(), name=file.filename)
    if not arranged.rows:
        raise Invalid(_("No row was found in this file. Fill in the template from row 3 on."))
    return arranged


@applications.get("/<int:application_id>/template.xlsx")
@requires(Role.MEMBER)
def template(application_id: int) -> ResponseReturnValue:
    """Give the workbook to fill in."""
    application = get_visible(get_actor(), application_id)
    facts = application.facts
    answer = make_response(workbooks.write_template(_sheet_of(application), title=str(facts.label)))
    answer.headers["Content-Type"] = XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="{facts.kind.value}.xlsx"'
    return answer


@applications.post("/<int:application_id>/rows")
@requires(Role.MEMBER)
def rows(application_id: int) -> ResponseReturnValue:
    """Take the rows of a filled template over; the page then names each faulty cell."""
    actor, form = get_actor(), RowsForm()
    application = get_visible(actor, application_id)
    sheet, section = _sheet_of(application), find_section(application, ROWS)
    try:
        arranged = _read_file(sheet, request.files.get("file"))
    except Invalid as fault:
        return refused_file(application, section, fault)
    stands = [] if form.how.data == REPLACE else application.form.get("rows", [])
    is_put_in = form.how.data == PUT_IN
    taken = put_in(sheet, stands, arranged.rows) if is_put_in else [*stands, *arranged.rows]
    words = {**application.form, "rows": taken}
    try:
        save(application, words, by=actor, at=clock.now(), seen=form.seen_version())
    except WrongState as refusal:
        return lost_page(application_id, refusal, typed=words)
    count = len(arranged.rows)
    flash(n_("%(num)s row taken over.", "%(num)s rows taken over.", count), "good")
    if arranged.unknown:
        names = " · ".join(arranged.unknown)
        flash(_("Columns that are not known here were left out: %(names)s", names=names), "heed")
    return taken_file(section_url(application, ROWS, check=1))
