"""Pages of releases: the list, one release, its files, and the form of a new one."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any  # the words of an address

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.accounts.access import get_actor, public, requires, to_sign_in
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.core.deed_pages import lead_on, put_fault
from registry.core.deeds import new_key
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _
from registry.core.lazily import lazily
from registry.core.wire import read_number
from registry.ledger.differences import Cause
from registry.ledger.heads import KnownAt, read_head
from registry.programme.kinds import Kind
from registry.programme.queries import get_programme
from registry.releases import queries, service
from registry.releases.downloads import write_release
from registry.releases.forms import ReleaseForm
from registry.releases.listing import read_listing
from registry.releases.models import Release
from registry.releases.shown import read_since, show_release
from registry.tally.links import Choice
from registry.tally.queries import read_answer
from registry.tally.spans import read_place
from registry.tally.views import is_public
from registry.tally.words import KIND_NAMES

if TYPE_CHECKING:
    from registry.tally import briefing as papers
else:
    papers = lazily("registry.tally.briefing")

OK, BAD_INPUT, CONFLICT = 200, 422, 409
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
CAUSE = re.compile(r"([a-z_]{1,40})\.([01])")

releases = Blueprint("releases", __name__)


@releases.before_request
def admit_visitor() -> ResponseReturnValue | None:
    """Let visitors see releases only where the city shows figures to the public."""
    return None if current_user.is_authenticated or is_public() else to_sign_in()


@releases.get("/tally/releases")
@public
def index() -> ResponseReturnValue:
    """List the months that have ended: released under which name, or not."""
    asked = read_number(request.args.get("year"))
    page = read_listing(get_programme(), year=asked, today=clock.today())
    years = [
        Choice(str(year), url_for("releases.index", year=year), year == page.year)
        for year in page.years
    ]
    return render_template("releases/index.html", page=page, years=years, may=_may_release())


@releases.get("/tally/releases/<int:sequence>")
@public
def show(sequence: int) -> ResponseReturnValue:
    """Show a release: as released, as it is now, and every revision between."""
    recorded = queries.get_release(sequence)
    cause, after = _read_cause(), read_place(request.args.get("after", ""))
    page = show_release(
        recorded,
        read_since(recorded.release, cause=cause, after=after),
        Addresses(recorded.release),
        programme=get_programme(),
        cause=cause,
        is_continued=after is not None,
    )
    return render_template(
        "releases/show.html",
        release=recorded.release,
        newer=recorded.newer,
        page=page,
        may=_may_release(),
    )


@releases.get("/tally/releases/<int:sequence>.csv")
@public
def download(sequence: int) -> ResponseReturnValue:
    """Give a release as a file, with all its revisions."""
    recorded = queries.get_release(sequence)
    since = read_since(recorded.release, limit=None)
    content = write_release(recorded, since, programme=get_programme())
    return _file(content, recorded.release, ending="csv", content_type="text/csv; charset=utf-8")


@releases.get("/tally/releases/<int:sequence>.pdf")
@public
def briefing(sequence: int) -> ResponseReturnValue:
    """Give the page to sign, as it was known when the month was released."""
    release = queries.get_release(sequence).release
    known = KnownAt(asked=f"#{release.head_sequence}", sequence=release.head_sequence)
    signed = papers.Released(
        name=release.name,
        signer=release.signer_name,
        office=release.signer_office,
        revision=release.revision,
        sequence=release.sequence,
    )
    content = papers.write_briefing(read_answer(release.as_of, known), released=signed)
    return _file(content, release, ending="pdf", content_type="application/pdf")


@releases.route("/tally/releases/new/<month>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def new(month: str) -> ResponseReturnValue:
    """Release a month, or release it once more."""
    day, form = _read_month(month), ReleaseForm()
    if not form.is_submitted():
        _suggest(form, day)
        return _page(form, day)
    if not form.validate():
        return _page(form, day, status=BAD_INPUT)
    key = form.key.data or ""
    try:
        outcome = service.release(
            day,
            form.signed(),
            by=get_actor(),
            at=clock.now(),
            seen=form.seen_version(),
            key=key or None,
        )
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _page(form, day, status=BAD_INPUT)
    except WrongState as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal.message))
        return _page(form, day, status=CONFLICT)
    if outcome.release is None:
        return redirect(outcome.led_to or url_for("releases.index"), 303)
    location = url_for("releases.show", sequence=outcome.release.sequence)
    return lead_on(_("Released, and sealed in the ledger."), location, key=key)


def _page(form: ReleaseForm, month: date, *, status: int = OK) -> Response:
    """Show the form with the figures that it would release, and the head that they were read at."""
    before, head = queries.find_latest(month), read_head()
    as_of = queries.last_day(month)
    page = render_template(
        "releases/new.html",
        form=form,
        month=month,
        as_of=as_of,
        before=before,
        answer=read_answer(as_of, None),
        kinds=KIND_NAMES,
        version=head.sequence,
        key=new_key(),
    )
    return make_response(page, status)


def _suggest(form: ReleaseForm, month: date) -> None:
    """Fill in the usual name, and who signed last."""
    before, last = queries.find_latest(month), queries.find_newest()
    name = _("Monthly report %(month)s/%(year)s", month=month.month, year=month.year)
    if before is not None:
        name = _("%(name)s (revision %(number)s)", name=name, number=before.revision + 1)
    form.name.data = str(name)
    if last is not None:
        form.signer_name.data, form.signer_office.data = last.signer_name, last.signer_office


def _read_month(text: str) -> date:
    """Read a month that may be released; any other is not found."""
    if not MONTH.fullmatch(text):
        raise NotFound
    month = date(int(text[:4]) or 1, int(text[5:]), 1)
    if month not in queries.list_months(get_programme(), today=clock.today()):
        raise NotFound
    return month


def _read_cause() -> Cause | None:
    found = CAUSE.fullmatch(request.args.get("cause", ""))
    return (found[1], int(found[2])) if found else None


def _may_release() -> bool:
    return current_user.is_authenticated and get_actor().role is Role.ADMINISTRATOR


def _file(content: bytes, release: Release, *, ending: str, content_type: str) -> Response:
    name = f"release-{release.month:%Y-%m}-{release.revision}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=content_type, headers=headers)


class Addresses:
    """The addresses that lead on from the page of a release."""

    def __init__(self, release: Release) -> None:
        self.release = release

    def tally(self, known_at: str) -> str:
        words: dict[str, Any] = {"known_at": known_at or None}
        return url_for("tally.index", as_of=self.release.as_of.isoformat(), **words)

    def entries(self, kind: Kind, known_at: str) -> str:
        as_of = self.release.as_of.isoformat()
        return url_for("tally.behind", kind=kind, as_of=as_of, known_at=known_at)

    def again(self, **changes: str) -> str:
        kept = {name: request.args.get(name, "") for name in ("cause", "after")} | changes
        words: dict[str, Any] = {name: value for name, value in kept.items() if value}
        return url_for("releases.show", sequence=self.release.sequence, **words)
