"""Desired − net over random histories gives, at every date as of and as known, a naive recount."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date

import pytest

from registry.ledger.timelines import EntryFacts, Key, RowFacts, desired, subtract
from registry.programme.kinds import Kind, Measure
from tests.ledger.world import STARTS_ON, Place, World

HISTORIES = 1_000
ACTS = 10


class Ledger:
    """Postings in memory, by the same rule as the service writes them."""

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
            posted += subtract(wanted, net)
            self.nets[subject].update(dict(subtract(wanted, net)))
        self.seals.append(posted)

    def count(self, days: list[date], *, known: int) -> list[Counter[Place]]:
        """Add up what the first seals say of each day."""
        by_day: dict[date, list[tuple[Key, int]]] = defaultdict(list)
        for seal in self.seals[:known]:
            for key, quantity in seal:
                by_day[key.effective_on].append((key, quantity))
        total: Counter[Place] = Counter()
        figures = []
        for day in days:
            for key, quantity in by_day.get(day, ()):
                total[key.district_id, key.measure, key.entry_id] += quantity
            figures.append(Counter({place: n for place, n in total.items() if n}))
        return figures


@pytest.mark.parametrize("part", range(4))
def test_every_history_counts_what_a_recount_counts(part: int) -> None:
    for seed in range(part, HISTORIES, 4):
        world = World(random.Random(seed), districts=(1, 2, 3))
        ledger, days = Ledger(), world.all_days()
        expected = []
        for _ in range(ACTS):
            before = {id(entry): world.subject(entry) for entry in world.entries}
            name, touched = world.act()
            subjects = {before[id(entry)] for entry in touched if id(entry) in before}
            ledger.post(world, subjects | {world.subject(entry) for entry in touched})
            expected.append([world.count(day) for day in days])
            assert ledger.count(days, known=len(expected)) == expected[-1], (seed, name)
        for known, figures in enumerate(expected, start=1):
            assert ledger.count(days, known=known) == figures, (seed, known)


def _upgrade(entry_id: int, day: int, district: int, *, revoked: int | None = None) -> EntryFacts:
    on = date(2025, 3, day)
    return EntryFacts(
        entry_id=entry_id,
        kind=Kind.EQUIPMENT_UPGRADE,
        effective_on=on,
        rank=entry_id,
        revoked_on=date(2025, 3, revoked) if revoked else None,
        districts=((on, district),),
    )


def test_an_enterprise_counts_once_where_its_earliest_valid_upgrade_stands() -> None:
    timeline = desired([_upgrade(1, 5, 7), _upgrade(2, 3, 8)], starts_on=STARTS_ON)

    assert timeline == {Key(date(2025, 3, 3), 8, Measure.EQUIPMENT_UPGRADE, 2): 1}


def test_a_revocation_moves_the_enterprise_from_its_day_and_not_before() -> None:
    entries = [_upgrade(1, 3, 7, revoked=9), _upgrade(2, 5, 8)]

    timeline = desired(entries, starts_on=STARTS_ON)

    assert timeline == {
        Key(date(2025, 3, 3), 7, Measure.EQUIPMENT_UPGRADE, 1): 1,
        Key(date(2025, 3, 9), 7, Measure.EQUIPMENT_UPGRADE, 1): -1,
        Key(date(2025, 3, 9), 8, Measure.EQUIPMENT_UPGRADE, 2): 1,
    }


def test_on_equal_days_the_order_of_registration_decides() -> None:
    timeline = desired([_upgrade(2, 3, 8), _upgrade(1, 3, 7)], starts_on=STARTS_ON)

    assert timeline == {Key(date(2025, 3, 3), 7, Measure.EQUIPMENT_UPGRADE, 1): 1}


def test_what_was_decided_before_the_programme_is_in_no_figure() -> None:
    timeline = desired([_upgrade(1, 3, 7)], starts_on=date(2025, 3, 4))

    assert timeline == {}


def test_a_retired_robot_leaves_the_stock_and_stays_in_ever_deployed() -> None:
    on, until = date(2025, 2, 1), date(2025, 2, 9)
    entry = EntryFacts(
        entry_id=4,
        kind=Kind.ROBOT_DEPLOYMENT,
        effective_on=on,
        rank=4,
        revoked_on=None,
        districts=((on, 1), (date(2025, 2, 5), 2), (date(2025, 2, 20), 3)),
        rows=(RowFacts(Measure.ROBOT, 3, on, until, retired=True),),
    )

    timeline = desired([entry], starts_on=STARTS_ON)

    assert timeline == {
        Key(on, 1, Measure.ROBOT, 4): 3,
        Key(date(2025, 2, 5), 1, Measure.ROBOT, 4): -3,
        Key(date(2025, 2, 5), 2, Measure.ROBOT, 4): 3,
        Key(until, 2, Measure.ROBOT, 4): -3,
        Key(until, 2, Measure.ROBOT_RETIRED, 4): 3,
    }
