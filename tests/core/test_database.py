"""When a transaction that may write locks, and what becomes of one that waits in vain."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import database
from registry.core.database import db, once_a_snapshot, prepare_engine, reading
from registry.core.errors import Occupied
from registry.ledger.service import take_ledger_lock
from tests.factories import a_user

MAILS = sa.select(User.email).order_by(User.id)


@pytest.fixture
def impatient(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody wait for a moment only."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 1)
    db.engine.dispose()


@pytest.fixture
def writing(app: Flask, impatient: None) -> Iterator[None]:
    """Let somebody else hold the ledger, until the test is over."""
    begun, done = Event(), Event()
    db.session.commit()

    def write() -> None:
        with app.app_context():
            take_ledger_lock()
            db.session.scalars(MAILS).all()
            begun.set()
            done.wait(60)
            db.session.remove()

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write)
        begun.wait(60)
        yield
        db.session.remove()
        done.set()
        written.result()


def test_what_only_reads_waits_for_nobody(app: Flask, writing: None) -> None:
    assert db.session.scalars(MAILS).all() == []
    db.session.commit()


def test_what_is_read_once_a_snapshot_is_read_again_in_the_next(app: Flask) -> None:
    def read() -> list[str]:
        return once_a_snapshot("mails", lambda: list(db.session.scalars(MAILS)))

    with reading():
        first = read()
        assert read() is first
        db.session.rollback()
    person = a_user(Role.LEADER)
    db.session.commit()

    with reading():
        assert read() == [person.email]
        db.session.remove()
    with reading(), app.app_context():
        assert read() == [person.email]
    assert read() is not read()


def test_who_waits_in_vain_is_told_so(app: Flask, writing: None) -> None:
    with pytest.raises(Occupied):
        take_ledger_lock()
    db.session.rollback()
    assert db.session.scalars(MAILS).all() == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "locking",
    [
        sa.insert(User).values(email="a@b.test"),
        sa.text("  update user set name = 'x'"),
        sa.select(User).with_for_update(key_share=True),
    ],
)
def test_on_sqlite_what_writes_or_locks_waits(
    app: Flask, writing: None, locking: sa.Executable
) -> None:
    with pytest.raises(Occupied):
        db.session.execute(locking)
    db.session.rollback()


def test_what_is_read_before_the_lock_is_what_is_committed(app: Flask) -> None:
    one = a_user(Role.LEADER).email
    db.session.commit()
    assert db.session.scalars(MAILS).all() == [one]

    def write() -> str:
        with app.app_context():
            two = a_user(Role.LEADER).email
            db.session.commit()
            return two

    with ThreadPoolExecutor(1) as pool:
        two = pool.submit(write).result()
    assert db.session.scalars(MAILS).all() == [one, two]


def test_nothing_stays_of_what_was_not_committed(app: Flask) -> None:
    a_user(Role.LEADER)
    db.session.flush()
    db.session.rollback()
    assert db.session.scalars(MAILS).all() == []


def test_a_day_as_text_is_the_same_whatever_the_server_is_used_to(app: Flask) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    used_to = {} if url.startswith("sqlite") else {"options": "-c datestyle=German"}
    engine = sa.create_engine(url, connect_args=used_to)
    prepare_engine(engine)
    day = sa.literal(date(2025, 2, 1), sa.Date)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.cast(day, sa.String))) == "2025-02-01"
    engine.dispose()
