"""Postings in memory: a random history without a database, and where it differs from a recount."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from registry.ledger.timelines import EntryFacts, Key, desired, subtract
from tests.ledger.world import STARTS_ON, Place, World

ACTS = 10
DISTRICTS = (1, 2, 3)


class Difference(NamedTuple):
    """A figure, entry by entry, that is not what a recount finds, and how to see it again."""

    seed: int
    act: str
    known: int
    day: date
    recounted: Counter[Place]
    posted: Counter[Place]


class Ledger:
    """Postings by the same rule as the service writes them: desired less net."""

    def __init__(self) -> None:
        self.nets: dict[str, Counter[Key]] = defaultdict(Counter)
        self.seals: list[list[tuple[Key, int]]] = []

    def post(self, world: World, subjects: set[str]) -> None:
        facts: dict[str, list[EntryFacts]] = defaultdict(list)
        for entry in world.entries:
            if not entry.is_void:
                facts[world.subject(entry)].append(entry.facts())
        posted = []
        for subject in sorted(subjects):
            wanted = desired(facts.get(subject, ()), starts_on=STARTS_ON)
            net = {key: n for key, n in self.nets[subject].items() if n}
            changes = subtract(wanted, net)
            posted += changes
            self.nets[subject].update(dict(changes))
        self.seals.append(posted)

    def count(self, days: Sequence[date], *, known: int) -> list[Counter[Place]]:
        """Add up what the first seals say of each day."""
        by_day: dict[date, list[tuple[Key, int]]] = defaultdict(list)
        for seal in self.seals[:known]:
            for key, quantity in seal:
                by_day[key.effective_on].append((key, quantity))
        total: dict[Place, int] = {}
        figures: list[Counter[Place]] = []
        for day in days:
            for key, quantity in by_day.get(day, ()):
                place = (key.district_id, key.measure, key.entry_id)
                total[place] = total.get(place, 0) + quantity
            figures.append(Counter({place: n for place, n in total.items() if n}))
        return figures


def find_differences(seed: int, *, acts: int = ACTS) -> Iterator[Difference]:
    """Play one history; compare every date, as known after every act, entry by entry."""
    world, ledger = World(random.Random(seed), districts=DISTRICTS), Ledger()
    days, names, expected = world.all_days(), [], []
    for _ in range(acts):
        before = {entry.id: world.subject(entry) for entry in world.entries}
        name, touched = world.act()
        subjects = {before[entry.id] for entry in touched if entry.id in before}
        ledger.post(world, subjects | {world.subject(entry) for entry in touched})
        names.append(name)
        expected.append([world.count(day) for day in days])
    for known, recounted in enumerate(expected, start=1):
        posted = ledger.count(days, known=known)
        if posted != recounted:
            for day, wanted, found in zip(days, recounted, posted, strict=True):
                if wanted != found:
                    yield Difference(seed, names[known - 1], known, day, wanted, found)
