"""Pages of tally."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any  # the words of an address are text or lists of it

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.accounts.access import get_actor, public, to_sign_in
from registry.accounts.views.onward import first_page
from registry.core import clock, spool
from registry.core.errors import Invalid, NotFound
from registry.core.language import is_chinese
from registry.core.spool import send_written
from registry.core.unchanged import send_unless_kept
from registry.core.wire import read_number
from registry.districts.models import District
from registry.districts.queries import find_district, list_districts
from registry.ledger.answers import read_tally
from registry.ledger.differences import Place, stream_differences
from registry.ledger.files import Entered, stream_behind, sum_behind
from registry.ledger.queries import After, list_behind, read_head
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import find_programme
from registry.tally import downloads, slots
from registry.tally.behind import show_behind
from registry.tally.briefing import write_briefing
from registry.tally.changes import read_differences, show_changes
from registry.tally.course import read_course
from registry.tally.links import write_query
from registry.tally.page import show_page
from registry.tally.queries import Answer, find_figure, list_stages, read_answer
from registry.tally.questions import Question, pin, read_question
from registry.tally.screen import order_views, read_screen
from registry.tally.spans import SpanAsked, read_span
from registry.tally.workbook import write_workbook

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
    return send_unless_kept(_show_index, key=_ledger_key())


def _show_index() -> ResponseReturnValue:
    question = read_question(request.args)
    answer = read_answer(question.day, question.known)
    order = _find_kind("order")
    page = show_page(
        answer,
        list_stages(answer.tally.open_cases, answer.tally.head),
        Addresses(question, head=slots.IN_ADDRESSES),
        course=read_course(answer),
        order=order,
        on_map=_find_kind("map") or answer.table.kinds[-1],
    )
    hidden = {name: request.args[name] for name in ("order", "map") if request.args.get(name)}
    words = {"question": question, "hidden": hidden, "page": page}
    return _fill(render_template("tally/index.html", **words), question, answer), question.status


def _fill(page: str, question: Question, answer: Answer) -> str:
    head = answer.tally.head
    return slots.fill(page, pin=pin(head, question.known), sequence=head.sequence)


@tally.get("/tally.csv")
@public
def download() -> ResponseReturnValue:
    """Give the whole tally as a file."""
    question = _ask_strictly()
    answer = read_answer(question.day, question.known)
    return _file(downloads.write_tally(answer), name=f"tally-{question.day}.csv")


@tally.get("/tally/changes")
@public
def changes() -> ResponseReturnValue:
    """Show every plus and minus between two days, or between two states of knowledge of a day."""
    return send_unless_kept(_show_changes, key=_ledger_key())


def _show_changes() -> ResponseReturnValue:
    asked, after = read_span(request.args), _read_changes_after()
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
    question = _ask_strictly()
    answer = read_answer(question.day, question.known)

    def read_entries(kind: Kind) -> Iterator[Entered]:
        measures = answer.measures(kind)
        return stream_behind(question.day, answer.tally.head, measures, chinese=is_chinese())

    return send_written(
        lambda target: write_workbook(target, answer, read_entries, folder=spool.folder()),
        name=f"tally-{question.day}.xlsx",
        content_type=XLSX,
    )


@tally.get("/tally.pdf")
@public
def briefing() -> ResponseReturnValue:
    """Give one A4 page to sign."""
    question = _ask_strictly()
    content = write_briefing(read_answer(question.day, question.known))
    return _file(content, name=f"tally-{question.day}.pdf", content_type="application/pdf")


@tally.get("/tally/entries")
@public
def behind() -> ResponseReturnValue:
    """List the entries that add up to one figure."""
    return send_unless_kept(_show_behind, key=_ledger_key())


def _show_behind() -> ResponseReturnValue:
    question, after = read_question(request.args), _read_after()
    head = read_head(question.known)
    asked = find_figure(question.day, head, **_figure_words())
    page = show_behind(
        asked,
        list_behind(question.day, head, asked.measures, district_id=asked.place_id, after=after),
        Addresses(question, head=pin(head, question.known)),
        head=head,
        districts=list_districts(),
        is_continued=after is not None,
    )
    return render_template("tally/behind.html", question=question, page=page), question.status


@tally.get("/tally/entries.csv")
@public
def download_behind() -> ResponseReturnValue:
    """Give all entries behind one figure as a file."""
    question = _ask_strictly()
    answer = read_tally(question.day, question.known)
    asked = find_figure(question.day, answer.head, **_figure_words())
    figure = question.day, answer.head, asked.measures
    entered = stream_behind(*figure, chinese=is_chinese(), district_id=asked.place_id)
    total = sum_behind(*figure, district_id=asked.place_id)
    return send_written(
        lambda target: downloads.write_entries(target, answer, asked, entered, total=total),
        name=f"{asked.kind.value}-{question.day}.csv",
        content_type=CSV,
    )


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


def _ledger_key() -> list[object]:
    """Name what a page of figures depends on: all that it shows was written by sealed deeds."""
    head = read_head()
    return [head.sequence, head.recorded_at, head.hash]


def _now() -> str:
    return clock.now().astimezone(clock.PLACE).strftime("%Y-%m-%d %H:%M")


class Addresses:
    """The addresses that lead on from a page; those of figures ask for exactly what is shown."""

    def __init__(self, question: Question, *, head: str) -> None:
        self.pinned: dict[str, Any] = {"as_of": question.day.isoformat(), "known_at": head}
        self.paths: dict[str, str] = {}

    def entries(
        self, *, kind: Kind | None = None, measures: Collection[Measure] = (), district: str = ""
    ) -> str:
        names = [measure.value for measure in measures] or None
        return self.pin("tally.behind", kind=kind, measure=names, district=district or None)

    def changes(self, *, since: date, kind: Kind | None = None, district: str = "") -> str:
        words: dict[str, Any] = {"kind": kind, "district": district or None}
        return self.pin("tally.changes", since=since.isoformat(), **words)

    def again(self, **changes: str) -> str:
        asked = {**request.args.to_dict(flat=False), **changes}
        kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
        return url_for(request.endpoint or "tally.index", **kept)

    def kept(self, *names: str) -> dict[str, str]:
        return {name: request.args[name] for name in names if request.args.get(name)}

    def file(self) -> str:
        """Return the address of this page's figures as a file."""
        asked = request.args.to_dict(flat=False)
        words: dict[str, Any] = {name: asked.get(name) for name in ("kind", "measure", "district")}
        return self.pin(FILES[request.endpoint or ""], **words)

    def workbook(self) -> str:
        """Return the address of the whole tally as a workbook."""
        return self.pin("tally.workbook")

    def briefing(self) -> str:
        """Return the address of the page to sign."""
        return self.pin("tally.briefing")

    def tally(self) -> str:
        return self.pin("tally.index")

    def charts(self) -> str:
        """Return the address of the charts by the same days."""
        return self.pin("tally.charts")

    def picture(self, name: str, form: str) -> str:
        """Return the address of one chart as a picture."""
        return url_for("tally.chart", name=name, form=form, **self.pinned)

    def pin(self, endpoint: str, **words: Any) -> str:
        """Return what `url_for` would, for a page of two hundred addresses."""
        if endpoint not in self.paths:
            self.paths[endpoint] = url_for(endpoint)
        return f"{self.paths[endpoint]}?{write_query({**words, **self.pinned})}"


