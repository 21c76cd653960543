"""One commit at the end of a good writing request; a reading one cannot write at all."""

from __future__ import annotations

from time import time

from flask import Flask, Response, current_app, request, session

from registry.core.database import REPLICA, db, set_may_write, set_wants_newest

READS = frozenset({"GET", "HEAD", "OPTIONS"})
FIRST_BAD_STATUS = 400
WROTE = "wrote"
FLASHES = "_flashes"  # Flask's own name
REPLICA_FOLLOWS_SECONDS = 10


def init_app(app: Flask) -> None:
    """Open and close the transaction of every request."""
    app.before_request(_open)
    app.after_request(_close)
    app.teardown_request(_reset)


def _open() -> None:
    set_may_write(request.method not in READS)
    set_wants_newest(session.get(WROTE, 0) > time() - REPLICA_FOLLOWS_SECONDS)


def _close(response: Response) -> Response:
    """Commit what a good answer wrote; what fails only now is answered as if the view had failed.

    The first write of a request is often here: whoever waits in vain for others waits here, too.
    """
    if request.method in READS or response.status_code >= FIRST_BAD_STATUS:
        db.session.rollback()
        return response
    try:
        db.session.commit()
    except Exception as error:  # noqa: BLE001  # whatever has no page of its own is raised again
        session.pop(FLASHES, None)  # they tell of what was not stored
        return current_app.make_response(current_app.handle_user_exception(error))
    _note_that_it_wrote()
    return response


def _note_that_it_wrote() -> None:
    """Let the same person's next pages come from the primary, until a replica has followed."""
    if REPLICA in db.engines:
        session[WROTE] = int(time())


def _reset(_error: BaseException | None) -> None:
    db.session.remove()
    set_may_write(True)
    set_wants_newest(True)
