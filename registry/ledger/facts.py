"""Facts and nets of subjects, read by plain selects after the lock, never from the session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar  # rows of a union of tables have no common type

import sqlalchemy as sa

from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryDistrict, RobotLot, RobotUnit, Standing
from registry.ledger.models import Posting
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE, EntryFacts, Key, RowFacts
from registry.programme.kinds import Kind

CHUNK = 5_000
BY_ENTERPRISE = tuple(kind.value for kind in COUNTED_BY_ENTERPRISE)


def subjects_of(entry_ids: Collection[int]) -> set[str]:
    """Name the subjects that these entries belong to, registered or void."""
    survivor = sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id)
    found: set[str] = set()
    for ids in chunks(entry_ids):
        rows = db.session.execute(
            sa.select(Entry.id, Entry.kind, survivor)
            .join(Enterprise, Entry.enterprise_id == Enterprise.id)
            .where(Entry.id.in_(ids))
        )
        found |= {subject_name(kind, entry_id, survivor_id) for entry_id, kind, survivor_id in rows}
    return found


def subject_name(kind: Kind, entry_id: int, survivor_id: int) -> str:
    """Return `<kind>:<entry>`, or `<kind>:<surviving enterprise>` where that is what counts."""
    return f"{kind.value}:{survivor_id if kind in COUNTED_BY_ENTERPRISE else entry_id}"


def load_facts(subjects: Collection[str]) -> dict[str, list[EntryFacts]]:
    """Load the registered entries of each subject."""
    entries = list(_entries_of(subjects))
    ids = [row.id for row in entries]
    districts, rows = _districts_of(ids), _rows_of(ids)
    facts: dict[str, list[EntryFacts]] = defaultdict(list)
    for row in entries:
        facts[subject_name(row.kind, row.id, row.survivor_id)].append(
            EntryFacts(
                entry_id=row.id,
                kind=row.kind,
                effective_on=row.effective_on,
                rank=row.rank,
                revoked_on=row.revoked_on,
                districts=tuple(districts[row.id]),
                rows=tuple(rows[row.id]),
            )
        )
    return facts


def load_nets(subjects: Collection[str], *, programme_id: int) -> dict[str, dict[Key, int]]:
    """Load what is posted of each subject, summed by key, zeros dropped."""
    nets: dict[str, dict[Key, int]] = defaultdict(dict)
    for names in chunks(subjects):
        key = (Posting.effective_on, Posting.district_id, Posting.measure, Posting.entry_id)
        rows = db.session.execute(
            sa.select(Posting.subject, *key, sa.func.sum(Posting.quantity))
            .where(Posting.subject.in_(names), Posting.programme_id == programme_id)
            .group_by(Posting.subject, *key)
            .having(sa.func.sum(Posting.quantity) != 0)
        )
        for subject, effective_on, district_id, measure, entry_id, quantity in rows:
            nets[subject][Key(effective_on, district_id, measure, entry_id)] = int(quantity)
    return nets


def _entries_of(subjects: Collection[str]) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    by_enterprise, by_entry = _split(subjects)
    survivor = sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id).label("survivor_id")
    found = (
        sa.select(Entry.id, Entry.kind, Entry.effective_on, Entry.rank, Entry.revoked_on, survivor)
        .join(Enterprise, Entry.enterprise_id == Enterprise.id)
        .where(Entry.standing == Standing.REGISTERED)
        .order_by(Entry.id)
    )
    for ids in chunks(by_entry):
        yield from db.session.execute(found.where(Entry.id.in_(ids)))
    for ids in chunks(by_enterprise):
        of_firm = sa.or_(Enterprise.id.in_(ids), Enterprise.merged_into_id.in_(ids))
        yield from db.session.execute(found.where(Entry.kind.in_(COUNTED_BY_ENTERPRISE), of_firm))


def _split(subjects: Collection[str]) -> tuple[list[int], list[int]]:
    """Part the subjects into ids of enterprises and ids of entries."""
    by_enterprise: list[int] = []
    by_entry: list[int] = []
    for subject in sorted(subjects):
        kind, _, number = subject.partition(":")
        (by_enterprise if kind in BY_ENTERPRISE else by_entry).append(int(number))
    return by_enterprise, by_entry


def _districts_of(entry_ids: Sequence[int]) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for ids in chunks(entry_ids):
        rows = db.session.execute(
            sa.select(EntryDistrict.entry_id, EntryDistrict.from_on, EntryDistrict.district_id)
            .where(EntryDistrict.entry_id.in_(ids))
            .order_by(EntryDistrict.entry_id, EntryDistrict.from_on)
        )
        for entry_id, from_on, district_id in rows:
            found[entry_id].append((from_on, district_id))
    return found


def _rows_of(entry_ids: Sequence[int]) -> dict[int, list[RowFacts]]:
    """Load robots, units of equal span and measure added up."""
    found: dict[int, list[RowFacts]] = defaultdict(list)
    units = _spans(RobotUnit, sa.func.count()).where(RobotUnit.is_registered)
    lots = _spans(RobotLot, sa.func.sum(RobotLot.quantity))
    for ids in chunks(entry_ids):
        for source, model in ((units, RobotUnit), (lots, RobotLot)):
            for row in db.session.execute(source.where(model.entry_id.in_(ids))):
                entry_id, measure, from_on, until_on, retired, quantity = row
                found[entry_id].append(
                    RowFacts(measure, int(quantity), from_on, until_on, bool(retired))
                )
    return found


def _spans(
    model: type[RobotUnit | RobotLot], quantity: sa.Function[int]
) -> sa.Select[*tuple[Any, ...]]:
    span = (model.entry_id, model.measure, model.from_on, model.until_on, model.retired)
    return sa.select(*span, quantity).group_by(*span).order_by(*span)


Item = TypeVar("Item")


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Part what would be too many parameters of one statement."""
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
