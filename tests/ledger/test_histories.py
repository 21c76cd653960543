"""Random histories through the service, on both databases, against a naive recount."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Seal
from registry.ledger.queries import Figure, list_behind, read_totals, read_trend
from registry.ledger.verify import verify
from registry.programme.kinds import Measure
from tests.ledger.register import Register, posted_on
from tests.ledger.world import Place

HISTORIES, ACTS = 50, 10
HEADS: dict[str, str] = {}


@pytest.fixture
def registers(app: Flask) -> list[Register]:
    """Fifty histories, one after the other, in one register."""
    found = []
    for seed in range(HISTORIES):
        register = Register(seed)
        for _ in range(ACTS):
            register.act()
        found.append(register)
    return found


def _by_district(figures: list[Counter[Place]]) -> Counter[tuple[int, Measure]]:
    total: Counter[tuple[int, Measure]] = Counter()
    for figure in figures:
        for (district_id, measure, _), quantity in figure.items():
            total[district_id, measure] += quantity
    return Counter({place: n for place, n in total.items() if n})


def _head(sequence: int) -> Head:
    seal = db.session.get_one(Seal, sequence)
    return Head(seal.sequence, seal.recorded_at, seal.hash)


def _totals(day: date, head: Head) -> Counter[tuple[int, Measure]]:
    totals = read_totals(day, head=head, newest=read_head())
    return Counter({place: n for place, n in totals.items() if n})


def test_the_register_counts_what_a_recount_counts_and_proves_it(
    app: Flask, registers: list[Register]
) -> None:
    days = registers[0].world.all_days()

    # every history, every date, as known at every moment, entry by entry
    for register in registers:
        ids = set(register.ids.values())
        for sequence, figures in register.expected:
            assert posted_on(days, known=sequence, entry_ids=ids) == figures

    # every date as of now: the cells; the districts' sum is the city's of the trend
    for number, day in enumerate(days):
        now = [register.expected[-1][1][number] for register in registers]
        assert _totals(day, read_head()) == _by_district(now)

    # as known at the end of each history: cells less what came later, and the entries behind them
    for known, register in enumerate(registers, start=1):
        number = known % len(days)
        head = _head(register.expected[-1][0])
        then = [past.expected[-1][1][number] for past in registers[:known]]
        assert _totals(days[number], head) == _by_district(then)
        behind = list_behind(days[number], head, tuple(Measure), limit=None)
        assert behind.sum == sum(sum(figure.values()) for figure in then)

    assert verify().fault is None
    HEADS[db.engine.dialect.name] = read_head().hash
    assert len(set(HEADS.values())) == 1  # the same bytes on both databases


def test_behind_each_figure_stand_the_entries_that_add_up_to_it(app: Flask) -> None:
    register = Register(7)
    for _ in range(12):
        register.act()
    day = register.world.today
    expected = register.world.count(day)

    for (district_id, measure), total in _by_district([expected]).items():
        behind = list_behind(day, read_head(), (measure,), district_id=district_id)
        found = Counter(
            {(row.district_id, measure, row.entry_id): row.quantity for row in behind.figures}
        )
        wanted = {
            (district, what, register.ids[entry]): n
            for (district, what, entry), n in expected.items()
            if (district, what) == (district_id, measure)
        }
        assert found == wanted
        assert (behind.sum, behind.total) == (total, len(wanted))


def test_the_trend_ends_with_the_day_asked_for_and_carries_forward(app: Flask) -> None:
    register = Register(3)
    for _ in range(12):
        register.act()
    day, head = date(2025, 4, 10), _head(register.expected[5][0])
    for known in (head, read_head()):
        figures = [sum(_totals(on, known).values()) for on in (date(2025, 1, 31), day)]

        trend = read_trend(day, known)

        assert [point.on for point in trend] == [
            date(2025, 1, 31),
            date(2025, 2, 28),
            date(2025, 3, 31),
            day,
        ]
        sums = [sum(point.totals.values()) for point in trend]
        assert sums == [figures[0], figures[0], figures[0], figures[1]]


def test_a_page_of_entries_follows_the_last(app: Flask) -> None:
    for seed in range(4):
        register = Register(seed)
        for _ in range(8):
            register.act()
    day, head = date(2025, 2, 1), read_head()
    whole = list_behind(day, head, tuple(Measure), limit=None)

    pages: list[Figure] = []
    after = None
    while True:
        page = list_behind(day, head, tuple(Measure), after=after, limit=3)
        pages += page.figures
        assert (page.total, page.sum) == (whole.total, whole.sum)
        after = page.following
        if after is None:
            break

    assert pages == list(whole.figures)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Seal)) == head.sequence
