"""Backup and restore: one tar file with the database as of one moment and the files it speaks of.

The database is read in one snapshot while the service goes on; files are only ever added, so those
read afterwards are complete. Restoring wants an empty database of the same kind.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from registry.core.database import Base
from registry.core.errors import Invalid
from registry.core.language import _

VERSION = 1
MANIFEST = "manifest.json"
SQLITE_FILE = "database.sqlite"
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: the kind of database, its schema, and the SHA-256 of every member."""

    version: int
    kind: str
    schema: str
    hashes: dict[str, str]


def write_archive(engine: Engine, *, files: Path, target: Path) -> None:
    """Write database and files to `target`, complete or not at all."""
    part = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = _dump_sqlite if engine.dialect.name == "sqlite" else _dump_postgresql
        schema, members = dump(engine, Path(folder))
        stored = [
            (f"files/{path.name}", path) for path in sorted(files.glob("*")) if path.is_file()
        ]
        hashes = {name: hash_file(path) for name, path in (*members, *stored)}
        manifest = Manifest(VERSION, engine.dialect.name, schema, hashes)
        with tarfile.open(part, "w") as archive:
            _add_text(archive, MANIFEST, json.dumps(asdict(manifest)))
            for name, path in (*members, *stored):
                archive.add(path, arcname=name, recursive=False)
    part.replace(target)


def read_manifest(source: Path) -> Manifest:
    """Return what an archive says of itself; raise Invalid where it is none of ours."""
    try:
        with tarfile.open(source) as archive:
            member = archive.extractfile(MANIFEST)
            return Manifest(**json.load(member)) if member else _not_ours()
    except (OSError, tarfile.TarError, KeyError, TypeError, ValueError):
        return _not_ours()


def _not_ours() -> Manifest:
    raise Invalid(
        _("This file is not a backup of a register. Give a file that `registry backup` wrote.")
    )


def unpack_archive(source: Path, *, folder: Path) -> Manifest:
    """Unpack an archive and check every member's hash; raise Invalid for one that differs."""
    manifest = read_manifest(source)
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    for name, expected in manifest.hashes.items():
        path = folder / name
        if not path.is_file() or hash_file(path) != expected:
            raise Invalid(_("The backup is damaged: %(name)s is not what was written.", name=name))
    return manifest


def load_sqlite(engine: Engine, *, folder: Path) -> None:
    """Put the unpacked SQLite database in place of an empty one."""
    source = sqlite3.connect(folder / SQLITE_FILE)
    target = sqlite3.connect(str(engine.url.database))
    with source, target:
        source.backup(target)
    source.close()
    target.close()


def load_postgresql(engine: Engine, *, folder: Path) -> None:
    """Copy the unpacked rows into the tables of an empty schema and set its sequences."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        for table in Base.metadata.sorted_tables:
            _copy_in(connection, table, folder / f"tables/{table.name}.copy")
        for table in Base.metadata.sorted_tables:
            _set_sequence(connection, table)


def is_empty(engine: Engine) -> bool:
    """Say whether the database holds no table of ours with a row in it."""
    present = set(sa.inspect(engine).get_table_names())
    with engine.connect() as connection:
        return not any(
            connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            for table in Base.metadata.sorted_tables
            if table.name in present
        )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


Members = Sequence[tuple[str, Path]]


def _dump_sqlite(engine: Engine, folder: Path) -> tuple[str, Members]:
    copy = folder / SQLITE_FILE
    source = sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    with target:
        source.backup(target)
    schema = target.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    source.close()
    target.close()
    return schema, [(SQLITE_FILE, copy)]


def _dump_postgresql(engine: Engine, folder: Path) -> tuple[str, Members]:
    members = []
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        schema = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        for table in Base.metadata.sorted_tables:
            path = folder / f"{table.name}.copy"
            _copy_out(connection, table, path)
            members.append((f"tables/{table.name}.copy", path))
        connection.rollback()
    return str(schema), members


def _copy_out(connection: Connection, table: sa.Table, path: Path) -> None:
    statement = f'COPY "{table.name}" ({_columns(table.columns)}) TO STDOUT'
    cursor = connection.connection.cursor()
    with path.open("wb") as file, cursor.copy(statement) as copy:
        for block in copy:
            file.write(block)


def _copy_in(connection: Connection, table: sa.Table, path: Path) -> None:
    statement = f'COPY "{table.name}" ({_columns(table.columns)}) FROM STDIN'
    cursor = connection.connection.cursor()
    with path.open("rb") as file, cursor.copy(statement) as copy:
        while block := file.read(BLOCK):
            copy.write(block)


def _set_sequence(connection: Connection, table: sa.Table) -> None:
    column = table.autoincrement_column
    if column is None:
        return
    name = connection.exec_driver_sql(
        "SELECT pg_get_serial_sequence(%s, %s)", (f'"{table.name}"', column.name)
    ).scalar()
    highest = connection.execute(sa.select(sa.func.max(column))).scalar()
    if name and highest is not None:
        connection.exec_driver_sql("SELECT setval(%s, %s)", (name, highest))


def _columns(columns: Iterable[sa.Column[object]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    content = text.encode()
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
