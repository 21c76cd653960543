"""The database: one base class, named constraints, safe settings of both engines, who may write.

A request that reads (GET, HEAD) runs in a transaction that cannot write and sees one snapshot. A
writing one sees what is committed, on both databases, until it locks a row or writes; on SQLite
that takes the write lock: what it reads from then on stands still, and it never fails half way.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar  # the DBAPI's own objects have no common type

import sqlalchemy as sa
from flask import Flask
from flask.globals import _cv_app  # asked many times a page; the public proxy takes longer
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, SessionTransaction
from sqlalchemy.types import TypeDecorator

from registry.core.errors import Occupied
from registry.core.language import _
from registry.core.turns import take_turn

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
T = TypeVar("T")
BUSY_SECONDS = 15
LOOKS, TURN = "looks", "turn"  # how a writing transaction of SQLite stands: not locked yet, locked
READS = ("SELECT", "WITH", "PRAGMA", "EXPLAIN")
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's
ADVISORY_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("number", type_=sa.Integer)))
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


SNAPSHOT = "snapshot"  # what was read once, in the context of the application: it has one session
NOTHING_READ: dict[Hashable, Any] = {}


def once_a_snapshot(name: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` reads; within one transaction that cannot write it is read once."""
    if _may_write.get():
        return make()
    here = _cv_app.get().g.__dict__
    read: dict[Hashable, Any] = here.get(SNAPSHOT, NOTHING_READ)
    if name in read:
        found: T = read[name]
        return found
    value = make()  # the first one begins the transaction
    if db.session().in_transaction():
        here.setdefault(SNAPSHOT, {})[name] = value
    return value


@event.listens_for(RegistrySession, "after_transaction_end")
def _forget_what_was_read(_session: Session, transaction: SessionTransaction) -> None:
    here = _cv_app.get(None)
    if transaction.parent is None and here is not None:
        here.g.__dict__.pop(SNAPSHOT, None)


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
    list of ids that they look into must fit into memory, or it is read again for each row. Proofs
    are shared by processes, so a statement keeps to one; and most pages are in memory by then.
    """
    connection = db.session.connection()
    if not is_sqlite(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL jit = off")
        connection.exec_driver_sql("SET LOCAL work_mem = '512MB'")
        connection.exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")
        connection.exec_driver_sql("SET LOCAL random_page_cost = 1.1")


@contextmanager
def going_in_order() -> Iterator[None]:
    """Let statements in this block go along indexes side by side, and make no tables of hashes.

    For those that want nearly every row, most in a group of its own. SQLite does it anyway.
    """
    connection = db.session.connection()
    ways = () if is_sqlite(connection) else ("enable_hashjoin", "enable_hashagg")
    for way in ways:
        connection.exec_driver_sql(f"SET LOCAL {way} = off")
    yield
    for way in ways:
        connection.exec_driver_sql(f"SET LOCAL {way} = DEFAULT")


def open_database(app: Flask) -> None:
    """Let an application have the databases that its configuration names."""
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            prepare_engine(engine)


def close_databases() -> None:
    """End this transaction and close every connection that is not at work elsewhere."""
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


def prepare_engine(engine: Engine) -> None:
    """Set the durability, foreign keys, time-outs and transaction starts of one engine."""
    event.listen(engine, "handle_error", _tell_waiting)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "before_cursor_execute", _before_statement)
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
    """Begin a transaction that reads; one that may write reads as it goes until it locks."""
    connection.exec_driver_sql("PRAGMA query_only=ON")
    if _may_write.get():
        connection.connection.info[LOOKS] = True
    else:
        connection.exec_driver_sql("BEGIN")


def _before_statement(
    connection: Connection,
    _cursor: Any,
    statement: str,
    _parameters: Any,
    context: Any,
    _many: bool,
) -> None:
    if LOOKS in connection.connection.info and _locks(statement, context):
        _begin_writing(connection)


def _locks(statement: str, context: Any) -> bool:
    """Say whether a statement writes, or is one that other databases lock rows by."""
    if not statement.lstrip().upper().startswith(READS):
        return True
    asked = getattr(getattr(context, "compiled", None), "statement", None)
    return getattr(asked, "_for_update_arg", None) is not None


def _begin_writing(connection: Connection) -> None:
    info = connection.connection.info
    del info[LOOKS]
    _take_turn(connection)
    connection.exec_driver_sql("PRAGMA query_only=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _take_turn(connection: Connection) -> None:
    """Wait in line for the write lock; SQLite's own waiting is unfair to the one who came first."""
    info = connection.connection.info
    name = connection.engine.url.database
    if TURN in info or not name or name == ":memory:":
        return
    if getattr(_held, TURN, False):
        raise RuntimeError("a second writing transaction in one thread would wait for the first")
    turn = take_turn(name, seconds=BUSY_SECONDS)
    if turn is None:
        raise _occupied()
    info[TURN] = turn
    _held.turn = True


def _occupied() -> Occupied:
    return Occupied(
        _("Somebody else has been writing for some time. Nothing of yours was done: try again.")
    )


def _close_turn(_connection: Any, record: Any) -> None:
    record.info.pop(LOOKS, None)
    turn = record.info.pop(TURN, None)
    if turn is not None:
        os.close(turn)
        _held.turn = False


def _tell_waiting(context: Any) -> None:
    """Say of a wait for a lock that came to its end what it is."""
    cause = context.original_exception
    is_sqlite_busy = getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    if is_sqlite_busy or getattr(cause, "sqlstate", "") == LOCK_NOT_AVAILABLE:
        raise _occupied() from cause


def take_lock(number: int) -> None:
    """Wait until no other transaction holds this lock, and hold it to the end of this one.

    On SQLite it is the write lock, whatever the number. Raise Occupied where that takes too long.
    """
    connection = db.session.connection()
    if not is_sqlite(connection):
        connection.execute(ADVISORY_LOCK, {"number": number})
    elif LOOKS in connection.connection.info:
        _begin_writing(connection)


def _open_postgresql(connection: Any, _record: Any) -> None:
    was, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'; SET datestyle = 'ISO'")  # a day as text is hashed
        cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
    connection.autocommit = was


def _begin_postgresql(connection: Connection) -> None:
    if not _may_write.get():
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
