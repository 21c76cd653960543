"""The database: one base class, named constraints, safe settings of both engines, who may write.

A request that reads (GET, HEAD) runs in a transaction that cannot write and sees one snapshot. A
writing one takes the write lock of SQLite at its beginning, so that it never fails half way.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar  # the DBAPI's own objects have no common type

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
T = TypeVar("T")
BUSY_SECONDS = 15
STATEMENT_SECONDS = 60


class Base(DeclarativeBase):
    """Every model subclasses this; constraint names are the same on both databases."""

    metadata = sa.MetaData(naming_convention=NAMING)


REPLICA = "replica"
_may_write: ContextVar[bool] = ContextVar("may_write", default=True)
_wants_newest: ContextVar[bool] = ContextVar("wants_newest", default=True)


class RegistrySession(Session):
    """The session; what only reads is asked of the replica, where there is one."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        engines = self._db.engines
        if REPLICA in engines and not _may_write.get() and not _wants_newest.get():
            return engines[REPLICA]
        return super().get_bind(*args, **kwargs)


db = SQLAlchemy(model_class=Base, session_options={"class_": RegistrySession})


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC, with microseconds; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC) if dialect.name == "postgresql" else _naive(value)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _naive(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None)


def choice(enum: type[StrEnum], name: str) -> sa.Enum:
    """Return a column type that stores the word itself and lets the database check it."""
    return sa.Enum(
        enum,
        name=name,
        native_enum=False,
        length=32,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
    )


_held = threading.local()


@contextmanager
def reading() -> Iterator[None]:
    """Within this block new transactions see one snapshot and cannot write."""
    token = _may_write.set(False)
    try:
        yield
    finally:
        _may_write.reset(token)


def set_may_write(value: bool) -> None:
    """Say for the rest of this request whether its transactions may write."""
    _may_write.set(value)


SNAPSHOT = "snapshot"


def once_a_snapshot(name: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` reads; within one transaction that cannot write it is read once."""
    if _may_write.get():
        return make()
    session = db.session()
    kept = session.info.get(SNAPSHOT)
    if kept is None or kept[0] is not session.get_transaction():
        value = make()
        session.info[SNAPSHOT] = (session.get_transaction(), {name: value})
        return value
    read: dict[Hashable, T] = kept[1]
    if name not in read:
        read[name] = make()
    return read[name]


def is_snapshot() -> bool:
    """Say whether the transactions of this request see one snapshot and cannot write."""
    return not _may_write.get()


def set_wants_newest(value: bool) -> None:
    """Say whether this request must see what was just written, which a replica may not have yet."""
    _wants_newest.set(value)


def is_sqlite(connection: Connection) -> bool:
    """Say which of the two engines this is."""
    return connection.dialect.name == "sqlite"


def lift_statement_limit() -> None:
    """Let statements of this transaction take the time and room they need: for proofs, not pages.

    A few statements over all rows: compiling them (`jit`) takes longer than running them, and each
    list of ids that they look into must fit into memory, or it is read again for each row.
    """
    connection = db.session.connection()
    if not is_sqlite(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL jit = off")
        connection.exec_driver_sql("SET LOCAL work_mem = '512MB'")


def prepare_engine(engine: Engine) -> None:
    """Set the durability, foreign keys, time-outs and transaction starts of one engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _close_turn)
    else:
        event.listen(engine, "connect", _open_postgresql)
        event.listen(engine, "begin", _begin_postgresql)


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if not _may_write.get():
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
        return
    _take_turn(connection)
    connection.exec_driver_sql("PRAGMA query_only=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _take_turn(connection: Connection) -> None:
    """Wait in line for the write lock; SQLite's own waiting is unfair to the one who came first."""
    info = connection.connection.info
    name = connection.engine.url.database
    if "turn" in info or not name or name == ":memory:":
        return
    if getattr(_held, "turn", False):
        raise RuntimeError("a second writing transaction in one thread would wait for the first")
    turn = os.open(f"{name}.turn", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(turn, fcntl.LOCK_EX)
    info["turn"] = turn
    _held.turn = True


def _close_turn(_connection: Any, record: Any) -> None:
    turn = record.info.pop("turn", None)
    if turn is not None:
        os.close(turn)
        _held.turn = False


def _open_postgresql(connection: Any, _record: Any) -> None:
    was, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
    connection.autocommit = was


def _begin_postgresql(connection: Connection) -> None:
    if not _may_write.get():
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
