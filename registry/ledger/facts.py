"""Facts and nets of subjects, read by plain selects after the lock, never from the session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
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
WITH_ROWS = frozenset({Kind.ROBOT_DEPLOYMENT})

# The statements are built once: each deed runs them, and building costs more than running.
SURVIVOR = sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id)
IDS = sa.bindparam("ids", type_=sa.Integer, expanding=True)
NAMES = sa.bindparam("names", type_=sa.String, expanding=True)
SUBJECTS = (
    sa.select(Entry.id, Entry.kind, SURVIVOR)
    .join(Enterprise, Entry.enterprise_id == Enterprise.id)
    .where(Entry.id.in_(IDS))
)
REGISTERED = (
    sa.select(
        Entry.id,
        Entry.kind,
        Entry.effective_on,
        Entry.rank,
        Entry.revoked_on,
        SURVIVOR,
        EntryDistrict.from_on,
        EntryDistrict.district_id,
    )
    .join(Enterprise, Entry.enterprise_id == Enterprise.id)
    .join(EntryDistrict, EntryDistrict.entry_id == Entry.id)
    .where(Entry.standing == Standing.REGISTERED)
    .order_by(Entry.id, EntryDistrict.from_on)
)
BY_IDS = REGISTERED.where(Entry.id.in_(IDS))
RECORDS = sa.union_all(  # of the firms; an OR would make the database look at every entry
    sa.select(Enterprise.id).where(Enterprise.id.in_(IDS)),
    sa.select(Enterprise.id).where(Enterprise.merged_into_id.in_(IDS)),
)
OF_FIRMS = REGISTERED.where(Entry.kind.in_(COUNTED_BY_ENTERPRISE), Entry.enterprise_id.in_(RECORDS))
KEY = (Posting.effective_on, Posting.district_id, Posting.measure, Posting.entry_id)
NETS = (
    sa.select(Posting.subject, *KEY, sa.func.sum(Posting.quantity))
    .where(Posting.subject.in_(NAMES), Posting.programme_id == sa.bindparam("programme"))
    .group_by(Posting.subject, *KEY)
    .having(sa.func.sum(Posting.quantity) != 0)
)


def subjects_of(entry_ids: Collection[int]) -> set[str]:
    """Name the subjects that these entries belong to, registered or void."""
    connection = db.session.connection()
    return {
        subject_name(kind, entry_id, survivor_id)
        for ids in chunks(entry_ids)
        for entry_id, kind, survivor_id in connection.execute(SUBJECTS, {"ids": ids})
    }


def subject_name(kind: Kind, entry_id: int, survivor_id: int) -> str:
    """Return `<kind>:<entry>`, or `<kind>:<surviving enterprise>` where that is what counts."""
    return f"{kind}:{survivor_id if kind in COUNTED_BY_ENTERPRISE else entry_id}"


def firm_named(subject: str) -> int:
    """Return the surviving enterprise that such a subject names."""
    return int(subject.rpartition(":")[2])


Select = sa.Select[*tuple[Any, ...]]
Run = Callable[[Select, Mapping[str, Any]], Iterable[Any]]


def _run(found: Select, values: Mapping[str, Any]) -> Iterable[Any]:
    return db.session.connection().execute(found, values)


def load_facts(subjects: Collection[str], *, run: Run = _run) -> dict[str, list[EntryFacts]]:
    """Load the registered entries of each subject; `run` may give rows as the driver has them."""
    entries = [list(group) for _, group in groupby(_entries_of(subjects, run), key=itemgetter(0))]
    ids = [places[0][0] for places in entries if places[0][1] in WITH_ROWS]
    rows = _rows_of(ids, run)
    facts: dict[str, list[EntryFacts]] = defaultdict(list)
    for places in entries:
        id_, kind, effective_on, rank, revoked_on, survivor_id = places[0][:6]
        facts[subject_name(kind, id_, survivor_id)].append(
            EntryFacts(
                id_,
                kind,
                effective_on,
                rank,
                revoked_on,
                districts=tuple([place[6:] for place in places]),
                rows=tuple(rows.get(id_, ())),
            )
        )
    return facts


def load_nets(subjects: Collection[str], *, programme_id: int) -> dict[str, dict[Key, int]]:
    """Load what is posted of each subject, summed by key, zeros dropped."""
    connection = db.session.connection()
    nets: dict[str, dict[Key, int]] = defaultdict(dict)
    for names in chunks(subjects):
        rows = connection.execute(NETS, {"names": names, "programme": programme_id})
        for subject, effective_on, district_id, measure, entry_id, quantity in rows:
            nets[subject][Key(effective_on, district_id, measure, entry_id)] = int(quantity)
    return nets


def _entries_of(subjects: Collection[str], run: Run) -> Iterator[Any]:
    """Go through the registered entries, one row for each of their places."""
    by_enterprise, by_entry = _split(subjects)
    for ids in chunks(by_entry):
        yield from run(BY_IDS, {"ids": ids})
    for ids in chunks(by_enterprise):
        yield from run(OF_FIRMS, {"ids": ids})


def _split(subjects: Collection[str]) -> tuple[list[int], list[int]]:
    """Part the subjects into ids of enterprises and ids of entries."""
    by_enterprise: list[int] = []
    by_entry: list[int] = []
    for subject in sorted(subjects):
        kind, _, number = subject.partition(":")
        (by_enterprise if kind in BY_ENTERPRISE else by_entry).append(int(number))
    return by_enterprise, by_entry


def _spans(
    model: type[RobotUnit | RobotLot], quantity: sa.Function[int]
) -> sa.Select[*tuple[Any, ...]]:
    span = (model.entry_id, model.measure, model.from_on, model.until_on, model.retired)
    found = sa.select(*span, quantity).where(model.entry_id.in_(IDS))
    return found.group_by(*span).order_by(*span)


UNITS = _spans(RobotUnit, sa.func.count()).where(RobotUnit.is_registered)
LOTS = _spans(RobotLot, sa.func.sum(RobotLot.quantity))


def _rows_of(entry_ids: Sequence[int], run: Run) -> dict[int, list[RowFacts]]:
    """Load robots, units of equal span and measure added up."""
    found: dict[int, list[RowFacts]] = defaultdict(list)
    for ids in chunks(entry_ids):
        for spans in (UNITS, LOTS):
            for row in run(spans, {"ids": ids}):
                entry_id, measure, from_on, until_on, retired, quantity = row
                found[entry_id].append(
                    RowFacts(measure, int(quantity), from_on, until_on, bool(retired))
                )
    return found


Item = TypeVar("Item")


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Part what would be too many parameters of one statement."""
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
