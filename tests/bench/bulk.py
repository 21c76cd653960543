"""Rows for many tables at once, past the mappers: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol  # a row holds what a driver takes: texts, whole numbers, None

import psycopg
import sqlalchemy as sa

PART = 50_000
Row = tuple[Any, ...]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "enterprise": "id uscc name name_key district_id industry address employees revenue_wan"
        " founded_on legal_representative contact_name contact_phone created_at",
        "user": "id email name role district_id enterprise_id right membership password_hash"
        " email_confirmed_at language created_at",
        "batch": "id source file_name file_hash row_count imported_at undone_at",
        "entry": "id kind enterprise_id district_id title title_key effects standing is_asked"
        " effective_on precision rank revoked_on number certificate_code document batch_id"
        " created_at",
        "entry_district": "entry_id from_on district_id",
        "robot_deployment": "entry_id",
        "robot_lot": "entry_id measure quantity from_on until_on retired",
        "robot_unit": "entry_id position brand serial_no serial_key robot_type is_new status"
        " measure is_registered from_on until_on retired",
        "application": "id number kind enterprise_id district_id entry_id status version form"
        " review quantity started_by_id started_at saved_at filings_count first_filed_at filed_at"
        " decided_at due_on holder_id held_at",
        "filing": "application_id number form enterprise files hash filed_by_id filed_at",
        "seal": "sequence recorded_at actor_id cause rows previous hash",
        "event": "sequence position application_id entry_id batch_id type payload digest",
        "posting": "sequence position programme_id subject measure district_id entry_id"
        " effective_on quantity digest",
    }.items()
}
NUMBERED = ("enterprise", "user", "batch", "entry", "robot_lot", "robot_unit", "application")


class Sink(Protocol):
    """Writes rows of one table."""

    def write(self, table: str, rows: list[Row]) -> None: ...


class Bulk:
    """Gathers rows and writes them in large parts; without keys being looked up on the way."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.waiting: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, row: Row) -> None:
        """Take one row, its values in the order of COLUMNS."""
        rows = self.waiting[table]
        rows.append(row)
        if len(rows) >= PART:
            self.sink.write(table, rows)
            rows.clear()

    def finish(self) -> None:
        """Write what is left."""
        for table, rows in self.waiting.items():
            self.sink.write(table, rows)
            rows.clear()


class SqliteSink:
    """A connection that need not survive a loss of power while it seeds."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def write(self, table: str, rows: list[Row]) -> None:
        columns = ", ".join(f'"{name}"' for name in COLUMNS[table])
        marks = ", ".join("?" for _ in COLUMNS[table])
        self.connection.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', rows)


class PostgresqlSink:
    """A connection on which foreign keys and triggers rest while it seeds."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def write(self, table: str, rows: list[Row]) -> None:
        columns = ", ".join(f'"{name}"' for name in COLUMNS[table])
        command = f'COPY "{table}" ({columns}) FROM STDIN'
        with self.connection.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def bulk_writer(database_url: str, *, is_empty: bool) -> Iterator[Bulk]:
    """Write into a register; the indexes of an empty one are built when all rows are there."""
    address = sa.make_url(database_url)
    if address.drivername.startswith("sqlite"):
        with _sqlite(str(address.database), is_empty=is_empty) as bulk:
            yield bulk
        return
    with _postgresql(address, is_empty=is_empty) as bulk:
        yield bulk


@contextmanager
def _sqlite(path: str, *, is_empty: bool) -> Iterator[Bulk]:
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("BEGIN IMMEDIATE")
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    indexes = connection.execute(found).fetchall() if is_empty else []
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    bulk = Bulk(SqliteSink(connection))
    yield bulk
    bulk.finish()
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("COMMIT")
    if is_empty:
        connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@contextmanager
def _postgresql(address: sa.URL, *, is_empty: bool) -> Iterator[Bulk]:
    parts = f"host={address.query['host']} dbname={address.database} user={address.username}"
    with psycopg.connect(parts) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute("SET maintenance_work_mem = '256MB'")
        found = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname"
            " NOT IN (SELECT conname FROM pg_constraint)"
        )
        indexes = connection.execute(found).fetchall() if is_empty else []
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        bulk = Bulk(PostgresqlSink(connection))
        yield bulk
        bulk.finish()
        for _, statement in indexes:
            connection.execute(statement)
        for table in NUMBERED:
            counter = f"pg_get_serial_sequence('\"{table}\"', 'id')"
            connection.execute(f'SELECT setval({counter}, max(id)) FROM "{table}"')
    with psycopg.connect(parts, autocommit=True) as connection:
        if is_empty:
            connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
