"""Files of a case: handed in, taken off, given out as a download to whoever may see the case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flask import (
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    request,
    send_from_directory,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import EVERYONE, Role
from registry.applications.attachments import attach, remove, sweep_daily
from registry.applications.models import Application
from registry.applications.places import ATTACHMENTS
from registry.applications.queries import get_attachment, get_visible
from registry.applications.service import lock
from registry.applications.views.blueprint import applications
from registry.applications.views.page import (
    UNPROCESSABLE,
    edit_page,
    find_section,
    lost_page,
    section_url,
    wants_json,
)
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _
from registry.entries.catalogue import Section

FILES_AT_ONCE = 20
DOWNLOAD_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def _folder() -> Path:
    folder = current_app.config["SETTINGS"].attachments_dir
    return Path(folder)


@applications.post("/<int:application_id>/attachments")
@requires(Role.MEMBER)
def upload(application_id: int) -> ResponseReturnValue:
    """Take files into one slot: all of them, or none and a sentence that says which and why."""
    actor = get_actor()
    application = lock(application_id, by=actor)
    section = find_section(application, ATTACHMENTS)
    slot = request.form.get("slot", "")
    if slot not in {known.code for known in application.facts.slots}:
        raise NotFound
    files = [file for file in request.files.getlist("file") if file.filename]
    try:
        _attach_all(application, files, slot=slot)
    except Invalid as fault:
        return refused_file(application, section, fault, slot=slot)
    except WrongState as refusal:
        return lost_page(application_id, refusal)
    sweep_daily(_folder(), at=clock.now())
    location = section_url(application, ATTACHMENTS, _anchor=f"section-{slot}")
    flash(_("Received: %(names)s", names="、".join(f.filename or "" for f in files)), "good")
    return taken_file(location)


def _attach_all(application: Application, files: Sequence[FileStorage], *, slot: str) -> None:
    if not files:
        raise Invalid(_("Choose a file first."))
    if len(files) > FILES_AT_ONCE:
        raise Invalid(_("Please send at most %(most)s files at once.", most=FILES_AT_ONCE))
    for file in files:
        attach(
            application,
            file.stream,
            slot=slot,
            name=file.filename or "",
            by=get_actor(),
            at=clock.now(),
            folder=_folder(),
        )


def refused_file(
    application: Application, section: Section, fault: Invalid, *, slot: str = ""
) -> ResponseReturnValue:
    """Answer a file that was not taken: the sentence beside it, everything else untouched."""
    message = fault.message
    application_id = application.id
    db.session.rollback()
    if wants_json():
        return make_response(jsonify(message=str(message)), UNPROCESSABLE)
    again = get_visible(get_actor(), application_id)
    return edit_page(again, section, file_fault=message, fault_slot=slot, status=UNPROCESSABLE)


def taken_file(location: str) -> ResponseReturnValue:
    """Answer a file that was taken: lead on, or tell the script where to."""
    if wants_json():
        return jsonify(location=location)
    return redirect(location, 303)


@applications.post("/<int:application_id>/attachments/<int:attachment_id>/remove")
@requires(Role.MEMBER)
def remove_file(application_id: int, attachment_id: int) -> ResponseReturnValue:
    """Take a file off the form."""
    actor = get_actor()
    application = lock(application_id, by=actor)
    try:
        gone = remove(application, attachment_id, by=actor, at=clock.now())
    except WrongState as refusal:
        return lost_page(application_id, refusal)
    flash(_("Taken off: %(name)s", name=gone.name), "info")
    return redirect(section_url(application, ATTACHMENTS), 303)


@applications.get("/<int:application_id>/attachments/<int:attachment_id>")
@requires(*EVERYONE)
def attachment(application_id: int, attachment_id: int) -> ResponseReturnValue:
    """Give a file out, always as a download, whatever it is."""
    found = get_attachment(get_actor(), application_id, attachment_id)
    answer = send_from_directory(
        _folder(),
        found.stored_as,
        mimetype=found.content_type,
        as_attachment=True,
        download_name=found.name,
        max_age=0,
    )
    answer.headers.update(DOWNLOAD_HEADERS)
    return answer
