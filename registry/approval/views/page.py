"""The page of one case, drawn the same whether it was asked for or comes back with a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # template context is of any type

from flask import Response, make_response, render_template, request, url_for

from registry.accounts.access import get_actor
from registry.accounts.models import User
from registry.accounts.roles import Membership, Role
from registry.applications import deadlines, policy
from registry.applications.models import Application, Filing
from registry.applications.queries import find_filing, get_visible, may_open
from registry.applications.status import DECIDED, Status
from registry.applications.story import tell_story
from registry.applications.suspicions import Suspicion, list_suspicions
from registry.applications.workflow import Action, Who
from registry.approval import queries, words
from registry.approval.amended import ShownAmendment, show_amendment
from registry.approval.case import kept_notes, view_case
from registry.approval.forms import write_spans
from registry.approval.notes import Notes
from registry.approval.outlook import look_ahead
from registry.approval.shown import CaseView
from registry.core import clock
from registry.core.deeds import new_key
from registry.core.language import _, n_
from registry.core.working_days import working_days_between
from registry.entries.catalogue import REJECT_REASONS
from registry.entries.register import place_name
from registry.programme.words import MEASURES

OK = 200


@dataclass(frozen=True)
class Fault:
    """What stands against a step that was tried, and at which field."""

    message: object
    field: str = ""


def show_case(
    application_id: int,
    *,
    notes: Notes | None = None,
    fault: Fault | None = None,
    status: int = OK,
) -> Response:
    """Return the page of a case; with the notes given, where a step was refused."""
    actor, at = get_actor(), clock.now()
    application = get_visible(actor, application_id)
    notes = notes or kept_notes(application)
    who = policy.who_is(actor, application, at=at)
    is_open = application.status not in DECIDED
    suspicions = list_suspicions(application) if is_open and Who.OFFICER in who else []
    view = view_case(
        application,
        notes=notes,
        suspicions=suspicions,
        number=_filing_number(),
        personal=actor.role is not Role.LEADER,
    )
    actions = policy.list_open_actions(actor, application, at=at)
    amended = show_amendment(application, view, is_open=is_open)
    page = render_template(
        "approval/case.html",
        case=application,
        view=view,
        facts=application.facts,
        suspicions=suspicions,
        actions=[action.value for action in actions],
        is_holder=Who.HOLDER in who,
        may_note=Action.RETURN in actions and view.filing.number == application.filings_count,
        holder=_holder(actor, application),
        leaving=application.open_transfer if is_open else None,
        status=policy.status_at(application, at=at).value,
        due=_due(application, today=clock.today()),
        beside=queries.find_neighbours(actor, application, at=at) if Who.OFFICER in who else None,
        files=_files(application, view.filing, reader=actor),
        story=tell_story(application, reader=actor),
        blockers=_blockers(application, view, suspicions, amended, actor=actor),
        amended=amended,
        outlook=look_ahead(application, on=clock.today()) if Action.APPROVE in actions else None,
        unproven=_unproven(view.filing, application),
        shown=_shown(view),
        **_asked(view),
        fault=fault,
        tried=request.form.get("action", ""),
        **_words(),
    )
    return make_response(page, status)


def _words() -> dict[str, Any]:
    """Return what is the same for every case."""
    return {
        "reasons": REJECT_REASONS,
        "answer_by": deadlines.last_answer_day(clock.today()),
        "measures": MEASURES,
        "key": new_key(),
        "place_name": place_name,
        "groups": {group: label for group, (label, _note) in words.GROUPS.items()},
    }


def _asked(view: CaseView) -> dict[str, Any]:
    """Return the ways of looking that the address asks for."""
    return {
        "opened": request.args.get("remark", "")[:80],
        "rows": request.args.get("rows", "all"),
        "only_changes": request.args.get("view") == "changes" and bool(view.changes),
    }


def _filing_number() -> int | None:
    word = request.args.get("filing", "")
    return int(word) if word.isdecimal() and len(word) < 5 else None


def _holder(actor: User, application: Application) -> object:
    if not policy.is_claim_live(application, at=clock.now()) or application.holder is None:
        return ""
    if actor.role is Role.LEADER:
        return _("an officer")
    return _("me") if application.holder_id == actor.id else application.holder.name


def _due(application: Application, *, today: date) -> dict[str, object] | None:
    """Return the box at the right of the head: how many working days are left, or over."""
    if application.status in DECIDED or application.due_on is None:
        return None
    if application.status is Status.RETURNED:
        return _answer_due(application, today=today)
    is_late = application.due_on < today
    first, last = sorted((today, application.due_on))
    kind = "overdue" if is_late else "due_today" if application.due_on == today else "new"
    labels = {"overdue": words.TABS[queries.Tab.OVERDUE], "due_today": _("Due"), "new": _("Due")}
    return {
        "status": kind,
        "label": labels[kind],
        "value": working_days_between(first, last),
        "unit": _("working days over") if is_late else _("working days left"),
        "note": _("to be decided by %(day)s", day=application.due_on.isoformat()),
    }


def _answer_due(application: Application, *, today: date) -> dict[str, object] | None:
    if application.answer_by is None:
        return None
    days = (application.answer_by - today).days
    return {
        "status": "lapsed" if days < 0 else "returned",
        "label": _("With the enterprise"),
        "value": abs(days),
        "unit": _("days over") if days < 0 else _("days left"),
        "note": _("to be answered by %(day)s", day=application.answer_by.isoformat()),
    }


def _files(application: Application, filing: Filing, *, reader: User) -> list[dict[str, object]]:
    """List what was handed in; of papers that name persons, who may not see those sees the sort."""
    before = find_filing(application, filing.number - 1)
    known = {file["sha256"] for file in before.files} if before else None
    labels = {slot.code: slot.label for slot in application.facts.slots}
    return [
        {
            "name": file["name"],
            "url": f"/applications/{application.id}/attachments/{file['id']}",
            "is_open": may_open(reader, application.kind, file["slot"]),
            "slot": labels.get(file["slot"], file["slot"]),
            "size": file["size"],
            "fresh": known is not None and file["sha256"] not in known,
        }
        for file in filing.files
    ]


def _unproven(filing: Filing, application: Application) -> User | None:
    filer = filing.filed_by
    is_ours = filer.enterprise_id == application.enterprise_id
    return filer if is_ours and filer.membership is Membership.UNPROVEN else None


def _shown(view: CaseView) -> str:
    """Return of which rows the page knows the ticks."""
    rows = view.sheet.rows if view.sheet is not None else []
    return write_spans(row.position for row in rows if row.is_countable)


def _blockers(
    application: Application,
    view: CaseView,
    suspicions: Sequence[Suspicion],
    amended: ShownAmendment | None,
    *,
    actor: User,
) -> list[object]:
    """List what blocks approval besides open ticks; the server has the say."""
    found: list[object] = []
    lots = view.notes.words.get("lots", "")
    blocking = [
        doubt for doubt in suspicions if doubt.blocks(verified=view.notes.verified, lots=lots)
    ]
    if blocking:
        found.append(
            n_("%(num)s suspicion blocks it", "%(num)s suspicions block it", len(blocking))
        )
    if actor.id in {filing.filed_by_id for filing in application.filings}:
        found.append(_("you filed it yourself; another officer must decide it"))
    return [*found, *(amended.blockers if amended is not None else [])]


def case_url(application_id: int, *, anchor: str = "", **kept: Any) -> str:
    """Return the address of a case, with the way it is looked at."""
    arguments: Mapping[str, Any] = {name: value for name, value in kept.items() if value}
    return url_for(
        "approval.case", application_id=application_id, _anchor=anchor or None, **arguments
    )
