"""A register without a database: random histories of facts, and a naive recount of any day.

The recount is the oracle: written another way than the timelines, from the rules of counting.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from registry.ledger.timelines import EntryFacts, RowFacts
from registry.programme.kinds import Kind, Measure

STARTS_ON = date(2025, 1, 1)
FIRST_DAY = date(2024, 12, 28)  # some facts are older than the programme
Place = tuple[int, Measure, int]  # district, measure, entry
GONE = {Measure.ROBOT: Measure.ROBOT_RETIRED, Measure.MOBILE_ROBOT: Measure.MOBILE_ROBOT_RETIRED}
OF_ONE = {
    Kind.SMART_FACTORY: Measure.SMART_FACTORY,
    Kind.SMART_WORKSHOP: Measure.SMART_WORKSHOP,
}


@dataclass
class Entry:
    """The facts of one entry."""

    id: int
    kind: Kind
    firm: int
    effective_on: date
    places: dict[date, int]
    rows: list[RowFacts] = field(default_factory=list)
    batch: int | None = None
    is_void: bool = False
    revoked_on: date | None = None

    def stood_in(self, day: date) -> int:
        return self.places[max((d for d in self.places if d <= day), default=min(self.places))]

    def facts(self) -> EntryFacts:
        return EntryFacts(
            entry_id=self.id,
            kind=self.kind,
            effective_on=self.effective_on,
            rank=self.id,
            revoked_on=self.revoked_on,
            districts=tuple(sorted(self.places.items())),
            rows=tuple(self.rows),
        )


@dataclass
class World:
    """All entries there are, and one random act after the other upon them."""

    chance: random.Random
    districts: tuple[int, ...]
    firms: int = 3
    days: int = 24
    entries: list[Entry] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)
    today: date = FIRST_DAY
    batches: int = 0

    def survivor(self, firm: int) -> int:
        return self.merged.get(firm, firm)

    def subject(self, entry: Entry) -> str:
        whose = entry.kind is Kind.EQUIPMENT_UPGRADE
        return f"{entry.kind.value}:{self.survivor(entry.firm) if whose else entry.id}"

    def act(self) -> tuple[str, list[Entry]]:
        """Do something on a later day and return what it was called and whom it touched."""
        self.today = min(
            self.today + timedelta(days=self.chance.randint(0, 4)),
            FIRST_DAY + timedelta(days=self.days),
        )
        act = self.chance.choice(ACTS)
        return act.__name__, act(self)

    def past_day(self, earliest: date = FIRST_DAY) -> date:
        span = (self.today - earliest).days
        return earliest + timedelta(days=self.chance.randint(0, max(span, 0)))

    def add(self, effective_on: date, *, batch: int | None = None) -> Entry:
        kind = self.chance.choice([*Kind, Kind.EQUIPMENT_UPGRADE])
        rows = []
        if kind is Kind.ROBOT_DEPLOYMENT:
            rows = [
                RowFacts(self.chance.choice(list(GONE)), self.chance.randint(1, 4), effective_on)
                for _ in range(self.chance.randint(1, 2))
            ]
        entry = Entry(
            id=len(self.entries) + 1,
            kind=kind,
            firm=self.chance.randrange(self.firms),
            effective_on=effective_on,
            places={effective_on: self.chance.choice(self.districts)},
            rows=rows,
            batch=batch,
        )
        self.entries.append(entry)
        return entry

    def pick(self) -> Entry | None:
        standing = [entry for entry in self.entries if not entry.is_void]
        return self.chance.choice(standing) if standing else None

    def count(self, day: date) -> Counter[Place]:
        """Recount a day from the facts as they are now."""
        found: Counter[Place] = Counter()
        upgrades: dict[int, list[tuple[date, int]]] = {}
        for entry in self.entries:
            if entry.is_void or entry.effective_on > day:
                continue
            if entry.revoked_on and entry.revoked_on <= day:
                continue
            if entry.kind is Kind.ROBOT_DEPLOYMENT:
                _add_robots(found, entry, day)
            elif entry.effective_on >= STARTS_ON:
                if entry.kind is Kind.EQUIPMENT_UPGRADE:
                    of_firm = upgrades.setdefault(self.survivor(entry.firm), [])
                    of_firm.append((entry.effective_on, entry.id))
                else:
                    found[entry.stood_in(day), OF_ONE[entry.kind], entry.id] = 1
        for of_firm in upgrades.values():
            first = self.entries[min(of_firm)[1] - 1]
            found[first.stood_in(day), Measure.EQUIPMENT_UPGRADE, first.id] = 1
        return found

    def all_days(self) -> list[date]:
        return [FIRST_DAY + timedelta(days=n) for n in range(-1, self.days + 2)]


def _add_robots(found: Counter[Place], entry: Entry, day: date) -> None:
    for row in entry.rows:
        if not STARTS_ON <= row.from_on <= day:
            continue
        if not row.until_on or row.until_on > day:
            found[entry.stood_in(day), row.measure, entry.id] += row.quantity
        elif row.retired:
            found[entry.stood_in(row.until_on), GONE[row.measure], entry.id] += row.quantity


def approve(world: World) -> list[Entry]:
    return [world.add(world.today)]


def import_list(world: World) -> list[Entry]:
    """Bring in entries decided earlier."""
    world.batches += 1
    many = world.chance.randint(1, 3)
    return [world.add(world.past_day(), batch=world.batches) for _ in range(many)]


def undo_import(world: World) -> list[Entry]:
    batches = {entry.batch for entry in world.entries if entry.batch and not entry.is_void}
    if not batches:
        return []
    batch = world.chance.choice(sorted(batches))
    gone = [entry for entry in world.entries if entry.batch == batch]
    for entry in gone:
        entry.is_void = True
    return gone


def revoke(world: World) -> list[Entry]:
    entry = world.pick()
    if entry is None or entry.revoked_on is not None:
        return []
    entry.revoked_on = world.past_day(entry.effective_on)
    return [entry]


def relocate(world: World) -> list[Entry]:
    """Move a thing from a day on, or say that it stood elsewhere from the beginning."""
    entry = world.pick()
    if entry is None:
        return []
    is_correction = world.chance.random() < 0.3
    from_on = min(entry.places) if is_correction else world.past_day(entry.effective_on)
    entry.places[from_on] = world.chance.choice(world.districts)
    return [entry]


def retire(world: World) -> list[Entry]:
    """End some rows: scrapped, or replaced by others."""
    entry = world.pick()
    running = [n for n, row in enumerate(entry.rows if entry else []) if row.until_on is None]
    if entry is None or not running:
        return []
    number = world.chance.choice(running)
    row = entry.rows[number]
    until_on = world.past_day(row.from_on)
    retired = world.chance.random() < 0.6
    entry.rows[number] = replace(row, until_on=until_on, retired=retired)
    if not retired:
        entry.rows.append(RowFacts(row.measure, world.chance.randint(1, 4), until_on))
    return [entry]


def amend(world: World) -> list[Entry]:
    """Add rows that count from a later day."""
    entry = world.pick()
    if entry is None or entry.kind is not Kind.ROBOT_DEPLOYMENT:
        return []
    entry.rows.append(RowFacts(Measure.ROBOT, 2, world.past_day(entry.effective_on)))
    return [entry]


def correct(world: World) -> list[Entry]:
    """Say that a row was wrong from its first day: its number, its day or measure, or all of it."""
    entry = world.pick()
    running = [n for n, row in enumerate(entry.rows if entry else []) if row.until_on is None]
    if entry is None or not running:
        return []
    number = world.chance.choice(running)
    row = entry.rows[number]
    many, day = world.chance.randint(1, 4), world.past_day(entry.effective_on)
    measure = world.chance.choice(list(GONE))
    ways = ({"quantity": many, "from_on": day}, {"measure": measure}, {"until_on": row.from_on})
    entry.rows[number] = replace(row, **world.chance.choice(ways))
    return [entry]


def merge(world: World) -> list[Entry]:
    """Find that two records are one firm."""
    alone = [firm for firm in range(world.firms) if firm not in world.merged]
    heads = set(world.merged.values())
    duplicates = [firm for firm in alone if firm not in heads]
    if len(alone) < 2 or not duplicates:
        return []
    duplicate = world.chance.choice(duplicates)
    world.merged[duplicate] = world.chance.choice([firm for firm in alone if firm != duplicate])
    return [e for e in world.entries if world.survivor(e.firm) == world.merged[duplicate]]


ACTS: tuple[Callable[[World], list[Entry]], ...] = (
    approve,
    approve,
    approve,
    import_list,
    import_list,
    undo_import,
    revoke,
    relocate,
    relocate,
    retire,
    amend,
    correct,
    merge,
)