class ChangeAddresses(Addresses):
    """The addresses that lead on from a page of changes."""

    def __init__(self, asked: SpanAsked) -> None:
        self.pinned = {"as_of": asked.span.as_of.isoformat(), "known_at": asked.pinned["known_at"]}
        self.paths = {}
        self.span: dict[str, Any] = dict(asked.pinned)

    def file(self) -> str:
        words: dict[str, Any] = {name: request.args.get(name) for name in ("kind", "district")}
        return url_for("tally.download_changes", **words, **self.span)


FILES = {
    "tally.index": "tally.download",
    "tally.charts": "tally.download",
    "tally.behind": "tally.download_behind",
}


def _find_kind(name: str) -> Kind | None:
    text = request.args.get(name, "")
    return next((kind for kind in Kind if kind == text), None)


def _find_district() -> District | None:
    code = request.args.get("district", "")
    district = find_district(code) if code else None
    if code and district is None:
        raise NotFound
    return district


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


def _read_changes_after() -> Place | None:
    """Read where a page of changes begins; an address that was altered is not found."""
    parts = request.args.get("after", "").split(".")
    if parts == [""]:
        return None
    try:
        is_new, day, sequence, position = map(read_number, parts)
        date.fromordinal(day)
    except (ValueError, OverflowError):
        raise NotFound from None
    if not sequence or not position or is_new > 1:
        raise NotFound
    return is_new, day, sequence, position


def _ask_strictly() -> Question:
    """A file has no field to put a fault beside; it is refused as a whole."""
    question = read_question(request.args)
    for fault in question.faults.values():
        raise Invalid(fault)
    return question


def _file(content: bytes, *, name: str, content_type: str = CSV) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=content_type, headers=headers)
