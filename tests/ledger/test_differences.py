"""What changed between two answers adds up to their difference, entry by entry, in any history."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.ledger.differences import (
    Line,
    Span,
    list_differences,
    sum_differences,
)
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Posting, Seal
from registry.ledger.queries import read_totals, read_totals_of
from registry.programme.kinds import Kind, Measure
from tests.factories import an_enterprise
from tests.ledger.register import Register
from tests.ledger.world import Place
from tests.statements import counted_statements
from tests.tally.factories import a_registered, revoke

HISTORIES, ACTS, SPANS = 8, 12, 40
MEASURES = tuple(Measure)


def _head(sequence: int) -> Head:
    seal = db.session.get_one(Seal, sequence)
    return Head(seal.sequence, seal.recorded_at, seal.hash)


def _by_entry(lines: list[Line]) -> Counter[Place]:
    total: Counter[Place] = Counter()
    for line in lines:
        total[line.district_id, line.measure, line.entry_id] += line.quantity
    return _without_zeros(total)


def _without_zeros(total: Counter[Place]) -> Counter[Place]:
    return Counter({place: n for place, n in total.items() if n})


def _difference(later: Counter[Place], earlier: Counter[Place]) -> Counter[Place]:
    """Subtract, negative numbers kept."""
    total = Counter(later)
    total.subtract(earlier)
    return _without_zeros(total)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_lines_add_up_to_the_difference_of_the_recounts_entry_by_entry(
    app: Flask, seed: int
) -> None:
    register = Register(seed)
    for _ in range(ACTS):
        register.act()
    days, chance = register.world.all_days(), random.Random(seed)

    for _ in range(SPANS):
        first, last = sorted(chance.choices(range(len(days)), k=2))
        early, late = sorted(chance.choices(range(ACTS), k=2))
        (known_since, figures), (known_at, later) = (
            register.expected[early],
            register.expected[late],
        )
        span = Span(days[first], days[last], _head(known_since), _head(known_at))

        lines = list(list_differences(span, MEASURES, limit=None).lines)
        sums = sum_differences(span, MEASURES)

        assert _by_entry(lines) == _difference(later[last], figures[first])
        by_sort: Counter[tuple[Measure, int, int]] = Counter()
        for line in lines:
            by_sort[line.measure, line.district_id, line.is_new] += line.quantity
        assert {row[:3]: row.quantity for row in sums} == dict(by_sort)
        assert sum(row.lines for row in sums) == len(lines)


def test_totals_of_several_days_are_those_of_each(app: Flask) -> None:
    register = Register(5)
    for _ in range(ACTS):
        register.act()
    days = register.world.all_days()[::4]
    for head in (_head(register.expected[4][0]), read_head()):
        found = read_totals_of(days, head=head, newest=read_head())

        for day in days:
            expected = read_totals(day, head=head, newest=read_head())
            assert _filled(found[day]) == _filled(expected)


def _filled(totals: object) -> dict[object, int]:
    assert isinstance(totals, dict)
    return {place: n for place, n in totals.items() if n}


D1, D2 = date(2025, 3, 1), date(2025, 3, 8)


def _at_one_head() -> Span:
    return Span(D1, D2, read_head(), read_head())


def test_new_work_stands_apart_from_revocations(app: Flask) -> None:
    kept = a_registered(Kind.SMART_WORKSHOP, on=D1 + timedelta(days=1))
    gone = a_registered(Kind.SMART_WORKSHOP, on=date(2025, 1, 10))
    revoke(gone, on=D2)

    lines = list_differences(_at_one_head(), MEASURES).lines

    assert [(line.entry_id, line.quantity, line.is_new, line.cause) for line in lines] == [
        (kept.id, 1, 1, "import"),
        (gone.id, -1, 0, "revoke"),
    ]


def test_entry_that_comes_and_goes_between_the_days_shows_both(app: Flask) -> None:
    entry = a_registered(Kind.SMART_WORKSHOP, on=D1 + timedelta(days=1))
    revoke(entry, on=D1 + timedelta(days=3))

    lines = list_differences(_at_one_head(), MEASURES).lines

    assert [(line.quantity, line.is_new) for line in lines] == [(1, 1), (-1, 0)]


def test_import_that_was_taken_back_leaves_no_line(app: Flask) -> None:
    before = read_head()
    entry = a_registered(Kind.SMART_WORKSHOP, on=D1 + timedelta(days=1))
    revoke(entry, on=entry.effective_on or D1)

    known = Span(D2, D2, before, read_head())

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == 2
    assert list_differences(_at_one_head(), MEASURES).lines == []
    assert list_differences(known, MEASURES).lines == []


def test_earlier_upgrade_that_comes_in_late_is_a_correction(app: Flask) -> None:
    firm = an_enterprise()
    a_registered(Kind.EQUIPMENT_UPGRADE, on=date(2025, 2, 1), enterprise=firm)
    before = read_head()
    a_registered(Kind.EQUIPMENT_UPGRADE, on=D1, enterprise=firm, district="320582")
    a_registered(Kind.EQUIPMENT_UPGRADE, on=date(2025, 1, 5), enterprise=firm, district="320582")

    lines = list_differences(Span(D2, D2, before, read_head()), MEASURES).lines

    assert [(line.quantity, line.is_new, line.effective_on) for line in lines] == [
        (-1, 0, date(2025, 2, 1)),
        (1, 0, date(2025, 1, 5)),
    ]


def test_pages_follow_each_other_and_a_district_is_asked_alone(app: Flask) -> None:
    for day in range(1, 8):
        a_registered(Kind.SMART_WORKSHOP, on=D1 + timedelta(days=day))
    revoke(a_registered(Kind.SMART_FACTORY, on=D1, district="320582"), on=D2)
    span, after = _at_one_head(), None
    found: list[Line] = []
    whole = list_differences(span, MEASURES, limit=None)

    while True:
        page = list_differences(span, MEASURES, after=after, limit=3)
        found += page.lines
        after = page.following
        if after is None:
            break

    assert found == list(whole.lines)
    place = found[-1].district_id
    alone = list_differences(span, MEASURES, district_id=place)
    assert alone.lines == [line for line in found if line.district_id == place]


def test_one_statement_for_one_line_and_for_many(app: Flask) -> None:
    a_registered(Kind.SMART_WORKSHOP, on=D2)
    span = _at_one_head()
    with counted_statements() as few:
        list_differences(span, MEASURES)
        sum_differences(span, MEASURES)
    for _ in range(9):
        a_registered(Kind.SMART_WORKSHOP, on=D2)
    span = _at_one_head()

    with counted_statements() as many:
        list_differences(span, MEASURES)
        sum_differences(span, MEASURES)

    assert (len(few), len(many)) == (2, 2)
