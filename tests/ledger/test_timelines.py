"""Desired − net over random histories gives, at every date as of and as known, a naive recount."""

from __future__ import annotations

from datetime import date

from registry.ledger.timelines import EntryFacts, Key, RowFacts, desired
from registry.programme.kinds import Kind, Measure
from tests.ledger.depths import PURE, find_pure
from tests.ledger.world import STARTS_ON


def test_every_history_counts_what_a_recount_counts() -> None:
    assert find_pure(PURE) == []


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
