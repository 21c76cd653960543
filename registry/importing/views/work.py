"""Checking and importing, within the request or, for long lists, in a thread beside it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from flask import Flask, current_app
from flask_babel import force_locale, get_locale
from sqlalchemy.exc import DBAPIError

from registry.accounts.models import User
from registry.core import clock
from registry.core.database import db, reading
from registry.core.errors import RegistryError
from registry.core.language import _
from registry.importing.checks import Check, Desk, State, report_to_json
from registry.importing.reading import read_table
from registry.importing.reports import Report
from registry.importing.service import import_list

Work = Callable[[Desk, Check, int], Report]


def get_desk() -> Desk:
    """Return the folder of lists sent in."""
    return Desk(current_app.config["SETTINGS"].data_dir / "imports")


def look_at(desk: Desk, check: Check, by_id: int) -> Report:  # noqa: ARG001 - the shape of all work
    """Say what an import would add; a transaction that cannot write, and holds up nobody."""
    db.session.rollback()
    with reading():
        report = _run(desk, check, by=None, dry_run=True)
        db.session.rollback()
    return report


def import_now(desk: Desk, check: Check, by_id: int) -> Report:
    """Import a list that was looked at; the caller commits."""
    return _run(desk, check, by=db.session.get_one(User, by_id), dry_run=False)


def conclude(desk: Desk, check: Check, report: Report) -> Check:
    """Keep what came of a piece of work; where nothing was stored, what was found."""
    return desk.tell(
        check,
        at=clock.now(),
        state=State.CHECKED if report.batch_id is None else State.IMPORTED,
        batch_id=report.batch_id,
        report=report_to_json(report),
    )


def start(work: Work, check: Check, *, by_id: int) -> None:
    """Let a long piece of work run beside the request; its page shows how far it is."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
    begun = get_desk().tell(
        check, at=clock.now(), state=State.WORKING, step="reading", done=0, total=0
    )
    arguments = (app, work, begun)
    known = {"by_id": by_id, "locale": str(get_locale())}
    Thread(target=_work_beside, args=arguments, kwargs=known, daemon=True).start()


def _work_beside(app: Flask, work: Work, check: Check, *, by_id: int, locale: str) -> None:
    with app.test_request_context(), force_locale(locale):
        desk = get_desk()
        message: object = _("The work was interrupted. Nothing was stored; please start again.")
        report = None
        try:
            found = work(desk, check, by_id)
            db.session.commit()
            report = found
        except RegistryError as error:
            message = error.message
        except DBAPIError:
            message = _("The database did not answer. Nothing was stored; please start again.")
        finally:
            db.session.remove()
            if report is None:
                desk.tell(check, at=clock.now(), state=State.FAILED, message=str(message))
            else:
                conclude(desk, check, report)


def _run(desk: Desk, check: Check, *, by: User | None, dry_run: bool) -> Report:
    def progress(step: str, done: int, total: int) -> None:
        if check.is_long:
            desk.tell(check, at=clock.now(), state=State.WORKING, step=step, done=done, total=total)

    progress("reading", 0, 0)
    table = read_table(desk.read(check), file_name=check.file_name)
    return import_list(
        table, source=check.source, by=by, at=clock.now(), dry_run=dry_run, progress=progress
    )
