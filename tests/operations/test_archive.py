"""Backup while the register is written to, and restore into an empty database of the same kind."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from registry.accounts.models import SignedIn, User
from registry.accounts.roles import Role
from registry.applications.attachments import attach
from registry.applications.workflow import Action
from registry.cli.context import opened
from registry.config import Settings, normalised_url
from registry.core.database import db
from registry.core.deeds import claim_key
from registry.demo.papers import make_pdf
from tests.applications.factories import a_claimed, a_draft, a_member, act, approval_of
from tests.factories import AT, a_district, a_user
from tests.operations.conftest import MakePlace
from tests.operations.place import Place, is_plain

LEDGER = ("seal", "event", "posting", "goal_version")


def settings_of(place: Place) -> Settings:
    url = normalised_url(place.url) or f"sqlite:///{place.folder / 'registry.sqlite'}"
    return Settings(
        database_url=url, data_dir=place.folder, secret_key="k" * 64, public_url="http://localhost"
    )


@contextmanager
def engine_of(place: Place) -> Iterator[Engine]:
    engine = sa.create_engine(settings_of(place).database_url, poolclass=sa.pool.NullPool)
    yield engine
    engine.dispose()


def count_rows(place: Place) -> dict[str, int]:
    with engine_of(place) as engine, engine.connect() as connection:
        names = sorted(sa.inspect(engine).get_table_names())
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
            for name in names
        }


def files_of(place: Place) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (place.folder / "attachments").glob("*")}


def write_once(place: Place) -> None:
    """Approve one case and begin another with a real file, as requests do."""
    with opened(settings_of(place), writes=True):
        officer = a_user(Role.OFFICER, district=a_district())
        case = a_claimed(officer)
        act(case, Action.APPROVE, by=officer, given=approval_of(case))
        member = a_member()
        draft = a_draft(member, with_files=False)
        attach(
            draft,
            io.BytesIO(make_pdf("invoice")),
            slot="invoice",
            name="发票.pdf",
            by=member,
            at=AT,
            folder=settings_of(place).attachments_dir,
        )
        claim_key(f"key-{draft.id}", user_id=officer.id, at=AT)
        db.session.commit()


@pytest.fixture
def filled(register: Place) -> Place:
    write_once(register)
    write_once(register)
    return register


def test_a_backup_taken_while_others_write_is_whole(
    filled: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    stop, written, faults = threading.Event(), [0], []

    def go_on() -> None:
        while not stop.is_set():
            try:
                write_once(filled)
            except Exception as fault:  # noqa: BLE001 - told by the test below
                faults.append(fault)
                return
            written[0] += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    taken = [filled.spawn("backup", tmp_path / f"{number}.tar") for number in range(3)]
    stop.set()
    writer.join()
    other = make_place()
    restored = other.run("restore", tmp_path / "2.tar")

    assert faults == []
    assert written[0] > 0
    assert [done.returncode for done in taken] == [0, 0, 0]
    assert (restored.returncode, restored.stderr) == (0, "")
    tally = other.tally()
    assert restored.stdout.split()[-1] == f"{tally['sequence']}:{tally['head']}"
    assert filled.run("verify", "--expect", restored.stdout.split()[-1]).returncode == 0


def test_what_is_restored_is_what_was_there(
    filled: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.tar"
    assert filled.run("backup", backup).returncode == 0
    other = make_place()

    done = other.run("restore", backup)

    assert (done.returncode, done.stderr) == (0, "")
    assert backup.stat().st_mode & 0o077 == 0
    assert other.tally() == filled.tally()
    assert count_rows(other) == count_rows(filled)
    assert count_rows(other)["done_deed"] == 2
    assert files_of(other) == files_of(filled)
    assert len(files_of(other)) == 2
    with engine_of(other) as engine:
        for table in LEDGER:
            with pytest.raises(sa.exc.IntegrityError, match="append-only"):
                _delete_all(engine, table)
    write_once(other)  # numbers of new rows go on after the old ones
    assert other.run("verify").returncode == 0


def test_nobody_is_signed_in_after_restoring(
    filled: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    with engine_of(filled) as engine, engine.begin() as connection:
        user_id = connection.scalar(sa.select(sa.func.min(User.id)))
        session = {"key_hash": "k" * 64, "user_id": user_id, "browser": ""}
        now = datetime.now(UTC)
        connection.execute(sa.insert(SignedIn).values(started_at=now, seen_at=now, **session))
    assert filled.run("backup", tmp_path / "backup.tar").returncode == 0
    other = make_place()

    assert other.run("restore", tmp_path / "backup.tar").returncode == 0

    assert (count_rows(filled)["signed_in"], count_rows(other)["signed_in"]) == (1, 0)


def _delete_all(engine: Engine, table: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.delete(sa.table(table)))


def test_restoring_into_a_register_is_refused(filled: Place, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    filled.run("backup", backup)
    before = filled.tally()

    done = filled.run("restore", backup)

    assert done.returncode == 1
    assert done.stderr == "数据库不是空的。请恢复到空数据库；未作任何改动。\n"
    assert filled.tally() == before


Change = Callable[[dict[str, bytes]], object]


def _alter(members: dict[str, bytes], name: str, **more: object) -> None:
    members[name] = json.dumps({**json.loads(members[name]), **more}).encode()


CHANGES: dict[str, Change] = {
    "without manifest": lambda members: members.pop("manifest.json"),
    "another version": lambda members: _alter(members, "manifest.json", version=99),
    "a newer schema": lambda members: _alter(members, "manifest.json", schema="9999"),
    "another kind": lambda members: _alter(members, "manifest.json", kind="oracle"),
    "one way out": lambda members: _alter(
        members, "manifest.json", hashes={"files/../../../out": "0" * 64}
    ),
    "a file less": lambda members: members.pop(
        next(name for name in members if name.startswith("files/"))
    ),
    "a file changed": lambda members: members.update(
        {next(name for name in members if name.startswith("files/")): b"other"}
    ),
}


def rewrite(backup: Path, target: Path, change: Change) -> None:
    with tarfile.open(backup) as old:
        names = old.getnames()
        members = {name: (old.extractfile(name) or io.BytesIO()).read() for name in names}
    change(members)
    with tarfile.open(target, "w") as new:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))


def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    filled: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.tar"
    filled.run("backup", backup)
    content = backup.read_bytes()
    bad = {name: tmp_path / f"{number}.tar" for number, name in enumerate(CHANGES)}
    for name, change in CHANGES.items():
        rewrite(backup, bad[name], change)
    parts = {"cut": content[: len(content) // 2], "empty": b"", "text": b"x" * 999}
    for name, part in parts.items():
        bad[name] = tmp_path / f"{name}.tar"
        bad[name].write_bytes(part)
    other = make_place()

    answers = {name: other.run("restore", file) for name, file in bad.items()}

    assert {name: done.returncode for name, done in answers.items()} == dict.fromkeys(bad, 1)
    assert [name for name, done in answers.items() if not is_plain(done)] == []
    assert files_of(other) == {}
    assert other.run("restore", backup).returncode == 0
    assert other.tally() == filled.tally()


def test_a_way_out_of_the_folder_leads_nowhere(
    filled: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    backup, other = tmp_path / "backup.tar", make_place()
    filled.run("backup", backup)
    with tarfile.open(backup, "a") as archive:
        info = tarfile.TarInfo("../../out")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"out"))

    done = other.run("restore", backup)

    assert done.returncode == 0
    assert list(tmp_path.rglob("out")) == []


def test_figures_that_do_not_hold_are_not_restored(
    filled: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    with engine_of(filled) as engine, engine.begin() as connection:
        connection.execute(sa.text("UPDATE cell SET total = total + 1"))
    backup, other = tmp_path / "backup.tar", make_place()
    assert filled.run("backup", backup).returncode == 0

    done = other.run("restore", backup)

    assert (done.returncode, is_plain(done)) == (1, True)
    assert files_of(other) == {}
    with engine_of(other) as engine:
        assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    assert other.run("init").returncode == 0
