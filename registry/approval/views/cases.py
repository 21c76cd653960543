"""All cases that a reader may see: a list with filters, and the same as CSV."""

from __future__ import annotations

from itertools import chain
from typing import Any  # arguments of an address are of any type

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK, Role
from registry.applications.models import Application
from registry.applications.status import Status
from registry.approval import words
from registry.approval.listing import Wanted, count_cases, iterate_cases, list_cases, read_place
from registry.approval.views.blueprint import READERS, approval
from registry.core import clock
from registry.core.delimited import write_lines
from registry.core.language import _, is_chinese
from registry.core.spool import send_written
from registry.core.templating import moment
from registry.districts.models import District
from registry.districts.queries import list_districts
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind

FILED = tuple(status for status in Status if status is not Status.DRAFT)
COLUMNS = (
    _("Number"),
    _("Status"),
    _("Enterprise"),
    _("Unified social credit code"),
    _("District"),
    _("Kind"),
    _("Project"),
    _("Quantity"),
    _("Unit"),
    _("Filing"),
    _("First filed"),
    _("Last filed"),
    _("Due"),
    _("Decided"),
    _("Amends"),
)


@approval.get("/cases")
@requires(*READERS)
def cases() -> ResponseReturnValue:
    """List all cases, decided ones too, with filters that are part of the address."""
    actor, wanted = get_actor(), _wanted()
    listed = list_cases(actor, wanted, after=read_place(request.args.get("after", "")))
    kept = _kept(wanted)
    has_all_districts = actor.role not in DESK and actor.district_id is None
    return render_template(
        "approval/cases.html",
        cases=listed.cases,
        count=count_cases(actor, wanted),
        wanted=wanted,
        statuses=[(status.value, words.STATUSES[status]) for status in FILED],
        kinds=[(kind.value, facts.label) for kind, facts in CATALOGUE.items()],
        districts=list_districts() if has_all_districts else [],
        facts=CATALOGUE,
        district_name=district_name,
        amended_in_words=words.amended_in_words,
        with_names=actor.role is not Role.LEADER,
        filtered=bool(kept),
        next_url=url_for("approval.cases", after=str(listed.after), **kept) if listed.after else "",
        csv_url=url_for("approval.cases_file", **kept),
    )


@approval.get("/cases.csv")
@requires(*READERS)
def cases_file() -> ResponseReturnValue:
    """Give the same selection as a file for Excel."""
    cases = iterate_cases(get_actor(), _wanted())
    return send_written(
        lambda target: write_lines(target, chain([COLUMNS], map(_cells, cases))),
        name=f"cases-{clock.today().isoformat()}.csv",
        content_type="text/csv; charset=utf-8",
    )


def _cells(case: Application) -> list[object]:
    facts = CATALOGUE[case.kind]
    return [
        case.number,
        words.STATUSES[case.status],
        case.enterprise.name,
        case.enterprise.uscc or "",
        district_name(case.district),
        facts.label,
        case.entry.title,
        case.quantity,
        facts.unit,
        case.filings_count,
        moment(case.first_filed_at),
        moment(case.filed_at),
        case.due_on or "",
        moment(case.decided_at),
        case.amends.number if case.amends is not None else "",
    ]


def district_name(district: District) -> str:
    """Return the name of a district in the language of the page."""
    return district.name_zh if is_chinese() else district.name_en


def _wanted() -> Wanted:
    asked = request.args
    status, kind = asked.get("status", ""), asked.get("kind", "")
    return Wanted(
        status=Status(status) if status in set(FILED) else None,
        kind=Kind(kind) if kind in set(Kind) else None,
        district=asked.get("district", "")[:6],
        text=asked.get("q", "").strip()[:100],
    )


def _kept(wanted: Wanted) -> dict[str, Any]:
    """Return the filters as they stand in an address."""
    kept = {
        "status": wanted.status.value if wanted.status else "",
        "kind": wanted.kind.value if wanted.kind else "",
        "district": wanted.district,
        "q": wanted.text,
    }
    return {name: word for name, word in kept.items() if word}
