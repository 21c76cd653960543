"""Write a plan into the register in bulk, within a ledger deed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any  # the rows of many tables

import sqlalchemy as sa

from registry.core.database import Base, db
from registry.districts.queries import list_districts
from registry.enterprises.models import Enterprise
from registry.entries.models import (
    Entry,
    EntryDistrict,
    EntryTitle,
    RobotDeployment,
    RobotLot,
    RobotUnit,
    Standing,
    UnitStatus,
)
from registry.entries.service import Numbers, new_certificate_code, next_rank
from registry.importing.columns import WITH_ROBOTS
from registry.importing.matching import Firm
from registry.importing.models import Batch, ImportedRow
from registry.importing.planning import NewEntry, Plan
from registry.importing.rows import Row
from registry.ledger.facts import chunks

Record = dict[str, Any]


def store(plan: Plan, *, batch: Batch, at: datetime) -> list[int]:
    """Write everything that is new; return the ids of the entries whose count this may change."""
    _store_enterprises(plan, at=at)
    _store_entries(plan.entries, batch=batch, at=at)
    _insert(EntryDistrict, (_district_record(new) for new in plan.entries))
    _store_robots([new for new in plan.entries if new.row.kind in WITH_ROBOTS])
    titles = [_title(new.row, new.known.id, new.known.effective_on) for new in plan.entries]
    titles += [_title(new.row, new.entry.id, new.effective_on) for new in plan.titles]
    _insert(
        EntryTitle,
        (
            {**title, "batch_id": batch.id}
            for title in titles
            if title["level"] or title["document"]
        ),
    )
    _insert(
        ImportedRow,
        (_row_record(row, known.id if known else None, batch=batch) for row, known in plan.taken),
    )
    return [new.known.id for new in plan.entries if new.known.id is not None]


def fingerprint(rows: Iterable[Row]) -> str:
    """Return one hash over what all rows said, for the event of the import."""
    return hashlib.sha256("".join(row.content for row in rows).encode()).hexdigest()


def _store_enterprises(plan: Plan, *, at: datetime) -> None:
    created: list[Record] = []
    for firm in plan.completed:
        db.session.execute(
            sa.update(Enterprise).where(Enterprise.id == firm.id).values(uscc=firm.uscc)
        )
    for firm, id_ in zip(plan.new_firms, _new_ids(Enterprise, len(plan.new_firms)), strict=True):
        firm.id = id_
        created.append(
            {
                "id": id_,
                "name": firm.name,
                "name_key": firm.name_key,
                "uscc": firm.uscc,
                "created_at": at,
            }
        )
    _insert(Enterprise, created)


def _store_entries(entries: Sequence[NewEntry], *, batch: Batch, at: datetime) -> None:
    codes = {place.id: place.code for place in list_districts()}
    numbers, first_rank = Numbers(), next_rank()
    common = {"batch_id": batch.id, "created_at": at}
    for new, id_ in zip(entries, _new_ids(Entry, len(entries)), strict=True):
        new.known.id = id_
    _insert(
        Entry,
        (
            _entry_record(new, rank=first_rank + place, numbers=numbers, codes=codes) | common
            for place, new in enumerate(entries)
        ),
    )


def _entry_record(
    new: NewEntry, *, rank: int, numbers: Numbers, codes: Mapping[int, str]
) -> Record:
    row, effective_on = new.row, new.known.effective_on
    return {
        "id": new.known.id,
        "kind": row.kind,
        "enterprise_id": _id_of(new.firm),
        "district_id": row.district_id,
        "title": row.title,
        "title_key": row.title_key,
        "standing": Standing.REGISTERED,
        "effective_on": effective_on,
        "precision": row.decided.precision,
        "rank": rank,
        "number": numbers.take(
            row.kind, effective_on=effective_on, district_code=codes[row.district_id]
        ),
        "certificate_code": new_certificate_code(),
        "document": row.document,
    }


def _id_of(firm: Firm) -> int:
    if firm.id is None:
        raise LookupError(firm.name)
    return firm.id


def _district_record(new: NewEntry) -> Record:
    return {
        "entry_id": new.known.id,
        "from_on": new.known.effective_on,
        "district_id": new.row.district_id,
    }


def _store_robots(entries: Sequence[NewEntry]) -> None:
    _insert(RobotDeployment, ({"entry_id": new.known.id} for new in entries))
    _insert(
        RobotLot,
        (
            {
                "entry_id": new.known.id,
                "measure": new.row.measure,
                "quantity": new.row.quantity,
                "from_on": new.known.effective_on,
            }
            for new in entries
            if not new.serials
        ),
    )
    _insert(RobotUnit, (record for new in entries for record in _unit_records(new)))


def _unit_records(new: NewEntry) -> Iterable[Record]:
    for position, serial in enumerate(new.serials, start=1):
        yield {
            "entry_id": new.known.id,
            "position": position,
            "brand": serial.brand,
            "serial_no": serial.serial_no,
            "serial_key": serial.key,
            "robot_type": new.row.robot_type,
            "measure": new.row.measure,
            "status": UnitStatus.IN_USE,
            "is_registered": True,
            "from_on": new.known.effective_on,
        }


def _title(row: Row, entry_id: int | None, decided_on: date) -> Record:
    return {
        "entry_id": entry_id,
        "level": row.level,
        "document": row.document,
        "decided_on": decided_on,
    }


def _row_record(row: Row, entry_id: int | None, *, batch: Batch) -> Record:
    return {
        "batch_id": batch.id,
        "row": row.number,
        "source": batch.source,
        "source_ref": row.source_ref,
        "content_hash": row.content,
        "entry_id": entry_id,
    }


def _insert(model: type[Base], records: Iterable[Record]) -> None:
    table: Any = model.__table__  # past the object mapper: half the time
    for chunk in chunks(records):
        db.session.execute(sa.insert(table), chunk)


def _new_ids(model: type[Enterprise | Entry], count: int) -> Sequence[int]:
    """Take ids beforehand: the rows that hang on them can then be written in bulk as well."""
    if db.session.get_bind().dialect.name != "postgresql":
        last = db.session.scalar(sa.select(sa.func.max(model.id))) or 0
        return range(last + 1, last + 1 + count)
    sequence = sa.func.pg_get_serial_sequence(model.__tablename__, "id")
    numbers = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, count))
    return db.session.scalars(numbers).all() if count else []
