"""Filing: everything that must be right, the facts stored, and the form frozen as it stood."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any  # a form and a payload are any JSON

from registry.applications import deadlines, steps
from registry.applications.amendment import REGISTERED, Amendment, check_valid, get_amended
from registry.applications.given import Given, Incomplete
from registry.applications.models import Application, Attachment, Filing, Remark
from registry.applications.queries import list_attachments, list_open_remarks
from registry.applications.status import Status
from registry.applications.steps import Step
from registry.core.database import db
from registry.core.errors import WrongState
from registry.core.language import _, is_chinese, n_
from registry.districts.queries import list_districts
from registry.enterprises.models import Enterprise
from registry.entries import checking, uniqueness
from registry.entries import service as entries
from registry.entries.checking import Checked
from registry.entries.columns import Fault
from registry.entries.facts.shape import Slot
from registry.entries.registered import has_detail
from registry.programme.queries import is_open

ENTERPRISE_NEEDS = {
    "uscc": _("Unified social credit code"),
    "industry": _("Industry"),
    "address": _("Address"),
    "employees": _("Employees"),
    "revenue_wan": _("Revenue of the last year"),
    "founded_on": _("Founded on"),
    "legal_representative": _("Legal representative"),
    "contact_name": _("Contact person"),
    "contact_phone": _("Phone of the contact"),
}
ANSWER_LONGEST = 1_000


def check(step: Step) -> None:
    """Raise WrongState where filing is closed, Incomplete with all that is missing or wrong."""
    application = step.application
    if application.is_amendment:
        check_valid(get_amended(application))
    check_open(application, on=step.today)
    found = list_faults(application, today=step.today)
    found += _unanswered(application, step.given)
    if not step.given.pledged:
        found.append(Fault("field:pledged", _("Please accept the pledge."), _("Pledge")))
    if found:
        raise Incomplete(_("Not filed yet: something is missing or wrong."), found)


def check_open(application: Application, *, on: date) -> None:
    """Raise WrongState where it is too late: round closed, or answer date passed."""
    if application.status is Status.RETURNED:
        if application.answer_by is not None and application.answer_by < on:
            raise WrongState(
                _(
                    "The last day to answer was %(day)s. Please call your district: it can take "
                    "the case back into review.",
                    day=application.answer_by.isoformat(),
                )
            )
        return
    if not application.is_amendment and not is_open(application.kind, on=on):
        raise WrongState(
            _("The round has closed. Your words stay here; file when the next round opens.")
        )


def examine(application: Application, *, today: date) -> Checked:
    """Return the form read and checked: values, rows, faults, warnings, figures."""
    codes = {district.code for district in list_districts()}
    return checking.check(
        application.kind,
        application.form,
        today=today,
        districts=codes,
        amends=application.is_amendment,
    )


def list_faults(
    application: Application, *, today: date, checked: Checked | None = None
) -> list[Fault]:
    """List everything that stands against filing, but the pledge and the answers."""
    checked = checked or examine(application, today=today)
    amends, own = application.amends_id, checked.faults
    if amends is not None:
        own = Amendment.of_draft(application, today=today).list_faults(get_amended(application))
    return [
        *_enterprise_faults(application.enterprise),
        *own,
        *uniqueness.find_taken(application.entry, checked, amends=amends),
        *_moved(application),
        *_file_faults(application),
    ]


def file(step: Step) -> Mapping[str, Any]:
    """Store the facts, freeze the form, start or resume the clock."""
    application, checked = step.application, examine(step.application, today=step.today)
    amends = _prepare_amendment(step) if application.is_amendment else {}
    if not amends:
        entries.store_facts(application.entry, checked)
    _claim_invoices(application)
    _keep_answers(application, step.given, at=step.at)
    frozen = _freeze(step)
    _set_clock(step)
    application.quantity = amends.get("quantity", checked.quantity)
    application.filings_count = frozen.number
    application.filed_at = step.at
    application.first_filed_at = application.first_filed_at or step.at
    steps.let_go(application)
    return {
        "filing": frozen.number,
        "hash": frozen.hash,
        "files": [file["sha256"] for file in frozen.files],
        "quantity": application.quantity,
        "due_on": application.due_on.isoformat() if application.due_on else "",
        **amends,
    }


def _prepare_amendment(step: Step) -> dict[str, Any]:
    """Store what is new beside the entry; keep what is registered now with the form.

    The case goes to the district where the entry stands now.
    """
    application, entry = step.application, get_amended(step.application)
    amendment = Amendment.of_draft(application, today=step.today)
    application.district_id = application.entry.district_id = entry.district_id
    fields = {**application.form["fields"], "district": entry.district.code}
    application.form = {
        **application.form,
        "fields": fields,
        REGISTERED: dict(amendment.registered),
    }
    entries.store_facts(
        application.entry,
        examine(application, today=step.today),
        only=amendment.new_rows if amendment.facts.counts_rows else None,
        with_detail=has_detail(entry) or amendment.fills_detail(),
    )
    return {"amends": entry.id, "quantity": amendment.added}


def _claim_invoices(application: Application) -> None:
    """Claim the invoices of the rows; whoever filed one first has it."""
    if uniqueness.claim_invoices(application.entry):
        raise Incomplete(
            _("Not filed: another enterprise has just filed an invoice that this form names."),
            [
                Fault(
                    "section:rows",
                    _("Check the invoice numbers; save, and the rows concerned are marked."),
                    _("Rows"),
                )
            ],
        )


def print_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of frozen content, over canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def enterprise_record(enterprise: Enterprise) -> dict[str, Any]:
    """Return what a filing keeps of the enterprise as it stood."""
    district = enterprise.district
    return {
        "name": enterprise.name,
        "uscc": enterprise.uscc,
        "district": district.code if district is not None else None,
        "industry": enterprise.industry,
        "address": enterprise.address,
        "employees": enterprise.employees,
        "revenue_wan": _plain(enterprise.revenue_wan),
        "founded_on": enterprise.founded_on.isoformat() if enterprise.founded_on else None,
        "ownership": enterprise.ownership.value if enterprise.ownership else None,
        "legal_representative": enterprise.legal_representative,
        "contact_name": enterprise.contact_name,
        "contact_phone": enterprise.contact_phone,
    }


def _plain(amount: object) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _freeze(step: Step) -> Filing:
    application = step.application
    content: dict[str, Any] = {
        "form": application.form,
        "enterprise": enterprise_record(application.enterprise),
        "files": [file_record(file) for file in list_attachments(application.id)],
    }
    number = application.filings_count + 1
    frozen = Filing(
        application_id=application.id,
        number=number,
        **content,
        hash=print_of({**content, "application": application.number, "filing": number}),
        filed_by_id=step.by.id,
        filed_at=step.at,
    )
    db.session.add(frozen)
    return frozen


def file_record(file: Attachment) -> dict[str, Any]:
    """Return what a filing keeps of a file."""
    return {
        "id": file.id,
        "slot": file.slot,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
    }


def _set_clock(step: Step) -> None:
    application = step.application
    if application.first_filed_at is None:
        application.due_on = deadlines.first_due(step.today)
    else:
        application.due_on = deadlines.resume(step.today, application.days_left)
    application.days_left = application.answer_by = None


def _unanswered(application: Application, given: Given) -> list[Fault]:
    return [
        Fault(f"field:answer-{remark.id}", _("Please answer this remark."), _label_of(number))
        for number, remark in enumerate(list_open_remarks(application), start=1)
        if not answer_to(remark, given).strip()
    ]


def _label_of(number: int) -> object:
    return _("Remark %(number)s", number=number)


def answer_to(remark: Remark, given: Given) -> str:
    """Return what answers a remark: the words given now, else those kept before."""
    return given.answers.get(remark.id, remark.answer or "")


def _keep_answers(application: Application, given: Given, *, at: datetime) -> None:
    for remark in list_open_remarks(application):
        remark.answer = answer_to(remark, given).strip()[:ANSWER_LONGEST]
        remark.answered_at = at


def _enterprise_faults(enterprise: Enterprise) -> list[Fault]:
    return [
        Fault(f"enterprise:{name}", _("Please complete this under My enterprise."), label)
        for name, label in ENTERPRISE_NEEDS.items()
        if getattr(enterprise, name) in {None, ""}
    ]


def _moved(application: Application) -> list[Fault]:
    code = str(application.form.get("fields", {}).get("district") or "").strip()
    is_there = not code or code == application.district.code
    if application.filings_count == 0 or is_there or application.is_amendment:
        return []
    message = _(
        "The case is with %(place)s. Choose that district here; only the desks can hand it over.",
        place=application.district.name_zh if is_chinese() else application.district.name_en,
    )
    return [Fault("field:district", message, _("District"))]


def _file_faults(application: Application) -> list[Fault]:
    counts: dict[str, int] = {}
    for file in list_attachments(application.id):
        counts[file.slot] = counts.get(file.slot, 0) + 1
    return [
        Fault(f"file:{slot.code}", _too_few(slot, counts.get(slot.code, 0)), slot.label)
        for slot in application.facts.slots
        if slot.required and counts.get(slot.code, 0) < slot.min_files
    ]


def _too_few(slot: Slot, have: int) -> object:
    return n_(
        "%(num)s more file is needed here.",
        "%(num)s more files are needed here.",
        slot.min_files - have,
    )
