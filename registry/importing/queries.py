"""Imports made so far, what each brought, and what taking one back would concern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.accounts.models import User
from registry.core.database import db
from registry.core.errors import NotFound
from registry.entries.models import Entry, EntryDistrict, EntryTitle
from registry.importing.models import Batch, ImportedRow
from registry.importing.reports import Undoing
from registry.ledger.models import Event
from registry.programme.kinds import Kind

PAGE_ROWS = 50


def list_batches(*, before: int | None = None) -> Sequence[sa.Row[Batch, str]]:
    """List imports with the name of who made each, the newest first, one page below a number."""
    found = (
        sa.select(Batch, User.name)
        .outerjoin(User, User.id == Batch.imported_by_id)
        .order_by(Batch.id.desc())
        .limit(PAGE_ROWS + 1)
    )
    if before is not None:
        found = found.where(Batch.id < before)
    return db.session.execute(found).all()


def find_batch(batch_id: int | None) -> Batch | None:
    """Return an import, if there is one of this number."""
    return db.session.get(Batch, batch_id) if batch_id is not None else None


def list_rows(batch_id: int, *, after: int) -> Sequence[tuple[ImportedRow, Entry | None]]:
    """List the rows of an import with the entry each became, one page after a row."""
    found = (
        sa.select(ImportedRow, Entry)
        .outerjoin(Entry, Entry.id == ImportedRow.entry_id)
        .options(joinedload(Entry.enterprise), joinedload(Entry.district))
        .where(ImportedRow.batch_id == batch_id, ImportedRow.row > after)
        .order_by(ImportedRow.row)
        .limit(PAGE_ROWS + 1)
    )
    return [(row, entry) for row, entry in db.session.execute(found)]


def get_batch(batch_id: int) -> Batch:
    """Return an import as it stands now; raise NotFound."""
    batch = db.session.get(Batch, batch_id, populate_existing=True)
    if batch is None:
        raise NotFound
    return batch


def get_importer(batch: Batch) -> str:
    """Return the name of the person who made an import; empty for the command line."""
    user = db.session.get(User, batch.imported_by_id) if batch.imported_by_id else None
    return user.name if user is not None else ""


def count_entries(batch_id: int) -> dict[Kind, int]:
    """Count what an import added, by kind."""
    found = (
        sa.select(Entry.kind, sa.func.count())
        .where(Entry.batch_id == batch_id)
        .group_by(Entry.kind)
    )
    counted = {row.kind: row[1] for row in db.session.execute(found)}
    return {kind: counted[kind] for kind in Kind if kind in counted}


def describe_undoing(batch_id: int) -> Undoing:
    """Say what taking an import back would concern."""
    return Undoing(
        batch_id=batch_id,
        entries=_count(sa.select(Entry.id).where(Entry.batch_id == batch_id)),
        titles=_count(
            sa.select(EntryTitle.id)
            .join(Entry, Entry.id == EntryTitle.entry_id)
            .where(EntryTitle.batch_id == batch_id, Entry.batch_id.is_distinct_from(batch_id))
        ),
        changed=_list_changed(batch_id),
        relying=_list_relying(batch_id),
    )


def _count(found: sa.Select[int]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def _list_changed(batch_id: int) -> Sequence[tuple[str, Sequence[str]]]:
    """List the entries to which something happened since; the import's own event names no entry."""
    what: dict[str, set[str]] = defaultdict(set)
    events = (
        sa.select(Entry.number, Event.type)
        .join(Event, Event.entry_id == Entry.id)
        .where(Entry.batch_id == batch_id)
    )
    for number, type_ in db.session.execute(events):
        what[number or ""].add(type_)
    revoked = sa.select(Entry.number).where(
        Entry.batch_id == batch_id, Entry.revoked_on.is_not(None)
    )
    moved = (
        sa.select(Entry.number)
        .join(EntryDistrict, EntryDistrict.entry_id == Entry.id)
        .where(Entry.batch_id == batch_id)
        .group_by(Entry.number)
        .having(sa.func.count() > 1)
    )
    for type_, found in (("revoked", revoked), ("relocated", moved)):
        for number in db.session.scalars(found):
            what[number or ""].add(type_)
    return [(number, sorted(types)) for number, types in sorted(what.items())]


def _list_relying(batch_id: int) -> Sequence[tuple[int, int]]:
    found = (
        sa.select(ImportedRow.batch_id, ImportedRow.row)
        .join(Entry, Entry.id == ImportedRow.entry_id)
        .where(
            Entry.batch_id == batch_id,
            ImportedRow.batch_id != batch_id,
            ImportedRow.is_standing,
        )
        .order_by(ImportedRow.batch_id, ImportedRow.row)
    )
    return [(batch, row) for batch, row in db.session.execute(found)]
