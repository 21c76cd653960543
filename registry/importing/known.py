"""What the register knows of a list's enterprises: their entries, and rows taken before."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.entries.models import (
    Entry,
    EntryDistrict,
    EntryTitle,
    Precision,
    RobotLot,
    RobotUnit,
    Standing,
)
from registry.importing.models import ImportedRow
from registry.ledger.facts import chunks
from registry.programme.kinds import Kind, Level


@dataclass(eq=False)
class KnownEntry:
    """An entry that a row may mean: of the register (its id), or added by `row` of this list."""

    id: int | None
    firm_id: int | None
    kind: Kind
    title_key: str
    effective_on: date
    precision: Precision
    revoked_on: date | None = None
    number: str | None = None
    quantity: int = 0
    districts: set[int] = field(default_factory=set)
    levels: set[Level] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    serials: set[str] = field(default_factory=set)
    row: int = 0

    def add_title(self, level: Level | None, document: str | None) -> None:
        """Know one more title."""
        self.levels |= {level} if level is not None else set()
        self.documents |= {document} if document is not None else set()


@dataclass(frozen=True)
class TakenRow:
    """A row that was taken by an import that stands."""

    batch_id: int
    row: int
    content_hash: str


def load_entries(firm_ids: Collection[int]) -> dict[int, KnownEntry]:
    """Load the registered entries of these enterprises, with what tells one from another."""
    firm_id = sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id)
    columns = (
        Entry.id,
        firm_id,
        Entry.kind,
        Entry.title_key,
        sa.type_coerce(Entry.effective_on, sa.Date()),
        Entry.precision,
        Entry.revoked_on,
        Entry.number,
    )
    entries: dict[int, KnownEntry] = {}
    for ids in chunks(sorted(firm_ids)):
        rows = db.session.execute(
            sa.select(*columns)
            .join(Enterprise, Entry.enterprise_id == Enterprise.id)
            .where(
                sa.or_(Enterprise.id.in_(ids), Enterprise.merged_into_id.in_(ids)),
                Entry.standing == Standing.REGISTERED,
            )
            .order_by(Entry.rank)
        )
        entries |= {row[0]: KnownEntry(*row) for row in rows}
    for entry_ids in chunks(list(entries)):
        _add_places(entries, entry_ids)
        _add_robots(entries, entry_ids)
    return entries


def _add_places(entries: dict[int, KnownEntry], ids: Collection[int]) -> None:
    """Add every district where it ever stood, and the titles it has."""
    places = sa.select(EntryDistrict.entry_id, EntryDistrict.district_id)
    for entry_id, district_id in db.session.execute(places.where(EntryDistrict.entry_id.in_(ids))):
        entries[entry_id].districts.add(district_id)
    titles = sa.select(EntryTitle.entry_id, EntryTitle.level, EntryTitle.document)
    for entry_id, level, document in db.session.execute(titles.where(EntryTitle.entry_id.in_(ids))):
        entries[entry_id].add_title(level, document)


def _add_robots(entries: dict[int, KnownEntry], ids: Collection[int]) -> None:
    lots = sa.select(RobotLot.entry_id, RobotLot.quantity)
    for entry_id, quantity in db.session.execute(lots.where(RobotLot.entry_id.in_(ids))):
        entries[entry_id].quantity += quantity
    units = sa.select(RobotUnit.entry_id, RobotUnit.serial_key).where(RobotUnit.is_registered)
    for entry_id, serial_key in db.session.execute(units.where(RobotUnit.entry_id.in_(ids))):
        entries[entry_id].quantity += 1
        entries[entry_id].serials.add(serial_key)


def load_references(source: str, references: Iterable[str]) -> dict[str, TakenRow]:
    """Return the standing rows of one source that have these numbers of their own."""
    found: dict[str, TakenRow] = {}
    for chunk in chunks(references):
        rows = db.session.execute(
            sa.select(
                ImportedRow.source_ref,
                ImportedRow.batch_id,
                ImportedRow.row,
                ImportedRow.content_hash,
            ).where(
                ImportedRow.is_standing,
                ImportedRow.source == source,
                ImportedRow.source_ref.in_(chunk),
            )
        )
        found |= {row[0]: TakenRow(row[1], row[2], row[3]) for row in rows if row[0]}
    return found


def load_contents(contents: Iterable[str]) -> dict[str, int]:
    """Return which of these contents were taken before, and the entry each became."""
    found: dict[str, int] = {}
    for chunk in chunks(contents):
        rows = db.session.execute(
            sa.select(ImportedRow.content_hash, ImportedRow.entry_id).where(
                ImportedRow.is_standing, ImportedRow.content_hash.in_(chunk)
            )
        )
        found |= {content: entry_id for content, entry_id in rows if entry_id is not None}
    return found
