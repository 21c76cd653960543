"""Backup and restore: one tar file with the database as of one moment and the files it speaks of.

The database is read in one snapshot while the service goes on; files are only ever added, so those
read afterwards are complete. Restoring wants an empty database of the same kind.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from registry.core.errors import Invalid
from registry.core.language import _

VERSION = 1
VERSION_TABLE = "alembic_version"
MANIFEST = "manifest.json"
SQLITE_FILE = "database.sqlite"
BLOCK = 1024 * 1024
MEMBER = re.compile(r"database\.sqlite|tables/[a-z_]+\.copy|files/[0-9A-Za-z_-]+")

Members = Sequence[tuple[str, Path]]


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: the kind of database, its schema, and the SHA-256 of every member."""

    version: int
    kind: str
    schema: str
    hashes: dict[str, str]


def write_archive(engine: Engine, *, files: Path, target: Path) -> None:
    """Write database and files to `target`, readable by its owner only, complete or not at all."""
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            part.touch(mode=0o600)
            _write_tar(engine, Path(folder), files=files, part=part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_tar(engine: Engine, folder: Path, *, files: Path, part: Path) -> None:
    dump = _dump_sqlite if engine.dialect.name == "sqlite" else _dump_postgresql
    schema, members = dump(engine, folder)
    hashes = {}
    with tarfile.open(part, "w") as archive:
        for name, path in (*members, *_list_files(files)):
            try:
                archive.add(path, arcname=name, recursive=False)
                hashes[name] = hash_file(path)
            except FileNotFoundError:  # swept meanwhile: no row of the snapshot speaks of it
                continue
        manifest = Manifest(VERSION, engine.dialect.name, schema, hashes)
        _add_text(archive, MANIFEST, json.dumps(asdict(manifest)))


def _list_files(files: Path) -> Members:
    """List the files that are whole; one on its way in has an ending to its name."""
    whole = (path for path in sorted(files.glob("*")) if path.is_file() and not path.suffix)
    return [(f"files/{path.name}", path) for path in whole if not path.name.startswith(".")]


def read_manifest(source: Path) -> Manifest:
    """Return what an archive says of itself; raise Invalid where it is none of ours."""
    try:
        with tarfile.open(source) as archive:
            member = archive.extractfile(MANIFEST)
            manifest = Manifest(**json.load(member)) if member else None
    except (tarfile.TarError, EOFError, KeyError, TypeError, ValueError, zlib.error):
        manifest = None
    if manifest is None or not _is_ours(manifest):
        raise Invalid(
            _("This file is not a backup of a register. Give a file that `registry backup` wrote.")
        )
    return manifest


def _is_ours(manifest: Manifest) -> bool:
    if manifest.version != VERSION or not isinstance(manifest.hashes, dict):
        return False
    return all(MEMBER.fullmatch(name) for name in manifest.hashes)


def unpack_archive(source: Path, *, folder: Path) -> Manifest:
    """Unpack the members an archive speaks of and check their hashes; raise Invalid otherwise."""
    manifest = read_manifest(source)
    with tarfile.open(source) as archive:
        for name, expected in manifest.hashes.items():
            try:
                member = archive.getmember(name)
                archive.extract(member, folder, filter="data")
                is_whole = member.isreg() and hash_file(folder / name) == expected
            except (tarfile.TarError, KeyError, OSError):
                is_whole = False
            if not is_whole:
                raise Invalid(
                    _("The backup is damaged: %(name)s is not what was written.", name=name)
                )
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
    tables = _tables_of(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        for table in tables:
            _copy_in(connection, table, folder / f"tables/{table.name}.copy")
        for table in tables:
            _set_sequence(connection, table)


def _tables_of(engine: Engine) -> Sequence[sa.Table]:
    """List the tables as the database has them, which may be older than the models."""
    found = sa.MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def is_empty(engine: Engine) -> bool:
    """Say whether no table of the database, ours or not, has a row in it."""
    names = set(sa.inspect(engine).get_table_names()) - {VERSION_TABLE}
    with engine.connect() as connection:
        return not any(
            connection.execute(
                sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)
            ).first()
            for name in sorted(names)
        )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


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
        for table in _tables_of(engine):
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
    return ", ".join(sorted(f'"{column.name}"' for column in columns))


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    content = text.encode()
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
