"""Draws: the list, a new one, one draw with its entries, its population, and the list to print."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.models import User
from registry.accounts.roles import DESK
from registry.core import clock
from registry.core.database import db
from registry.core.deed_pages import lead_on, put_fault
from registry.core.deeds import new_key
from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.wire import read_number
from registry.entries.catalogue import CATALOGUE
from registry.entries.register import place_name
from registry.sampling import policy, queries, service
from registry.sampling.forms import DrawForm
from registry.sampling.queries import Progress
from registry.sampling.shown import (
    RowShown,
    say_progress,
    show_order,
    show_rows,
    write_population,
    write_results,
)
from registry.sampling.views.blueprint import BAD_INPUT, OK, csv_file, sampling
from registry.sampling.words import COUNTS_FOUND, LOOKS, OUTCOMES, UNITS
from registry.tally.links import Choice

ORDER_ROWS, PAPER_ROWS = 100, 12
ALL, HERE, OPEN = "all", "here", "open"


@sampling.get("/checks")
@requires(*policy.READERS)
def index() -> ResponseReturnValue:
    """List the draws, the newest first, and how far each is."""
    actor = get_actor()
    draws, following = queries.list_draws(actor, before=read_number(_asked("before")) or None)
    return render_template(
        "sampling/index.html",
        draws=draws,
        next_url=url_for("sampling.index", before=following) if following else "",
        facts=CATALOGUE,
        place_name=place_name,
        outcomes=OUTCOMES,
        looks=LOOKS,
        may_draw=actor.role in policy.DRAWERS,
        mine=queries.count_open(actor),
        is_desk=actor.role in DESK,
    )


@sampling.route("/checks/new", methods=["GET", "POST"])
@requires(*policy.DRAWERS)
def new() -> ResponseReturnValue:
    """Draw a sample."""
    form = DrawForm(actor=get_actor())
    if not form.is_submitted():
        return _form_page(form)
    if not form.validate():
        return _form_page(form, status=BAD_INPUT)
    key = form.key.data or ""
    try:
        done = service.draw(form.wanted(), by=get_actor(), at=clock.now(), key=key or None)
    except Invalid as fault:
        db.session.rollback()
        put_fault(form, fault)
        return _form_page(form, status=BAD_INPUT)
    if done.draw is None:
        return redirect(done.led_to or url_for("sampling.index"), 303)
    location = url_for("sampling.show", draw_number=done.draw.number)
    return lead_on(_("Drawn, and sealed in the ledger."), location, key=key)


def _form_page(form: DrawForm, *, status: int = OK) -> Response:
    page = render_template("sampling/new.html", form=form, key=new_key())
    return make_response(page, status)


@sampling.get("/checks/<int:draw_number>")
@requires(*policy.READERS)
def show(draw_number: int) -> ResponseReturnValue:
    """Show a draw: what was drawn, and what was found so far."""
    actor = get_actor()
    progress = queries.get_draw(actor, draw_number)
    which = _which(actor)
    return render_template(
        "sampling/show.html",
        progress=progress,
        says=say_progress(progress),
        draw=progress.draw,
        rows=_rows(progress, actor, which=which),
        ways=_ways(draw_number, actor, which=which),
        which=which,
        facts=CATALOGUE[progress.draw.kind],
        place=_place(progress),
        unit=UNITS[progress.draw.kind],
        outcomes=OUTCOMES,
        looks=LOOKS,
        has_found=progress.draw.kind in COUNTS_FOUND,
    )


@sampling.get("/checks/<int:draw_number>.csv")
@requires(*policy.READERS)
def download(draw_number: int) -> ResponseReturnValue:
    """Give a draw with its results as a file."""
    actor = get_actor()
    progress = queries.get_draw(actor, draw_number)
    content = write_results(progress, queries.list_drawn(progress.draw), actor=actor)
    return csv_file(content, f"check-{draw_number}")


@sampling.get("/checks/<int:draw_number>/print")
@requires(*policy.READERS)
def take_along(draw_number: int) -> ResponseReturnValue:
    """Give the list to take along, on A4; to a desk that of its own district."""
    actor = get_actor()
    progress = queries.get_draw(actor, draw_number)
    rows = _rows(progress, actor, which=HERE if actor.district_id else ALL)
    sheets = [rows[first : first + PAPER_ROWS] for first in range(0, len(rows), PAPER_ROWS)]
    return render_template(
        "sampling/take_along.html",
        draw=progress.draw,
        sheets=sheets or [[]],
        facts=CATALOGUE[progress.draw.kind],
        place=_place(progress),
        outcomes=OUTCOMES,
        has_found=progress.draw.kind in COUNTS_FOUND,
        unit=UNITS[progress.draw.kind],
    )


@sampling.get("/checks/<int:draw_number>/population")
@requires(*policy.READERS)
def population(draw_number: int) -> ResponseReturnValue:
    """Show the population in its order, computed anew: the proof of the draw."""
    draw = queries.get_draw(get_actor(), draw_number).draw
    placed = queries.read_order(draw)
    first = min(read_number(_asked("first")), len(placed))
    following, before = first + ORDER_ROWS, max(first - ORDER_ROWS, 0)
    return render_template(
        "sampling/population.html",
        draw=draw,
        rows=show_order(draw, placed, first=first, most=ORDER_ROWS),
        total=len(placed),
        unit=UNITS[draw.kind],
        next_url=_order_url(draw_number, following) if following < len(placed) else "",
        previous_url=_order_url(draw_number, before) if first else "",
    )


@sampling.get("/checks/<int:draw_number>/population.csv")
@requires(*policy.READERS)
def download_population(draw_number: int) -> ResponseReturnValue:
    """Give the whole population in its order as a file."""
    draw = queries.get_draw(get_actor(), draw_number).draw
    return csv_file(write_population(draw, queries.read_order(draw)), f"population-{draw_number}")


def _order_url(number: int, first: int) -> str:
    return url_for("sampling.population", draw_number=number, first=first or None)


def _asked(name: str) -> str:
    return request.args.get(name, "")


def _which(actor: User) -> str:
    """Say which entries are asked for; a desk sees its own first."""
    asked = _asked("show")
    offered = {ALL, OPEN, *({HERE} if actor.district_id else ())}
    if asked in offered:
        return asked
    return HERE if actor.role in DESK else ALL


def _rows(progress: Progress, actor: User, *, which: str) -> list[RowShown]:
    place = actor.district_id if which == HERE else None
    drawn = queries.list_drawn(progress.draw, district_id=place, only_open=which == OPEN)
    return show_rows(drawn, actor=actor)


def _ways(number: int, actor: User, *, which: str) -> list[Choice]:
    names = {HERE: _("Own district"), ALL: _("All drawn"), OPEN: _("Still to be checked")}
    return [
        Choice(name, url_for("sampling.show", draw_number=number, show=code), code == which)
        for code, name in names.items()
        if code != HERE or actor.district_id
    ]


def _place(progress: Progress) -> object:
    district = progress.draw.district
    return place_name(district) if district else _("Whole city")
