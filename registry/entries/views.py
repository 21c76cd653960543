"""Pages of entries: the public register, and the check of a certificate."""

from __future__ import annotations

from typing import Any  # the words of an address

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from registry.accounts.access import get_actor, public, to_sign_in
from registry.accounts.models import User
from registry.core import clock
from registry.core.errors import NotFound
from registry.core.language import _
from registry.districts.queries import list_districts
from registry.entries import queries, register
from registry.entries.catalogue import CATALOGUE
from registry.entries.queries import PAGE, After, Search, read_after
from registry.programme.kinds import Kind
from registry.programme.queries import find_programme

entries = Blueprint("entries", __name__)
OPEN_TO_ALL = frozenset({"entries.certificates", "entries.certificate"})
UNPROCESSABLE = 422
PAGE_VALUES = frozenset({"valid", "revoked"})


@entries.before_request
def admit_visitor() -> ResponseReturnValue | None:
    """Let visitors see the register only where the city shows it to the public."""
    programme = find_programme()
    is_open = request.endpoint in OPEN_TO_ALL or (programme is not None and programme.is_public)
    return None if current_user.is_authenticated or is_open else to_sign_in()


@entries.get("/register")
@public
def index() -> ResponseReturnValue:
    """Search the register of what is approved."""
    search, on = _read_search(), clock.today()
    after = read_after(request.args.get("after", ""))
    found = queries.list_entries(search, actor=_actor(), on=on, after=after)
    lines = register.list_lines(found[:PAGE], on=on, programme=find_programme())
    return render_template(
        "entries/index.html",
        search=search,
        lines=lines,
        total=queries.count_entries(search, actor=_actor(), on=on),
        next_url=_next_url(found),
        previous_url=url_for("entries.index", **_words()) if after else "",
        download_url=url_for("entries.download", **_words()),
        districts=[(d.code, register.place_name(d)) for d in list_districts()],
        kinds=[(kind.value, facts.label) for kind, facts in CATALOGUE.items()],
        years_listed=[(str(year), str(year)) for year in queries.list_years()],
        sees_serials=_actor() is not None,
    )


@entries.get("/register.csv")
@public
def download() -> ResponseReturnValue:
    """Give what was looked for as a file."""
    search, on = _read_search(), clock.today()
    found = queries.list_all_entries(search, actor=_actor(), on=on)
    lines = register.list_lines(found, on=on, programme=find_programme())
    return Response(
        register.write_csv(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="register-{on.isoformat()}.csv"'},
    )


@entries.get("/register/<number>")
@public
def show(number: str) -> ResponseReturnValue:
    """Show one registered entry."""
    entry = queries.get_registered(number)
    programme = find_programme()
    shown = register.show_entry(entry, actor=_actor(), on=clock.today(), programme=programme)
    return render_template(
        "entries/show.html",
        entry=entry,
        shown=shown,
        source=queries.find_source(entry),
        levels=register.LEVELS,
        place_name=register.place_name,
    )


@entries.get("/certificates")
@public
def certificates() -> ResponseReturnValue:
    """Ask for the code on a certificate."""
    code = request.args.get("code", "").strip()
    typed = "".join(code.replace("-", " ").upper().split())
    if typed and queries.find_certified(typed) is not None:
        return redirect(url_for("entries.certificate", code=typed), 303)
    fault = (
        _("There is no certificate with this code. Please compare every letter.") if code else ""
    )
    page = render_template("entries/certificates.html", code=code, fault=fault)
    return page, UNPROCESSABLE if fault else 200


@entries.get("/certificates/<code>")
@public
def certificate(code: str) -> ResponseReturnValue:
    """Say whether a certificate is valid today."""
    entry = queries.find_certified(code)
    if entry is None:
        raise NotFound
    on = clock.today()
    (line,) = register.list_lines([entry], on=on, programme=find_programme())
    address = f"{current_app.config['SETTINGS'].public_url}/certificates/{code}"
    return render_template(
        "entries/certificate.html",
        line=line,
        on=on,
        amended_on=queries.find_amended_on(entry),
        address=address,
        groups=register.in_groups(code),
        picture=Markup(register.draw_code(address)),  # noqa: S704 - drawn here, digits and paths only
    )


def _actor() -> User | None:
    return get_actor() if current_user.is_authenticated else None


def _read_search() -> Search:
    kind = request.args.get("kind", "")
    year = request.args.get("year", "")
    standing = request.args.get("standing", "")
    return Search(
        words=request.args.get("q", "").strip(),
        district=request.args.get("district", "")[:6],
        kind=next((known for known in Kind if known.value == kind), None),
        year=int(year)
        if year.isascii() and year.isdecimal() and len(year) == 4 and int(year)
        else None,
        standing=standing if standing in PAGE_VALUES else "",
    )


def _words() -> dict[str, Any]:
    names = ("q", "district", "kind", "year", "standing")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _next_url(found: Any) -> str:
    if len(found) <= PAGE:
        return ""
    last = found[PAGE - 1]
    return url_for("entries.index", **_words(), after=str(After(last.effective_on, last.rank)))
