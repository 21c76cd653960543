"""registry backup and restore: database and attachments in one file, checked when read back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade

from registry.cli.context import opened
from registry.config import Settings, read_settings
from registry.core import archive
from registry.core.database import db, reading
from registry.core.errors import Invalid
from registry.core.language import _
from registry.ledger.queries import read_head
from registry.ledger.verify import verify

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write database and attachments to FILE, while the register goes on serving."""
    settings = read_settings()
    file = file.absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    with opened(settings, writes=False):
        archive.write_archive(db.engine, files=settings.attachments_dir, target=file)
    click.echo(str(file))


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Read FILE back into an empty database of the same kind, and verify what was read."""
    settings = read_settings()
    with (
        opened(settings, writes=True),
        tempfile.TemporaryDirectory(dir=settings.data_dir) as folder,
    ):
        unpacked = Path(folder)
        manifest = _check(file, unpacked)
        if manifest.kind == "sqlite":
            db.engine.dispose()
            archive.load_sqlite(db.engine, folder=unpacked)
            upgrade()
        else:
            upgrade(revision=manifest.schema)
            archive.load_postgresql(db.engine, folder=unpacked)
            upgrade()
        _put_files(unpacked / "files", settings)
        _verify()


def _check(file: Path, unpacked: Path) -> archive.Manifest:
    manifest = archive.read_manifest(file)
    kind = current_app.extensions["sqlalchemy"].engine.dialect.name
    if manifest.kind != kind:
        raise Invalid(
            _(
                "The backup is of %(theirs)s, this database is %(ours)s. "
                "Set DATABASE_URL to one of the same kind.",
                theirs=manifest.kind,
                ours=kind,
            )
        )
    if not archive.is_empty(db.engine):
        raise Invalid(
            _("The database is not empty. Restore into an empty one; nothing was changed.")
        )
    return archive.unpack_archive(file, folder=unpacked)


def _put_files(unpacked: Path, settings: Settings) -> None:
    settings.attachments_dir.mkdir(parents=True, exist_ok=True)
    for path in unpacked.glob("*"):
        shutil.move(path, settings.attachments_dir / path.name)


def _verify() -> None:
    with reading():
        fault = verify()
        if fault is not None:
            raise Invalid(str(fault))
        head = read_head()
    click.echo(f"Restored and verified up to {head.sequence}:{head.hash}")
