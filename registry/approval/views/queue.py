"""The queue of a desk, and taking several cases at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK
from registry.applications.policy import is_claim_live
from registry.applications.service import perform
from registry.applications.transfers import list_leaving
from registry.applications.workflow import Action
from registry.approval import queries, words
from registry.approval.doubts import Doubt, find_doubts
from registry.approval.figures import figures_of_week
from registry.approval.queries import Group, Position, Tab, Waiting
from registry.approval.views.blueprint import approval
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.core.errors import RegistryError
from registry.core.language import _, n_
from registry.core.wire import read_number
from registry.entries.catalogue import CATALOGUE
from registry.entries.register import place_name

BATCH_MOST = 100


@approval.get("")
@requires(*DESK)
def queue() -> ResponseReturnValue:
    """Show what waits for the desk, in the order in which it falls due."""
    actor, at = get_actor(), clock.now()
    tab = _tab(request.args.get("tab", ""))
    text = request.args.get("q", "").strip()[:100]
    doubts = find_doubts(queries.list_open_ids(actor))
    only = list(doubts) if tab is Tab.DOUBTS else None
    page = queries.list_page(
        actor,
        at=at,
        tab=Tab.ALL if tab is Tab.DOUBTS else tab,
        text=text,
        after=queries.read_position(request.args.get("after", "")),
        only=only,
    )
    counts = queries.count_groups(actor, at=at, text=text)
    return render_template(
        "approval/queue.html",
        groups=_groups(page.rows, _hints(page.rows, doubts), counts=counts, tab=tab),
        tabs=_tabs(tab, {**counts, Tab.DOUBTS: len(doubts)}, text=text),
        tab=tab.value,
        text=text,
        counts={tab.value: count for tab, count in counts.items()},
        next_url=_next_url(tab, text, page.after),
        week=figures_of_week(actor, at=at),
        amended_in_words=words.amended_in_words,
        returned=queries.list_returned(actor) if not text and tab is Tab.ALL else [],
        key=new_key(),
    )


def _tab(word: str) -> Tab:
    return Tab(word) if word in set(Tab) else Tab.ALL


def _tabs(current: Tab, counts: Mapping[Tab, int], *, text: str) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "url": url_for("approval.queue", tab=tab.value, q=text or None),
            "count": counts[tab],
            "current": tab is current,
        }
        for tab, label in words.TABS.items()
    ]


def _next_url(tab: Tab, text: str, after: Position | None) -> str:
    if after is None:
        return ""
    return url_for("approval.queue", tab=tab.value, after=str(after), q=text or None)


def _hints(rows: Sequence[Waiting], doubts: Mapping[int, Sequence[Doubt]]) -> dict[int, object]:
    """Return what is to be known of a case before it is opened: a doubt, or that it may leave."""
    leaving = list_leaving([row.application.id for row in rows])
    hints: dict[int, object] = {
        case_id: str(_("to go to %(place)s", place=place_name(transfer.receiver)))
        for case_id, transfer in leaving.items()
    }
    return hints | {case_id: found[0].words for case_id, found in doubts.items() if found}


def _groups(
    rows: Sequence[Waiting],
    hints: Mapping[int, object],
    *,
    counts: Mapping[Tab, int],
    tab: Tab,
) -> list[dict[str, object]]:
    groups = []
    for group in Group:
        shown = [_row(row, hints) for row in rows if row.group is group]
        label, note = words.GROUPS[group]
        is_narrowed = tab in {Tab.MINE, Tab.DOUBTS}
        count = len(shown) if is_narrowed else counts[Tab(group.value)]
        if shown:
            groups.append(
                {
                    "status": group.value,
                    "label": label,
                    "count": count,
                    "unit": _("cases"),
                    "note": note,
                    "rows": shown,
                }
            )
    return groups


def _row(row: Waiting, hints: Mapping[int, object]) -> dict[str, object]:
    case, at = row.application, clock.now()
    facts = CATALOGUE[case.kind]
    return {
        "id": f"{case.id}.{case.version}",
        "url": url_for("approval.case", application_id=case.id),
        "due_label": words.due_in_words(case.due_on, today=clock.day_of(at)),
        "due_on": case.due_on or "",
        "enterprise": case.enterprise.name,
        "title": case.entry.title,
        "kind": facts.short_label,
        "quantity": case.quantity,
        "unit": facts.unit,
        "filing": words.filing_in_words(case.filings_count),
        "again": case.filings_count > 1,
        "holder": _holder(row),
        "hint": hints.get(case.id, ""),
        "number": case.number,
        "about": words.amended_in_words(case),
    }


def _holder(row: Waiting) -> object:
    case = row.application
    if case.holder is None or not is_claim_live(case, at=clock.now()):
        return ""
    return _("me") if case.holder_id == get_actor().id else case.holder.name


@dataclass(frozen=True)
class Claimed:
    """What became of one case of a batch; `fault` is empty where it is held now."""

    application_id: int
    enterprise: str
    number: str
    fault: object


@approval.post("/claim")
@requires(*DESK)
def claim() -> ResponseReturnValue:
    """Take the chosen cases, each in a transaction of its own, and tell what became of each."""
    chosen = [_chosen(word) for word in request.form.getlist("applications")[:BATCH_MOST]]
    key = request.form.get("key", "")[:40] or new_key()
    results = [
        _claim_one(application_id, seen, key=f"{key}-{application_id}")
        for application_id, seen in chosen
    ]
    done = [result for result in results if not result.fault]
    if not results:
        flash(_("Tick the cases first, then claim them."), "warning")
        return redirect(url_for("approval.queue"), 303)
    if len(done) < len(results):
        return render_template("approval/claim.html", results=results, done=len(done))
    flash(n_("You hold %(num)s more case now.", "You hold %(num)s more cases now.", len(done)))
    if len(done) == 1:
        target = url_for("approval.case", application_id=done[0].application_id)
        return redirect(target, 303)
    return redirect(url_for("approval.queue", tab=Tab.MINE.value), 303)


def _chosen(word: str) -> tuple[int, int]:
    number, _dot, seen = word.partition(".")
    return read_number(number), read_number(seen)


def _claim_one(application_id: int, seen: int, *, key: str) -> Claimed:
    try:
        outcome = perform(
            application_id, Action.CLAIM, by=get_actor(), at=clock.now(), seen=seen, key=key
        )
        case = outcome.application
        result = Claimed(case.id, case.enterprise.name, case.number, "")
        db.session.commit()
    except RegistryError as error:
        db.session.rollback()
        result = _not_claimed(application_id, error)
        db.session.rollback()
    return result


def _not_claimed(application_id: int, error: RegistryError) -> Claimed:
    found = queries.find_case(get_actor(), application_id)
    message = error.message or _("This case was not found in your district.")
    if found is None:
        return Claimed(0, "", "", message)
    if found.holder_id == get_actor().id and is_claim_live(found, at=clock.now()):
        message = _("You hold it already.")
    return Claimed(found.id, found.enterprise.name, found.number, message)
