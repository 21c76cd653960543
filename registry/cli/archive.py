"""registry backup and restore: database and attachments in one file, checked when read back."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from registry.accounts.sessions import end_every_session
from registry.cli.context import opened
from registry.config import read_settings
from registry.core import archive
from registry.core.database import db, reading
from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.migrations import downgrade, upgrade
from registry.core.schema import is_known
from registry.ledger.verify import verify

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command()
@click.argument("file", type=NEW_FILE)
def backup(file: Path) -> None:
    """Write database and attachments to FILE.

    The register goes on serving meanwhile.
    """
    settings = read_settings()
    file = file.absolute()
    with opened(settings, writes=False):
        file.parent.mkdir(parents=True, exist_ok=True)
        archive.write_archive(db.engine, files=settings.attachments_dir, target=file)
    click.echo(str(file))


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Read a backup into an empty database.

    It must be of the same kind. What was read is verified; where it does not hold, nothing is kept.
    """
    settings = read_settings()
    with ExitStack() as stack:
        stack.enter_context(opened(settings, writes=True, sets_up=True))
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=settings.data_dir))
        manifest = _check(file, Path(folder))
        undoing = stack.enter_context(ExitStack())
        undoing.callback(_empty)
        _put_files(Path(folder) / "files", settings.attachments_dir, undoing)
        _load(manifest, Path(folder))
        head = _verify()
        end_every_session()  # one that was ended after the backup would be alive again
        db.session.commit()
        undoing.pop_all()
        click.echo(_("Restored and verified up to %(head)s", head=head))


def _check(file: Path, unpacked: Path) -> archive.Manifest:
    manifest = archive.read_manifest(file)
    kind = db.engine.dialect.name
    if manifest.kind != kind:
        raise Invalid(
            _(
                "The backup is of %(theirs)s, this database is %(ours)s. "
                "Set DATABASE_URL to one of the same kind.",
                theirs=manifest.kind,
                ours=kind,
            )
        )
    if not is_known(manifest.schema):
        raise Invalid(
            _("A newer version of the register wrote this backup. Please install that version.")
        )
    if not archive.is_empty(db.engine):
        raise Invalid(
            _("The database is not empty. Restore into an empty one; nothing was changed.")
        )
    return archive.unpack_archive(file, folder=unpacked)


def _load(manifest: archive.Manifest, unpacked: Path) -> None:
    if manifest.kind == "sqlite":
        db.engine.dispose()
        archive.load_sqlite(db.engine, folder=unpacked)
    else:
        upgrade(revision=manifest.schema)
        archive.load_postgresql(db.engine, folder=unpacked)
    upgrade()


def _put_files(unpacked: Path, target: Path, undoing: ExitStack) -> None:
    """Put the files before their rows: cut off in between, no row would lack its file."""
    target.mkdir(parents=True, exist_ok=True)
    for path in unpacked.glob("*"):
        undoing.callback((target / path.name).unlink, missing_ok=True)
        shutil.move(path, target / path.name)


def _empty() -> None:
    """Leave nothing half restored."""
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        downgrade(revision="base")
        return
    db.engine.dispose()
    for ending in ("", "-wal", "-shm"):
        Path(f"{db.engine.url.database}{ending}").unlink(missing_ok=True)


def _verify() -> str:
    with reading():
        report = verify()
        db.session.remove()
    if report.fault is not None:
        raise Invalid(str(report.fault))
    return f"{report.seals}:{report.head}"
