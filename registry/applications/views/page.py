"""The page of one part of the form, and the page of who comes too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any  # a form as typed is nested JSON

from flask import Response, jsonify, make_response, render_template, request, url_for

from registry.accounts.access import get_actor
from registry.applications import filing, places, policy
from registry.applications.draft import Draft
from registry.applications.drafts import print_of
from registry.applications.files import ACCEPT, LARGEST
from registry.applications.forms import SaveForm
from registry.applications.models import Application
from registry.applications.queries import Change, compare_forms, get_visible
from registry.applications.record import read_record
from registry.applications.story import Happening, tell_story
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.core.errors import NotFound, WrongState
from registry.core.language import is_chinese
from registry.core.wire import read_number
from registry.districts.queries import list_districts
from registry.entries import checking, showing
from registry.entries.catalogue import Section
from registry.entries.columns import Fault
from registry.entries.facts.fields import FactsForm
from registry.entries.facts.shared import EFFECTS

CONFLICT = 409
UNPROCESSABLE = 422
NEVER_SENT_AGAIN = frozenset({"csrf_token", "seen", "was", "key", "then"})


def find_section(application: Application, code: str) -> Section:
    """Return a section of the application's form by its code, or raise NotFound."""
    sections = application.facts.sections
    found = next((section for section in sections if section.code == code), None)
    if found is None:
        raise NotFound
    return found


def section_url(application: Application, code: str, **rest: Any) -> str:
    """Return the address of one part of the form."""
    return url_for("applications.edit", application_id=application.id, section=code, **rest)


def wants_json() -> bool:
    """Say whether a script posts, which wants facts and no page."""
    return bool(request.headers.get("X-Requested-With"))


def edit_page(
    application: Application,
    section: Section,
    *,
    faults: Sequence[Fault] = (),
    block: str = "",
    block_fault: object = "",
    file_fault: object = "",
    fault_slot: str = "",
    status: int = 200,
) -> Response:
    """Show one part of the form. `faults`: all that stands against filing, after a try to file."""
    draft, names = Draft(application, today=clock.today()), district_names()
    show_all = bool(faults) or request.args.get("check") == "1"
    here = draft.faults_in(section, all_of_them=show_all)
    page = render_template(
        "applications/edit.html",
        application=application,
        draft=draft,
        facts=draft.facts,
        section=section,
        parts=draft.parts,
        following=_following(draft, section),
        form=_bound(draft, here, names=names),
        rows=_rows(draft, here),
        sums=showing.sums(draft.checked.figures),
        effects=EFFECTS,
        record=read_record(filing.enterprise_record(application.enterprise), districts=names),
        here=[_linked(draft, fault) for fault in showing.gather(here, draft.facts.sheet)],
        here_count=len(here),
        faults=[_linked(draft, fault) for fault in showing.gather(faults, draft.facts.sheet)],
        warnings=draft.checked.warnings,
        save=SaveForm(
            formdata=None,
            seen=str(application.version),
            was=print_of(application, section),
        ),
        key=new_key(),
        may_submit=policy.who_is(get_actor(), application, at=clock.now()),
        block=block,
        block_fault=block_fault,
        file_fault=file_fault,
        fault_slot=fault_slot,
        accept=ACCEPT,
        limit=LARGEST,
    )
    return make_response(page, status)


def _following(draft: Draft, section: Section) -> Section | None:
    sections = list(draft.facts.sections)
    at = sections.index(section)
    return sections[at + 1] if at + 1 < len(sections) else None


def district_names() -> dict[str, str]:
    """Return the names of the districts by code, in the language of the page."""
    return {
        district.code: district.name_zh if is_chinese() else district.name_en
        for district in list_districts()
    }


def _bound(draft: Draft, faults: Sequence[Fault], *, names: Mapping[str, str]) -> FactsForm:
    fields = draft.application.form.get("fields", {})
    form = checking.bind(
        draft.application.kind, fields, today=draft.today, amends=draft.application.is_amendment
    )
    showing.offer_districts(form, list(names.items()))
    showing.mark_faults(form, faults)
    return form


def _rows(draft: Draft, faults: Sequence[Fault]) -> Sequence[showing.GridRow]:
    if draft.facts.sheet is None:
        return []
    return showing.grid(draft.facts.sheet, draft.application.form.get("rows", []), faults)


def _linked(draft: Draft, fault: Fault) -> dict[str, object]:
    """Return a fault as the list of faults shows it, with a link into the part where it stands."""
    code = places.section_of(draft.facts, fault.place)
    url = section_url(draft.application, code, check=1)
    return {
        "href": f"{url}#{fault.anchor}",
        "label": fault.label or places.label_of(draft.facts, fault.place),
        "text": fault.message,
    }


def lost_page(
    application_id: int, refusal: WrongState, *, typed: Mapping[str, Any] | None = None
) -> Response:
    """Answer who saved or filed an older version: what happened, and every word typed."""
    db.session.rollback()
    if wants_json():
        told = {"status": CONFLICT, "message": str(refusal.message)}
        return make_response(jsonify(told), CONFLICT)
    actor = get_actor()
    application = get_visible(actor, application_id)
    page = render_template(
        "applications/stale.html",
        application=application,
        facts=application.facts,
        message=refusal.message,
        since=_since(application),
        changes=_differences(application, typed),
        may_edit=typed is not None and policy.may_edit(actor, application),
        again=[(n, w) for n, w in request.form.items(multi=True) if n not in NEVER_SENT_AGAIN],
    )
    return make_response(page, CONFLICT)


def _since(application: Application) -> list[Happening]:
    seen = read_number(request.form.get("seen"))
    story = tell_story(application, reader=get_actor())
    return [told for told in story if told.payload.get("version", 0) > seen]


def _differences(
    application: Application, typed: Mapping[str, Any] | None
) -> list[tuple[object, Change]]:
    if typed is None:
        return []
    facts = application.facts
    changes = compare_forms(application.form, checking.clean_form(typed))
    return [(places.label_of(facts, change.place), change) for change in changes]
