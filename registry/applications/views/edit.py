"""Filling in: one part of the form at a time, saved on demand and by itself; and filing it."""

from __future__ import annotations

from typing import Any  # a form as typed is nested JSON

from flask import Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.applications import drafts, policy
from registry.applications.forms import ROWS, SaveForm, StepForm, read_section
from registry.applications.given import Given, Incomplete
from registry.applications.models import Application
from registry.applications.queries import get_visible, list_open_remarks
from registry.applications.service import Part, lock, perform, save
from registry.applications.views.blueprint import applications
from registry.applications.views.page import (
    UNPROCESSABLE,
    edit_page,
    find_section,
    lost_page,
    section_url,
    wants_json,
)
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import keep_location
from registry.core.errors import Invalid, WrongState
from registry.core.language import _
from registry.entries.catalogue import Section
from registry.entries.sheet import parse_block

NEXT = "next"


@applications.route("/<int:application_id>/edit/<section>", methods=["GET", "POST"])
@requires(Role.MEMBER)
def edit(application_id: int, section: str) -> ResponseReturnValue:
    """Show one part of the form; keep what is posted, faulty words included."""
    application = get_visible(get_actor(), application_id)
    part = find_section(application, section)
    if request.method == "POST":
        return _save(application, part)
    if not policy.may_edit(get_actor(), application):
        return redirect(url_for("applications.show", application_id=application.id), 303)
    return edit_page(application, part)


def _save(application: Application, section: Section) -> ResponseReturnValue:
    application = lock(application.id, by=get_actor())  # the other parts are taken as they stand
    form = SaveForm()
    words = read_section(
        application.facts,
        section,
        request.form.to_dict(flat=False),
        stored=application.form,
    )
    block = "" if wants_json() else request.form.get("block", "")
    if section.code == ROWS and block.strip():
        try:
            words["rows"] = [*words["rows"], *_read_block(application, block)]
        except Invalid as fault:
            return edit_page(
                application, section, block=block, block_fault=fault.message, status=UNPROCESSABLE
            )
    try:
        saved = save(
            application,
            words,
            by=get_actor(),
            at=clock.now(),
            seen=form.seen_version(),
            part=Part(section, form.was.data or ""),
        )
    except WrongState as refusal:
        if not _is_kept_already(application, words):
            return lost_page(application.id, refusal, typed=words)
        db.session.rollback()
        saved = get_visible(get_actor(), application.id)
    return _saved(saved, section)


def _read_block(application: Application, block: str) -> list[dict[str, str]]:
    sheet = application.facts.sheet
    if sheet is None:
        return []
    arranged = parse_block(sheet, block)
    if arranged.unknown:
        names = " · ".join(arranged.unknown)
        flash(_("Columns that are not known here were left out: %(names)s", names=names), "heed")
    return arranged.rows


def _is_kept_already(application: Application, words: dict[str, Any]) -> bool:
    """Say whether exactly these words stand there: the same click arrived twice."""
    return (
        policy.may_edit(get_actor(), application)
        and drafts.kept_words(words) == application.form
        and drafts.are_kept(application, words["answers"])
    )


def _saved(application: Application, section: Section) -> ResponseReturnValue:
    if wants_json():
        return _saved_facts(application, section)
    if request.form.get("then") == NEXT:
        codes = [part.code for part in application.facts.sections]
        following = codes[min(codes.index(section.code) + 1, len(codes) - 1)]
        return redirect(section_url(application, following), 303)
    flash(_("Saved. The district does not see it until you file."), "good")
    return redirect(section_url(application, section.code, check=1), 303)


def _saved_facts(application: Application, section: Section) -> Response:
    return jsonify(
        saved_at=application.saved_at.isoformat(),
        version=application.version,
        was=drafts.print_of(application, section),
    )


@applications.post("/<int:application_id>/submit")
@requires(Role.MEMBER)
def submit(application_id: int) -> ResponseReturnValue:
    """File the application; refused, the last part comes back with all that is missing."""
    actor, form = get_actor(), StepForm()
    application = get_visible(actor, application_id)
    answers = {remark.id: remark.answer or "" for remark in list_open_remarks(application)}
    key = form.key.data or None
    try:
        outcome = perform(
            application_id,
            Action.SUBMIT,
            by=actor,
            at=clock.now(),
            seen=form.seen_version(),
            given=Given(pledged=bool(form.pledged.data), answers=answers),
            key=key,
        )
    except Incomplete as refusal:
        db.session.rollback()
        application = get_visible(actor, application_id)
        last = application.facts.sections[-1]
        return edit_page(application, last, faults=refusal.faults, status=UNPROCESSABLE)
    except WrongState as refusal:
        return lost_page(application_id, refusal)
    location = url_for("applications.show", application_id=application_id)
    if key and not outcome.is_repeated:
        keep_location(key, location)
        flash(_("Filed. Your district has it now; you need not do anything."), "good")
    return redirect(outcome.location or location, 303)
