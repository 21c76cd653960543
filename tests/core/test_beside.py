"""A second thread reads what the caller's snapshot has, or the caller reads it."""

from __future__ import annotations

from itertools import count

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.beside import beside
from registry.core.database import db, reading
from registry.districts.models import District


def _read() -> tuple[int, int]:
    """Return how many districts there are, and which session says so."""
    found = db.session.scalar(sa.select(sa.func.count()).select_from(District))
    return found or 0, id(db.session())


def test_it_reads_in_a_session_of_its_own(app: Flask) -> None:
    with app.app_context(), reading():
        with beside(_read, version=lambda: 1) as answer:
            districts, session = answer()

        assert districts == _read()[0]
        assert session != _read()[1]


def test_another_version_is_read_again_by_the_caller(app: Flask) -> None:
    versions = count()
    with app.app_context(), reading(), beside(_read, version=lambda: next(versions)) as answer:
        assert answer() == _read()


def test_what_the_caller_wrote_is_in_the_answer(app: Flask) -> None:
    db.session.execute(sa.update(District).values(code=District.code))
    with beside(_read, version=lambda: 1) as answer:
        assert answer() == _read()
    db.session.rollback()


def test_a_mistake_beside_reaches_the_caller(app: Flask) -> None:
    def fail() -> None:
        raise LookupError("nothing there")

    with (
        app.app_context(),
        reading(),
        beside(fail, version=lambda: 1) as answer,
        pytest.raises(LookupError),
    ):
        answer()
