"""Firms known twice become one: the figures follow, and the ledger still proves."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.administration.joining import count_pairs, join, list_entries_of, list_pairs
from registry.core.database import db
from registry.core.errors import NotFound
from registry.enterprises.models import Enterprise
from registry.ledger.models import Event
from registry.ledger.queries import read_head, read_totals
from registry.ledger.verify import verify
from registry.programme.kinds import Kind, Measure
from tests.factories import a_district, a_user, an_enterprise
from tests.tally.factories import a_registered

pytestmark = pytest.mark.usefixtures("app")
NAME = "昆山旧名单机械有限公司"


@pytest.fixture
def administrator() -> User:
    return a_user(Role.ADMINISTRATOR)


def a_pair(name: str = NAME) -> tuple[Enterprise, Enterprise]:
    old = an_enterprise(name)
    old.uscc = None
    db.session.flush()
    return old, an_enterprise(name)


def upgrades(on: date) -> dict[str, int]:
    head = read_head()
    totals = read_totals(on, head=head, newest=head)
    places = {a_district(code).id: code for code in ("320582", "320583")}
    return {
        places[district]: total
        for (district, measure), total in totals.items()
        if measure is Measure.EQUIPMENT_UPGRADE and total
    }


def test_one_upgrade_remains_where_the_earliest_stands(administrator: User) -> None:
    old, firm = a_pair()
    a_registered(Kind.EQUIPMENT_UPGRADE, on=date(2025, 3, 1), district="320582", enterprise=old)
    a_registered(Kind.EQUIPMENT_UPGRADE, on=date(2025, 9, 1), enterprise=firm)
    assert upgrades(date(2025, 12, 31)) == {"320582": 1, "320583": 1}

    join(old.id, firm.id, by=administrator)

    assert old.merged_into_id == firm.id
    assert upgrades(date(2025, 12, 31)) == {"320582": 1}
    event = db.session.scalars(sa.select(Event).where(Event.type == "enterprises_joined")).one()
    assert event.payload == f'{{"duplicate_id":{old.id},"survivor_id":{firm.id}}}'
    assert verify().fault is None


def test_figure_moves_to_the_survivor_that_had_none(administrator: User) -> None:
    old, firm = a_pair()
    a_registered(Kind.EQUIPMENT_UPGRADE, on=date(2025, 3, 1), enterprise=old)
    a_registered(Kind.SMART_FACTORY, on=date(2025, 3, 1), enterprise=old)

    join(old.id, firm.id, by=administrator)

    assert upgrades(date(2025, 3, 1)) == {"320583": 1}
    assert verify().fault is None


def test_what_was_joined_before_follows_its_survivor(administrator: User) -> None:
    old, firm = a_pair()
    older = an_enterprise(NAME)
    older.uscc, older.merged_into_id = None, old.id
    a_registered(Kind.EQUIPMENT_UPGRADE, on=date(2025, 2, 1), enterprise=older)

    join(old.id, firm.id, by=administrator)

    assert older.merged_into_id == firm.id
    assert verify().fault is None


def test_sent_twice_it_acts_once(administrator: User) -> None:
    old, firm = a_pair()
    join(old.id, firm.id, by=administrator)
    before = read_head().sequence

    assert join(old.id, firm.id, by=administrator) == firm
    assert read_head().sequence == before


def test_only_pairs_are_joined(administrator: User) -> None:
    old, firm = a_pair()
    other = an_enterprise()

    for duplicate, survivor in ((old, other), (firm, other), (firm, old), (old, old)):
        with pytest.raises(NotFound):
            join(duplicate.id, survivor.id, by=administrator)


def test_a_district_joins_its_own_firms_only() -> None:
    old, firm = a_pair()
    ours, theirs = a_user(Role.OFFICER), a_user(Role.OFFICER, district=a_district("320582"))

    assert (count_pairs(ours), count_pairs(theirs)) == (1, 0)
    with pytest.raises(NotFound):
        join(old.id, firm.id, by=theirs)
    assert join(old.id, firm.id, by=ours) == firm
    with pytest.raises(NotFound):
        join(old.id, firm.id, by=theirs)


def test_list_shows_both_sides_and_whether_anybody_is_proven(administrator: User) -> None:
    old, firm = a_pair()
    entry = a_registered(Kind.SMART_FACTORY, on=date(2025, 3, 1), enterprise=old)

    assert [(p.duplicate, p.survivor, p.is_proven) for p in list_pairs(administrator)] == [
        (old, firm, False)
    ]
    assert list_entries_of([old, firm])[old.id] == [entry]

    a_user(Role.MEMBER, enterprise=firm)
    assert [pair.is_proven for pair in list_pairs(administrator)] == [True]
