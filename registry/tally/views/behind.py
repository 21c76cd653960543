"""What stands behind a figure: its entries, or its parts; on a page and as a file."""

from __future__ import annotations

from datetime import date
from typing import Any  # the words of an address are text or lists of it

from flask import render_template, request
from flask.typing import ResponseReturnValue

from registry.accounts.access import public
from registry.core.errors import NotFound
from registry.core.language import is_chinese
from registry.core.spool import send_written
from registry.core.unchanged import send_unless_kept
from registry.core.wire import read_number
from registry.districts.queries import list_districts
from registry.ledger.answers import read_tally
from registry.ledger.files import select_behind, stream_text, sum_behind
from registry.ledger.queries import PAGE_ROWS, After, Behind, Head, list_behind, read_head
from registry.tally import downloads
from registry.tally.apart import read_apart
from registry.tally.behind import show_behind
from registry.tally.parts import NARROWING, Figure, Only, part_of, read_by, read_only
from registry.tally.queries import Asked, find_figure
from registry.tally.questions import pin, read_question
from registry.tally.views.addresses import Addresses
from registry.tally.views.figures import CSV, ask_strictly, ledger_key, tally


@tally.get("/tally/entries")
@public
def behind() -> ResponseReturnValue:
    """List the entries that add up to one figure, or take it apart.

    What an enterprise states of itself is not sealed, so a page that rests on it is never kept.
    """
    if any(request.args.get(name) for name in ("by", *NARROWING)):
        return _show_behind()
    return send_unless_kept(_show_behind, key=ledger_key())


def _show_behind() -> ResponseReturnValue:
    question, after = read_question(request.args), _read_after()
    head, districts = read_head(question.known), list_districts()
    asked = find_figure(question.day, head, **_figure_words())
    figure, only = _find_part(asked, question.day, head)
    by = read_by(request.args.get("by", ""))
    limit = 0 if by else PAGE_ROWS  # of a figure taken apart only the sum is shown
    page = show_behind(
        asked,
        _list_behind(figure, after=after, limit=limit),
        Addresses(question, head=pin(head, question.known)),
        apart=read_apart(figure, by=by, only=only, districts=districts),
        as_of=question.day,
        head=head,
        districts=districts,
        is_continued=after is not None,
    )
    return render_template("tally/behind.html", question=question, page=page), question.status


@tally.get("/tally/entries.csv")
@public
def download_behind() -> ResponseReturnValue:
    """Give all entries behind one figure, or its parts, as a file."""
    question = ask_strictly()
    answer = read_tally(question.day, question.known)
    asked = find_figure(question.day, answer.head, **_figure_words())
    figure, only = _find_part(asked, question.day, answer.head)
    by = read_by(request.args.get("by", ""))
    apart = read_apart(figure, by=by, only=only, districts=list_districts())
    where: dict[str, Any] = {"district_id": figure.district_id, "part": figure.part}
    whole = figure.as_of, figure.head, figure.measures
    entered = stream_text(select_behind(*whole, chinese=is_chinese(), **where))
    total = sum_behind(*whole, **where)
    return send_written(
        lambda target: downloads.write_entries(
            target, answer, asked, apart=apart, entered=entered, total=total
        ),
        name=f"{asked.kind.value}-{question.day}.csv",
        content_type=CSV,
    )


def _find_part(asked: Asked, day: date, head: Head) -> tuple[Figure, Only]:
    only = read_only(request.args)
    return Figure(day, head, asked.measures, asked.place_id, part_of(only)), only


def _list_behind(figure: Figure, *, after: After | None, limit: int | None) -> Behind:
    return list_behind(
        figure.as_of,
        figure.head,
        figure.measures,
        district_id=figure.district_id,
        part=figure.part,
        after=after,
        limit=limit,
    )


def _figure_words() -> dict[str, Any]:
    return {
        "kind": request.args.get("kind", ""),
        "measures": request.args.getlist("measure"),
        "district": request.args.get("district", ""),
    }


def _read_after() -> After | None:
    """Read where a page begins; an address that was altered is not found."""
    parts = request.args.get("after", "").split(".")
    if parts == [""]:
        return None
    try:
        day, entry_id, district_id = parts
        after = date.fromisoformat(day), read_number(entry_id), read_number(district_id)
    except ValueError:
        raise NotFound from None
    if 0 in after:
        raise NotFound
    return after
