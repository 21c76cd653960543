"""One case: read it, and keep what the officer notes while reading."""

from __future__ import annotations

from dataclasses import replace

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK
from registry.applications import policy
from registry.applications.models import Application
from registry.applications.service import lock
from registry.applications.suspicions import list_suspicions
from registry.applications.workflow import Action
from registry.approval.case import kept_notes, view_case
from registry.approval.forms import read_notes
from registry.approval.notes import Notes, merge, store_notes
from registry.approval.views.blueprint import READERS, approval
from registry.approval.views.decide import lost, prove_filer
from registry.approval.views.gone import told_gone
from registry.approval.views.page import case_url, show_case
from registry.core import clock
from registry.core.errors import NotFound, WrongState

AUTOSAVE = "autosave"


@approval.get("/cases/<int:application_id>")
@requires(*READERS)
def case(application_id: int) -> ResponseReturnValue:
    """Show a case: what was filed beside the proofs, what changed, what is to be decided."""
    return show_case(application_id)


@approval.post("/cases/<int:application_id>/notes")
@requires(*DESK)
def save_review(application_id: int) -> ResponseReturnValue:
    """Keep remarks being written and ticks; nobody but the desk sees them."""
    actor, at = get_actor(), clock.now()
    try:
        application = lock(application_id, by=actor)
    except NotFound:
        return told_gone(application_id)
    notes = merge(
        kept_notes(application), read_notes(request.form, filing=application.filings_count)
    )
    try:
        policy.may_act(actor, application, Action.RETURN, at=at)
    except WrongState as refusal:
        return lost(application_id, notes, refusal)
    notes = _without_dropped(_ticked(application, notes))
    application.review = store_notes(notes)
    prove_filer(application)
    if request.headers.get("X-Requested-With") == AUTOSAVE:
        return jsonify(saved_at=at.isoformat())
    return redirect(_back(application_id), 303)


def _ticked(application: Application, notes: Notes) -> Notes:
    """Tick or untick all rows where that button was pressed; a doubtful row is never ticked so."""
    how = request.form.get("tick", "")
    if how == "none":
        return replace(notes, verified=frozenset())
    if how != "clear":
        return notes
    sheet = view_case(application, notes=notes, suspicions=list_suspicions(application)).sheet
    rows = sheet.rows if sheet is not None else []
    clear = {row.position for row in rows if row.is_countable and not row.is_blocked}
    return replace(notes, verified=notes.verified | clear)


def _without_dropped(notes: Notes) -> Notes:
    dropped = request.form.get("drop", "")
    remarks = {place: text for place, text in notes.remarks.items() if place != dropped}
    return replace(notes, remarks=remarks)


def _back(application_id: int) -> str:
    opened = request.form.get("open", "")[:80]
    is_about_rows = "tick" in request.form or "show" in request.form
    return case_url(
        application_id,
        anchor=f"remark-{opened}" if opened else "rows" if is_about_rows else "",
        remark=opened,
        rows="open" if request.form.get("show", request.form.get("rows")) == "open" else "",
        view="changes" if request.form.get("view") == "changes" else "",
    )
