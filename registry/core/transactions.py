"""One commit at the end of a good writing request; a reading one cannot write at all."""

from __future__ import annotations

from flask import Flask, Response, request

from registry.core.database import db, set_may_write

READS = frozenset({"GET", "HEAD", "OPTIONS"})
FIRST_BAD_STATUS = 400


def init_app(app: Flask) -> None:
    """Open and close the transaction of every request."""
    app.before_request(_open)
    app.after_request(_close)
    app.teardown_request(_reset)


def _open() -> None:
    set_may_write(request.method not in READS)


def _close(response: Response) -> Response:
    if request.method in READS or response.status_code >= FIRST_BAD_STATUS:
        db.session.rollback()
    else:
        db.session.commit()
    return response


def _reset(_error: BaseException | None) -> None:
    db.session.remove()
    set_may_write(True)
