"""A list is sent in, looked at and confirmed."""

from __future__ import annotations

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.deeds import claim_key, keep_location
from registry.core.errors import Invalid
from registry.core.forms import DeedForm
from registry.core.language import _
from registry.importing.checks import Check, State
from registry.importing.columns import COLUMNS
from registry.importing.faults import Fault
from registry.importing.forms import ListForm
from registry.importing.queries import PAGE_ROWS, find_batch, list_batches
from registry.importing.reports import faults_csv
from registry.importing.service import clean_source
from registry.importing.views.blueprint import importing
from registry.importing.views.work import conclude, get_desk, import_now, look_at, start
from registry.importing.words import COLUMN_RULES, STEPS, added_lines, effect_lines

UNPROCESSABLE = 422
FAULTS_SHOWN = 200
FILE_TYPES = ".csv,.xlsx,text/csv"


@importing.get("")
@requires(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Show the imports made so far, and take in a list."""
    return _index_page(ListForm())


@importing.post("")
@requires(Role.ADMINISTRATOR)
def upload() -> ResponseReturnValue:
    """Take in a list and look at it; nothing is stored in the register yet."""
    form = ListForm()
    try:
        taken = _take(form, by_id=get_actor().id)
    except Invalid as fault:
        form[fault.field or "file"].errors = [fault.message]
        return _refused(form)
    return _go_to(url_for("importing.check", check_id=taken.id))


def _take(form: ListForm, *, by_id: int) -> Check:
    """Keep the list that was sent, and look at it now, or beside the request where it is long."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("Choose the file with the list."), field="file")
    desk = get_desk()
    taken = desk.take(
        file.read(),
        file_name=file.filename,
        source=clean_source(form.source.data or ""),
        by_id=by_id,
        at=clock.now(),
    )
    if taken.is_long:
        start(look_at, taken, by_id=by_id)
        return taken
    return conclude(desk, taken, look_at(desk, taken, by_id))


@importing.get("/checks/<check_id>")
@requires(Role.ADMINISTRATOR)
def check(check_id: str) -> ResponseReturnValue:
    """Show what an import would add and how the figures would change, or all that is wrong."""
    found = get_desk().get(check_id)
    batch = find_batch(found.batch_id)
    if found.state is State.IMPORTED and batch is not None:
        return redirect(url_for("importing.batch", batch_id=batch.id), 303)
    report = found.report
    return render_template(
        "importing/check.html",
        check=found,
        report=report,
        state=_state(found),
        step=STEPS.get(found.step, ""),
        added=added_lines(report) if report else [],
        effects=effect_lines(report["effects"]) if report else [],
        faults=report["faults"][:FAULTS_SHOWN] if report else [],
        remarks=report["remarks"][:FAULTS_SHOWN] if report else [],
    )


@importing.get("/checks/<check_id>/progress")
@requires(Role.ADMINISTRATOR)
def progress(check_id: str) -> ResponseReturnValue:
    """Say for a script how far the work is."""
    found = get_desk().get(check_id)
    return jsonify(
        working=_state(found) == State.WORKING,
        step=str(STEPS.get(found.step, "")),
        percent=found.percent,
    )


@importing.get("/checks/<check_id>/faults.csv")
@requires(Role.ADMINISTRATOR)
def faults(check_id: str) -> ResponseReturnValue:
    """Give all faults as a file."""
    report = get_desk().get(check_id).report or {"faults": []}
    text = faults_csv(Fault(*fault) for fault in report["faults"])
    headers = {"Content-Disposition": 'attachment; filename="faults.csv"'}
    return Response(text.encode("utf-8-sig"), mimetype="text/csv", headers=headers)


@importing.post("/checks/<check_id>")
@requires(Role.ADMINISTRATOR)
def confirm(check_id: str) -> ResponseReturnValue:
    """Import a list that was looked at, once, however often it is sent."""
    form, actor_id, desk = DeedForm(), get_actor().id, get_desk()
    found, here = desk.get(check_id), url_for("importing.check", check_id=check_id)
    if not form.validate_on_submit() or found.state is not State.CHECKED:
        return redirect(here, 303)
    key = form.key.data or ""
    earlier = claim_key(key, user_id=actor_id, at=clock.now())
    if earlier is not None:
        return redirect(earlier or here, 303)
    if found.is_long:
        start(import_now, found, by_id=actor_id)
        keep_location(key, here)
        return redirect(here, 303)
    concluded = conclude(desk, found, import_now(desk, found, actor_id))
    if concluded.batch_id is None:
        flash(_("The register has changed meanwhile. This is how it stands now."), "heed")
    else:
        here = url_for("importing.batch", batch_id=concluded.batch_id)
        flash(_("Imported. The figures below have changed by exactly this."), "good")
    keep_location(key, here)
    return redirect(here, 303)


def _state(check: Check) -> State:
    """Return how a check stands; work that was interrupted has failed."""
    return State.FAILED if check.is_lost(clock.now()) else check.state


def _index_page(form: ListForm) -> str:
    before = request.args.get("before", "")
    found = list_batches(before=int(before) if before.isdecimal() and len(before) < 10 else None)
    shown = found[:PAGE_ROWS]
    more = len(found) > PAGE_ROWS
    return render_template(
        "importing/index.html",
        form=form,
        batches=shown,
        columns=[(column, COLUMN_RULES[column.name]) for column in COLUMNS],
        next_url=url_for("importing.index", before=shown[-1][0].id) if more else "",
        previous_url=url_for("importing.index") if before else "",
        accept=FILE_TYPES,
    )


def _go_to(location: str) -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "upload":
        return jsonify(location=location)
    return redirect(location, 303)


def _refused(form: ListForm) -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "upload":
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return jsonify(message=" ".join(sentences)), UNPROCESSABLE
    return _index_page(form), UNPROCESSABLE
