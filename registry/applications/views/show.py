"""One application to read: where it stands, its story, what was filed; the printed form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # a form as typed is nested JSON

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK, Role
from registry.applications import filing, places, policy
from registry.applications.amendment import Amendment
from registry.applications.forms import StepForm
from registry.applications.given import Given
from registry.applications.models import Application, Filing
from registry.applications.queries import (
    find_filing,
    get_visible,
    list_attachments,
    list_open_remarks,
)
from registry.applications.record import read_record
from registry.applications.service import perform
from registry.applications.status import Status
from registry.applications.story import tell_story
from registry.applications.summary import summarise
from registry.applications.views.blueprint import applications
from registry.applications.views.index import Line
from registry.applications.views.page import UNPROCESSABLE, district_names, lost_page, section_url
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import keep_location, new_key
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _
from registry.entries import checking, showing
from registry.entries.columns import Sheet
from registry.entries.facts.fields import FactsForm

READERS = DESK | {Role.MEMBER, Role.ADMINISTRATOR}
WITHDRAWN = _("Withdrawn. Nobody works on it any more; it stays here to be read.")


@applications.get("/<int:application_id>")
@requires(Role.MEMBER)
def show(application_id: int) -> ResponseReturnValue:
    """Show an application: its status, who has it, by when, its story, and what was filed."""
    application = get_visible(get_actor(), application_id)
    if application.status is Status.DRAFT:
        facts = application.facts
        first = next(part.code for part in facts.sections if part.fields)
        return redirect(section_url(application, first), 303)
    return _show_page(application)


def _show_page(application: Application, *, fault: object = "", reason: str = "") -> str:
    actor, at = get_actor(), clock.now()
    facts = application.facts
    remarks = [
        (remark, places.label_of(facts, remark.place)) for remark in list_open_remarks(application)
    ]
    return render_template(
        "applications/show.html",
        application=application,
        facts=facts,
        line=Line(application, today=clock.today()),
        story=tell_story(application, reader=actor),
        actions=policy.list_open_actions(actor, application, at=at),
        may_edit=policy.may_edit(actor, application),
        is_held=policy.is_claim_live(application, at=at),
        remarks=remarks,
        mend_url=_mend_url(application),
        key=new_key(),
        fault=fault,
        reason=reason,
        **_as_filed(application),
    )


def _mend_url(application: Application) -> str:
    remarks = list_open_remarks(application)
    facts = application.facts
    code = places.section_of(facts, remarks[0].place) if remarks else facts.sections[-1].code
    return section_url(application, code)


def _as_filed(application: Application) -> dict[str, Any]:
    """Return what was filed last (or stands in the draft), ready to read."""
    frozen = find_filing(application, _asked_filing(application))
    words = frozen.form if frozen is not None else application.form
    facts, today = application.facts, clock.today()
    form = _bound(application, words.get("fields", {}))
    amendment = _amendment_of(application, frozen)
    before = _bound(application, amendment.registered["fields"]) if amendment else None
    names = district_names()
    record = (
        frozen.enterprise
        if frozen is not None
        else filing.enterprise_record(application.enterprise)
    )
    checked = checking.check(application.kind, words, today=today, amends=application.is_amendment)
    sheet = facts.sheet
    return {
        "frozen": frozen,
        "record": read_record(record, districts=names),
        "read": [
            (section, showing.read_fields(form, section, before=before, skip_blank=True))
            for section in facts.sections
            if section.fields
        ],
        "rows": _read_rows(sheet, words.get("rows", []), amendment) if sheet is not None else [],
        "changes": summarise(amendment) if amendment is not None else [],
        "sums": showing.sums(checked.figures),
        "files": _files_of(application, frozen),
    }


def _bound(application: Application, words: Mapping[str, object]) -> FactsForm:
    form = checking.bind(
        application.kind, words, today=clock.today(), amends=application.is_amendment
    )
    showing.offer_districts(form, list(district_names().items()))
    return form


def _amendment_of(application: Application, frozen: Filing | None) -> Amendment | None:
    if not application.is_amendment:
        return None
    if frozen is None:
        return Amendment.of_draft(application, today=clock.today())
    return Amendment.of_filing(application, frozen)


def _read_rows(
    sheet: Sheet, rows: list[dict[str, str]], amendment: Amendment | None
) -> list[showing.ReadRow]:
    before = amendment.rows_before() if amendment is not None else None
    return showing.read_rows(sheet, rows, before=before)


def _files_of(application: Application, frozen: Filing | None) -> list[dict[str, Any]]:
    labels = {slot.code: slot.label for slot in application.facts.slots}
    if frozen is not None:
        files = frozen.files
    else:
        files = [filing.file_record(file) for file in list_attachments(application.id)]
    return [{**file, "label": labels.get(str(file["slot"]), "")} for file in files]


def _asked_filing(application: Application) -> int | None:
    text = request.args.get("filing", "")
    if not text:
        return None
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    if not 1 <= number <= application.filings_count:
        raise NotFound
    return number


@applications.post("/<int:application_id>/withdraw")
@requires(Role.MEMBER)
def withdraw(application_id: int) -> ResponseReturnValue:
    """End an application as the enterprise wishes, with its reason."""
    actor, form = get_actor(), StepForm()
    application = get_visible(actor, application_id)
    key = form.key.data or None
    reason = form.reason.data or ""
    try:
        perform(
            application_id,
            Action.WITHDRAW,
            by=actor,
            at=clock.now(),
            seen=form.seen_version(),
            given=Given(reason=reason),
            key=key,
        )
    except Invalid as fault:
        db.session.rollback()
        application = get_visible(actor, application_id)
        return _show_page(application, fault=fault.message, reason=reason), UNPROCESSABLE
    except WrongState as refusal:
        return lost_page(application_id, refusal)
    location = url_for("applications.show", application_id=application_id)
    if key:
        keep_location(key, location)
    flash(WITHDRAWN, "info")
    return redirect(location, 303)


@applications.get("/<int:application_id>/receipt")
@requires(*READERS)
def receipt(application_id: int) -> ResponseReturnValue:
    """Give the form as filed, to print and sign; of a draft, the preview."""
    application = get_visible(get_actor(), application_id)
    return render_template(
        "applications/receipt.html",
        application=application,
        facts=application.facts,
        **_as_filed(application),
    )
