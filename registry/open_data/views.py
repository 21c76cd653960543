"""Pages of open data: what the files are, and the files; not found while switched off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import wrap_file

from registry.accounts.access import public
from registry.core import clock
from registry.core.clock import PLACE
from registry.core.errors import NotFound
from registry.core.language import is_chinese
from registry.ledger.answers import Tally, read_tally, to_json
from registry.ledger.heads import Head
from registry.ledger.queries import parse_as_of, parse_known_at, read_head, read_trend
from registry.open_data.columns import BY_CODE, DATA_SETS, DataSet
from registry.open_data.queries import list_months, list_register, list_tally
from registry.open_data.writing import Row, Written, write_csv, write_json
from registry.programme.models import Programme
from registry.programme.queries import find_programme, get_programme

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}
NOT_MODIFIED = 304
CACHE = "public, no-cache"  # kept anywhere, and asked for again with its tag each time

open_data = Blueprint("open_data", __name__, url_prefix="/open-data")


@open_data.before_request
def find_switched_on() -> None:
    """Know these pages only where the city gives its data to everybody."""
    programme = find_programme()
    if programme is None or not programme.has_open_data:
        raise NotFound


@open_data.get("")
@public
def index() -> ResponseReturnValue:
    """Describe the files: fields, units, terms of use, time, head."""
    programme, head = get_programme(), read_head()
    return render_template(
        "open_data/index.html",
        data_sets=DATA_SETS,
        formats=tuple(TYPES),
        licence=_licence(programme, chinese=is_chinese()),
        head=head,
        updated_at=_updated_at(head, clock.today()),
    )


@open_data.get("/<name>.<form>")
@public
def download(name: str, form: str) -> ResponseReturnValue:
    """Give one file, or say that it is the same as before."""
    data_set = BY_CODE.get(name)
    if data_set is None or form not in TYPES:
        raise NotFound
    return _dated(data_set, form) if data_set.is_dated else _register(data_set, form)


def _dated(data_set: DataSet, form: str) -> Response:
    """Answer what the ledger knows; its head, day and words decide all bytes of it."""
    as_of = parse_as_of(request.args.get("as_of"))
    known_at = parse_known_at(request.args.get("known_at"))
    programme, head = get_programme(), read_head(known_at)
    words = (data_set.code, form, as_of.isoformat(), head.hash, read_head().hash)
    tag = sha256("|".join((*words, known_at.asked if known_at else "")).encode()).hexdigest()
    given = Response(content_type=TYPES[form])
    _stamp(given, tag, updated_at=_updated_at(head, as_of))
    if _is_known(given):
        return given
    answer = read_tally(as_of, known_at)
    return _fill(given, _write(data_set, form, answer, programme), name=f"{data_set.code}.{form}")


def _write(data_set: DataSet, form: str, answer: Tally, programme: Programme) -> Written:
    rows = (
        list_tally(answer)
        if data_set.code == "tally"
        else list_months(answer.goals, read_trend(answer.as_of, answer.head))
    )
    about = {**to_json(answer), **_about(programme)}
    if data_set.code != "tally":
        about = {name: about[name] for name in about if name not in {"goals", "districts"}}
    return _write_rows(data_set, form, rows, about)


def _register(data_set: DataSet, form: str) -> Response:
    """Give the register as it stands; names may be mended without a record, so its bytes decide."""
    today, head = clock.today(), read_head()
    programme = get_programme()
    about = {
        "programme": programme.name_zh,
        "as_of": today.isoformat(),
        "sequence": head.sequence,
        "head": head.hash,
        **_about(programme),
    }
    written = _write_rows(data_set, form, list_register(on=today), about)
    given = Response(content_type=TYPES[form])
    _stamp(given, written.hash, updated_at=_updated_at(head, today))
    if _is_known(given):
        written.file.close()
        return given
    return _fill(given, written, name=f"register.{form}")


def _write_rows(
    data_set: DataSet, form: str, rows: Iterable[Row], about: Mapping[str, object]
) -> Written:
    names = [column.code for column in data_set.columns]
    return write_csv(names, rows) if form == "csv" else write_json(about, names, rows)


def _about(programme: Programme) -> dict[str, object]:
    """Say under which terms the data may be used."""
    return {
        "licence": _licence(programme, chinese=True),
        "licence_en": _licence(programme, chinese=False),
    }


def _licence(programme: Programme, *, chinese: bool) -> str:
    return programme.licence_zh if chinese else programme.licence_en


def _updated_at(head: Head, day: date) -> datetime:
    """Return since when an answer is what it is: its newest record, or the day that began since."""
    begun = datetime(day.year, day.month, day.day, tzinfo=PLACE)
    return max(head.recorded_at, begun).astimezone(PLACE)


def _stamp(given: Response, tag: str, *, updated_at: datetime) -> None:
    given.set_etag(tag)
    given.last_modified = updated_at
    given.headers["Cache-Control"] = CACHE
    given.headers["Access-Control-Allow-Origin"] = "*"
    given.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _is_known(given: Response) -> bool:
    """Say whether the other side has it already, and make it the answer that says so."""
    given.make_conditional(request)
    return given.status_code == NOT_MODIFIED


def _fill(given: Response, written: Written, *, name: str) -> Response:
    if written.is_small:
        given.set_data(written.take())
    else:
        given.response = wrap_file(request.environ, written.file)
        given.direct_passthrough = True
        given.content_length = written.size
    given.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return given
