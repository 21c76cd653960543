"""What each month brought is parted as the changes between its first and last day are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.ledger.differences import Span, sum_differences
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Posting, Seal
from registry.ledger.months import Month, sum_corrections
from registry.programme.kinds import Kind, Measure
from tests.factories import an_enterprise
from tests.ledger.register import Register
from tests.tally.factories import a_registered, revoke

HISTORIES, ACTS = 4, 25
MEASURES = tuple(Measure)
Key = tuple[Month, Measure]


def _corrections_by_changes(as_of: date, head: Head) -> dict[Key, int]:
    """Ask for the changes of every month that has a posting, one after the other."""
    days = db.session.scalars(sa.select(Posting.effective_on).distinct()).all()
    found: Counter[Key] = Counter()
    for year, month in {(day.year, day.month) for day in days if day <= as_of}:
        first = date(year, month, 1)
        last = min((first + timedelta(days=32)).replace(day=1) - timedelta(days=1), as_of)
        span = Span(first - timedelta(days=1), last, head, head)
        for row in sum_differences(span, MEASURES):
            if not row.is_new:
                found[(year, month), row.measure] += row.quantity
    return _without_zeros(found)


def _without_zeros(found: Mapping[Key, int]) -> dict[Key, int]:
    return {key: quantity for key, quantity in found.items() if quantity}


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_months_of_any_history_are_parted_as_their_changes_are(app: Flask, seed: int) -> None:
    register = Register(seed)
    for _act in range(ACTS):
        register.act()
    db.session.commit()
    newest = read_head()
    seal = db.session.get_one(Seal, newest.sequence * 2 // 3)
    earlier = Head(seal.sequence, seal.recorded_at, seal.hash)
    last = db.session.scalars(sa.select(sa.func.max(Posting.effective_on))).one()

    for head in (newest, earlier):
        for as_of in (last, last - timedelta(days=40)):
            found = sum_corrections(as_of, head, MEASURES)
            assert _without_zeros(found) == _corrections_by_changes(as_of, head)


def test_a_revocation_and_a_list_taken_back_stand_in_their_months(app: Flask) -> None:
    a_registered(Kind.SMART_WORKSHOP, on=date(2025, 3, 1))
    revoke(a_registered(Kind.SMART_WORKSHOP, on=date(2025, 3, 5)), on=date(2025, 6, 9))
    revoke(a_registered(Kind.SMART_WORKSHOP, on=date(2025, 7, 5)), on=date(2025, 7, 5))
    db.session.commit()

    found = sum_corrections(date(2025, 12, 31), read_head(), MEASURES)

    assert _without_zeros(found) == {((2025, 6), Measure.SMART_WORKSHOP): -1}


def test_an_earlier_upgrade_that_comes_in_late_takes_from_another_month(app: Flask) -> None:
    firm, upgrade = an_enterprise(), Kind.EQUIPMENT_UPGRADE
    a_registered(upgrade, on=date(2025, 8, 5), enterprise=firm, district="320583")
    late = a_registered(upgrade, on=date(2025, 7, 20), enterprise=firm, district="320582")
    revoke(late, on=date(2025, 8, 15))
    db.session.commit()
    head, as_of = read_head(), date(2025, 12, 31)

    found = sum_corrections(as_of, head, MEASURES)

    assert _without_zeros(found) == {((2025, 8), Measure.EQUIPMENT_UPGRADE): -1}
    assert _without_zeros(found) == _corrections_by_changes(as_of, head)
