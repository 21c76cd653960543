"""One map from what went wrong to a page in plain words with a reference number."""

from __future__ import annotations

import errno
from urllib.parse import urlsplit, urlunsplit

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from registry.core.database import db
from registry.core.errors import Busy, RegistryError
from registry.core.language import _
from registry.core.log import get_reference
from registry.core.transactions import READS

SENTENCES = {  # the titles of the pages; what a program is told where nothing more is known
    400: _("This request could not be read"),
    401: _("Please sign in"),
    403: _("You may see this, but not do it"),
    404: _("There is nothing here for you"),
    405: _("This address cannot be used like that"),
    409: _("It changed in the meantime"),
    413: _("That was too large to take in"),
    422: _("This cannot be taken as it is"),
    429: _("Too many tries in a short time"),
    500: _("This went wrong on our side"),
    503: _("The registry cannot answer just now"),
}
SERVER_ERROR = 500
UNAVAILABLE = 503
DISK_FAILS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
CONCEALED = "password"
MULTIPART = "multipart/form-data"


def init_app(app: Flask) -> None:
    """Let every refusal and every failure of an application end in one of our pages."""
    app.register_error_handler(RegistryError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_down)
    app.register_error_handler(InterfaceError, _database_down)
    app.register_error_handler(PoolTimeout, _database_down)
    app.register_error_handler(InternalServerError, _broken)


def error_page(status: int, message: object = "") -> Response:
    """Return the page (or, for the interface, the JSON) of one refusal."""
    if status >= SERVER_ERROR:
        g.failing = True
    shown = status if status in SENTENCES else (SERVER_ERROR if status >= SERVER_ERROR else 400)
    if request.path.startswith("/api/"):
        words = str(message or SENTENCES[shown])
        answer = jsonify(status=status, message=words, reference=get_reference())
        return make_response(answer, status)
    page = render_template(
        f"errors/{shown}.html",
        reference=get_reference(),
        message=message,
        back_url=_came_from() if shown < SERVER_ERROR else "",
        again=_typed() if status == UNAVAILABLE else (),
        had_files=bool(request.mimetype == MULTIPART),
    )
    return make_response(page, status)


def _came_from() -> str:
    """Return the page of our own on which the person was, if the browser says so."""
    came = urlsplit(request.referrer or "")
    is_own = f"{came.scheme}://{came.netloc}/" == request.host_url
    address = urlunsplit(("", "", came.path, came.query, ""))
    is_other = address != request.full_path.rstrip("?") or request.method not in READS
    return address if is_own and is_other and _is_path(address) else ""


def _is_path(address: str) -> bool:
    """Say whether it is a path, and nothing that a browser would take for another site."""
    return address.startswith("/") and address[1:2] not in {"/", "\\"}


def _typed() -> tuple[tuple[str, str], ...]:
    """Return the words of a form that could not be taken, so that one button sends them again.

    They go back to the address they came from, with the token they came with. A password is never
    written into a page; its form is typed anew.
    """
    try:
        fields = tuple(request.form.items(multi=True))
    except HTTPException:  # larger than what is taken in at all
        return ()
    return () if any(CONCEALED in name for name, _word in fields) else fields


def _refused(error: RegistryError) -> Response:
    db.session.rollback()
    page = error_page(error.status, error.message)
    if isinstance(error, Busy):
        page.headers["Retry-After"] = str(error.seconds)
    return page


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    db.session.rollback()
    return error_page(error.code)


def _database_down(error: BaseException) -> Response:
    structlog.get_logger().error("database unavailable", error=type(error).__name__)
    db.session.remove()
    page = error_page(UNAVAILABLE)
    page.headers["Retry-After"] = "10"
    return page


def _broken(error: InternalServerError) -> Response:
    cause = error.original_exception or error
    is_disk = isinstance(cause, OSError) and cause.errno in DISK_FAILS
    if is_disk or isinstance(cause, OperationalError | InterfaceError | PoolTimeout):
        return _database_down(cause)
    structlog.get_logger().error("failed", exc_info=cause)
    db.session.remove()
    return error_page(SERVER_ERROR)
