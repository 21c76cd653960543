"""Files handed in as proof: taken in, checked, kept under a name of our own, removed, swept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from registry.accounts.models import User
from registry.applications import policy
from registry.applications.files import (
    FILES_MOST,
    LARGEST,
    MEBIBYTE,
    check_content,
    clean_name,
    type_of,
)
from registry.applications.models import Application, Attachment
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, NotFound, WrongState
from registry.core.language import _

BLOCK = 256 * 1024
PART = ".part"
SWEPT = ".swept"
ORPHANS_AFTER = timedelta(days=1)


def attach(
    application: Application,
    stream: IO[bytes],
    *,
    slot: str,
    name: str,
    by: User,
    at: datetime,
    folder: Path,
) -> Attachment:
    """Take in one file; raise Invalid, with a plain sentence, for one that is not taken.

    The file stands under its own name before the row is committed: a row never lacks its file, and
    a file whose row was rolled back is swept later.
    """
    _check_open(application, by=by)
    name = clean_name(name)
    type_of(name)
    if _count(application.id, slot) >= FILES_MOST:
        raise Invalid(
            _(
                "There are %(most)s files here already. Please put more into one ZIP.",
                most=FILES_MOST,
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    stored_as = secrets.token_hex(24)
    part = folder / (stored_as + PART)
    try:
        size, digest = _copy(stream, part, name=name)
        kind = check_content(part, name)
        part.replace(folder / stored_as)
    finally:
        part.unlink(missing_ok=True)
    attachment = Attachment(
        application_id=application.id,
        slot=slot,
        name=name,
        content_type=kind.content_type,
        size=size,
        sha256=digest,
        stored_as=stored_as,
        uploaded_by_id=by.id,
        uploaded_at=at,
    )
    db.session.add(attachment)
    db.session.flush()
    return attachment


def remove(application: Application, attachment_id: int, *, by: User, at: datetime) -> Attachment:
    """Take a file off the form; what was filed with it stays with that filing."""
    _check_open(application, by=by)
    found = db.session.get(Attachment, attachment_id)
    if found is None or found.application_id != application.id or found.removed_at is not None:
        raise NotFound
    found.removed_at = at
    db.session.flush()
    return found


def sweep(folder: Path, *, at: datetime) -> int:
    """Delete files that no row speaks of, once they are a day old; return how many."""
    if not folder.is_dir():
        return 0
    old = [path for path in folder.iterdir() if path.name != SWEPT and _is_old(path, at=at)]
    known = set(
        db.session.scalars(
            sa.select(Attachment.stored_as).where(
                Attachment.stored_as.in_([path.name for path in old])
            )
        )
    )
    orphans = [path for path in old if path.name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def sweep_daily(folder: Path, *, at: datetime) -> int:
    """Sweep, unless that was done within a day; return how many files were deleted."""
    mark = folder / SWEPT
    if mark.exists() and not _is_old(mark, at=at):
        return 0
    mark.touch()
    return sweep(folder, at=at)


def _check_open(application: Application, *, by: User) -> None:
    if policy.may_edit(by, application):
        return
    if policy.may_apply(by) and application.enterprise_id == by.enterprise_id:
        raise WrongState(_("The application was filed meanwhile and cannot be changed now."))
    raise NotAllowed(_("Only members of the enterprise may put files to its application."))


def _copy(stream: IO[bytes], target: Path, *, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        while block := stream.read(BLOCK):
            size += len(block)
            if size > LARGEST:
                raise Invalid(
                    _(
                        "%(name)s was not taken: it is larger than %(most)s MB. "
                        "Please make it smaller or send it in parts.",
                        name=name,
                        most=LARGEST // MEBIBYTE,
                    )
                )
            digest.update(block)
            file.write(block)
    if not size:
        raise Invalid(_("%(name)s was not taken: it is empty.", name=name))
    return size, digest.hexdigest()


def _count(application_id: int, slot: str) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Attachment.application_id == application_id,
                Attachment.slot == slot,
                Attachment.removed_at.is_(None),
            )
        )
        or 0
    )


def _is_old(path: Path, *, at: datetime) -> bool:
    try:
        return path.stat().st_mtime < (at - ORPHANS_AFTER).timestamp()
    except OSError:
        return False
