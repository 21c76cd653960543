"""Pages of tally."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING  # the words of an address are text or lists of it

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.accounts.access import get_actor, public, to_sign_in
from registry.accounts.views.onward import first_page
from registry.core import clock, spool
from registry.core.errors import Invalid, NotFound
from registry.core.frames import render_frame
from registry.core.language import is_chinese
from registry.core.lazily import lazily
from registry.core.spool import send_written
from registry.core.unchanged import send_unless_kept
from registry.districts.models import District
from registry.districts.queries import find_district, list_districts
from registry.ledger.differences import stream_differences
from registry.ledger.files import Entered, select_behind, stream_behind
from registry.ledger.queries import read_head
from registry.programme.kinds import Kind
from registry.programme.queries import find_programme
from registry.tally import downloads, slots
from registry.tally.changes import read_differences, show_changes
from registry.tally.course import read_course
from registry.tally.page import show_page
from registry.tally.queries import list_stages, read_answer
from registry.tally.questions import Question, pin, read_question
from registry.tally.screen import order_views, read_screen
from registry.tally.sections import make_sections
from registry.tally.spans import read_place, read_span
from registry.tally.views.addresses import Addresses, ChangeAddresses

if TYPE_CHECKING:
    from registry.tally import briefing as papers
    from registry.tally import workbook as workbooks
else:
    papers = lazily("registry.tally.briefing")
    workbooks = lazily("registry.tally.workbook")

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

tally = Blueprint("tally", __name__)


@tally.before_request
def admit_visitor() -> ResponseReturnValue | None:
    """Let visitors see figures only where the city shows them to the public."""
    if current_user.is_authenticated or request.endpoint == "tally.home" or is_public():
        return None
    return to_sign_in()


def is_public() -> bool:
    """Say whether the city shows the figures to everybody."""
    programme = find_programme()
    return programme is not None and programme.is_public


@tally.get("/")
@public
def home() -> ResponseReturnValue:
    """Lead everybody to the first screen of their role, visitors to what is public."""
    if current_user.is_authenticated:
        return redirect(first_page(get_actor()), 303)
    return redirect(url_for("tally.index") if is_public() else first_page(None), 303)


@tally.get("/tally")
@public
def index() -> ResponseReturnValue:
    """Show where the city stands, as of a day and as known at a moment."""
    return send_unless_kept(_show_index, key=ledger_key())


def _show_index() -> ResponseReturnValue:
    question = read_question(request.args)
    answer = read_answer(question.day, question.known)
    page = show_page(
        answer,
        list_stages(answer.tally),
        Addresses(question, head=slots.IN_ADDRESSES),
        course=read_course(answer),
        order=_find_kind("order"),
        on_map=_find_kind("map") or answer.table.kinds[-1],
    )
    hidden = {name: request.args[name] for name in ("order", "map") if request.args.get(name)}
    frame = render_frame(
        "tally/index.html", question=question, hidden=hidden, **page.around._asdict()
    )
    named = pin(answer.tally.head, question.known)
    return slots.fill(
        frame, make_sections(page), pin=named, sequence=page.sequence
    ), question.status


@tally.get("/tally.csv")
@public
def download() -> ResponseReturnValue:
    """Give the whole tally as a file."""
    question = ask_strictly()
    answer = read_answer(question.day, question.known)
    return _file(downloads.write_tally(answer), name=f"tally-{question.day}.csv")


@tally.get("/tally/changes")
@public
def changes() -> ResponseReturnValue:
    """Show every plus and minus between two days, or between two states of knowledge of a day."""
    return send_unless_kept(_show_changes, key=ledger_key())


def _show_changes() -> ResponseReturnValue:
    asked, after = read_span(request.args), read_place(request.args.get("after", ""))
    kind, district = _find_kind("kind"), _find_district()
    place = district.id if district else None
    page = show_changes(
        asked,
        read_differences(asked.span, kind=kind, district_id=place, after=after),
        ChangeAddresses(asked),
        kind=kind,
        district=district,
        districts=list_districts(),
        is_continued=after is not None,
    )
    hidden = {name: request.args[name] for name in ("kind", "district") if request.args.get(name)}
    return render_template(
        "tally/changes.html", asked=asked, hidden=hidden, page=page
    ), asked.status


@tally.get("/tally/changes.csv")
@public
def download_changes() -> ResponseReturnValue:
    """Give every plus and minus as a file."""
    asked = read_span(request.args)
    for fault in asked.faults.values():
        raise Invalid(fault)
    district = _find_district()
    place = district.id if district else None
    found = read_differences(
        asked.span,
        kind=_find_kind("kind"),
        district_id=place,
        limit=1,
    )
    lines = stream_differences(asked.span, found.measures, district_id=place)
    return send_written(
        lambda target: downloads.write_changes(target, asked.span, found, lines),
        name=f"changes-{asked.span.since}-{asked.span.as_of}.csv",
        content_type=CSV,
    )


@tally.get("/tally.xlsx")
@public
def workbook() -> ResponseReturnValue:
    """Give the whole tally with charts, and the entries behind it, as a workbook."""
    question = ask_strictly()
    answer = read_answer(question.day, question.known)

    def read_entries(kind: Kind) -> Iterator[Entered]:
        asked = question.day, answer.tally.head, answer.measures(kind)
        return stream_behind(select_behind(*asked, chinese=is_chinese()))

    return send_written(
        lambda target: workbooks.write_workbook(
            target, answer, read_entries, folder=spool.folder()
        ),
        name=f"tally-{question.day}.xlsx",
        content_type=XLSX,
    )


@tally.get("/tally.pdf")
@public
def briefing() -> ResponseReturnValue:
    """Give one A4 page to sign."""
    question = ask_strictly()
    content = papers.write_briefing(read_answer(question.day, question.known))
    return _file(content, name=f"tally-{question.day}.pdf", content_type="application/pdf")


@tally.get("/tally/screen")
@public
def screen() -> ResponseReturnValue:
    """Show today's figures on a wall; without scripts the page brings the next kind by itself."""
    shown = read_screen(clock.today())
    words = order_views(shown, first=request.args.get("kind", ""))
    return render_template("tally/screen.html", screen=shown, at=_now(), **words)


@tally.get("/tally/screen/data")
@public
def screen_data() -> ResponseReturnValue:
    """Give the figures of the wall again, or say that they are the same; with their time."""
    shown = read_screen(clock.today())
    words = order_views(shown, first="")
    answer = make_response(render_template("tally/screen_data.html", screen=shown, **words))
    answer.headers["Figures-At"] = _now()
    answer.add_etag()
    return answer.make_conditional(request)


def ledger_key() -> list[object]:
    """Name what a page of figures depends on: all that it shows was written by sealed deeds."""
    head = read_head()
    return [head.sequence, head.recorded_at, head.hash]


def _now() -> str:
    return clock.now().astimezone(clock.PLACE).strftime("%Y-%m-%d %H:%M")


def _find_kind(name: str) -> Kind | None:
    text = request.args.get(name)
    return next((kind for kind in Kind if kind == text), None) if text else None


def _find_district() -> District | None:
    code = request.args.get("district", "")
    district = find_district(code) if code else None
    if code and district is None:
        raise NotFound
    return district


def ask_strictly() -> Question:
    """A file has no field to put a fault beside; it is refused as a whole."""
    question = read_question(request.args)
    for fault in question.faults.values():
        raise Invalid(fault)
    return question


def _file(content: bytes, *, name: str, content_type: str = CSV) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=content_type, headers=headers)
