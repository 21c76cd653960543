"""The timeline of a subject: what it should count, on which day, in which district. Pure.

Subject: the smallest thing whose count changes by itself. For upgrades that is the enterprise, for
all else the entry. Source of each rule: the rules of counting of the programme (docs/ledger.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from registry.programme.kinds import Kind, Measure

RETIRED = {
    Measure.ROBOT: Measure.ROBOT_RETIRED,
    Measure.MOBILE_ROBOT: Measure.MOBILE_ROBOT_RETIRED,
}


class Key(NamedTuple):
    """What a quantity is posted under."""

    effective_on: date
    district_id: int
    measure: Measure
    entry_id: int


class Place(NamedTuple):
    """What a quantity stands under on one day."""

    district_id: int
    measure: Measure
    entry_id: int


@dataclass(frozen=True)
class RowFacts:
    """Units or lots of one span: they count from `from_on`, until before `until_on`."""

    measure: Measure
    quantity: int
    from_on: date
    until_on: date | None = None
    retired: bool = False


@dataclass(frozen=True)
class EntryFacts:
    """One registered entry; `districts`: (from_on, district_id), rising, first at effective_on."""

    entry_id: int
    kind: Kind
    effective_on: date
    rank: int
    revoked_on: date | None
    districts: tuple[tuple[date, int], ...]
    rows: tuple[RowFacts, ...] = ()

    def is_valid_on(self, day: date) -> bool:
        return self.effective_on <= day and (self.revoked_on is None or day < self.revoked_on)

    def district_on(self, day: date) -> int:
        """Return where it stands on a day; before its first row, where it first stood."""
        here = self.districts[0][1]
        for from_on, district_id in self.districts:
            if from_on > day:
                break
            here = district_id
        return here

    def dates(self) -> Iterable[date]:
        yield self.effective_on
        if self.revoked_on is not None:
            yield self.revoked_on
        yield from (from_on for from_on, _ in self.districts)
        for row in self.rows:
            yield row.from_on
            if row.until_on is not None:
                yield row.until_on


Facts = tuple[EntryFacts, ...]
Quantities = Mapping[Place, int]
Rule = Callable[[Facts, date, date], Quantities]


def desired(entries: Iterable[EntryFacts], *, starts_on: date) -> dict[Key, int]:
    """Return all that a subject should have posted, by the facts as they are known now.

    The entries belong to one subject and are of one kind; void and unregistered ones are left out
    by the caller. Nothing decided before `starts_on` is counted.
    """
    facts = tuple(entries)
    if not facts:
        return {}
    value_on = RULES[facts[0].kind]
    timeline: dict[Key, int] = {}
    before: Quantities = {}
    for day in sorted({day for entry in facts for day in entry.dates()}):
        now = value_on(facts, day, starts_on)
        for place in sorted(before.keys() | now.keys()):
            change = now.get(place, 0) - before.get(place, 0)
            if change:
                timeline[Key(day, *place)] = change
        before = now
    return timeline


def subtract(wanted: Mapping[Key, int], posted: Mapping[Key, int]) -> list[tuple[Key, int]]:
    """Return what must still be posted: wanted less posted, zeros dropped, in order of the key."""
    keys = sorted(wanted.keys() | posted.keys())
    changes = ((key, wanted.get(key, 0) - posted.get(key, 0)) for key in keys)
    return [(key, quantity) for key, quantity in changes if quantity]


def _count_each(measure: Measure) -> Rule:
    def value_on(entries: Facts, day: date, starts_on: date) -> Quantities:
        return {
            Place(entry.district_on(day), measure, entry.entry_id): 1
            for entry in entries
            if entry.is_valid_on(day) and entry.effective_on >= starts_on
        }

    return value_on


def _count_enterprise(entries: Facts, day: date, starts_on: date) -> Quantities:
    """Count 1 where the earliest valid upgrade within the programme stands on the day."""
    valid = [e for e in entries if e.effective_on >= starts_on and e.is_valid_on(day)]
    if not valid:
        return {}
    first = min(valid, key=lambda entry: (entry.effective_on, entry.rank))
    return {Place(first.district_on(day), Measure.EQUIPMENT_UPGRADE, first.entry_id): 1}


def _count_rows(entries: Facts, day: date, starts_on: date) -> Quantities:
    """Count each row by its own date; a retired one stays, as retired, where it last stood."""
    total: defaultdict[Place, int] = defaultdict(int)
    for entry in entries:
        if not entry.is_valid_on(day):
            continue
        for row in entry.rows:
            if not starts_on <= row.from_on <= day:
                continue
            if row.until_on is None or day < row.until_on:
                total[Place(entry.district_on(day), row.measure, entry.entry_id)] += row.quantity
            elif row.retired:
                place = entry.district_on(row.until_on)
                total[Place(place, RETIRED[row.measure], entry.entry_id)] += row.quantity
    return total


RULES: Mapping[Kind, Rule] = {
    Kind.SMART_FACTORY: _count_each(Measure.SMART_FACTORY),
    Kind.SMART_WORKSHOP: _count_each(Measure.SMART_WORKSHOP),
    Kind.EQUIPMENT_UPGRADE: _count_enterprise,
    Kind.ROBOT_DEPLOYMENT: _count_rows,
}
COUNTED_BY_ENTERPRISE = frozenset({Kind.EQUIPMENT_UPGRADE})
