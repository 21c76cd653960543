"""What the database settles is plain and right; all else is left to the recount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.entries.models import RobotLot, RobotUnit
from registry.ledger.facts import load_facts
from registry.ledger.models import Posting
from registry.ledger.proof_facts import prove_places
from registry.ledger.settled import read_unsettled
from registry.ledger.timelines import RowFacts, desired
from tests.conftest import STARTS_ON
from tests.ledger.register import Register, unit_of
from tests.ledger.test_verify import change

OF_ENTRY = {
    "revoked": "update entry set revoked_on = '2026-01-01' where id = :id",
    "void": "update entry set standing = 'void' where id = :id",
    "another district": "update entry set district_id = district_id + 1 where id = :id",
    "a second place": "insert into entry_district (entry_id, from_on, district_id)"
    " select entry_id, '2026-01-01', district_id from entry_district where entry_id = :id",
}
OF_DAY = {
    "another day": "update entry set effective_on = '2025-01-02' where id = :id",
}
OF_PLACE = {
    "another place": "update entry_district set district_id = district_id + 1 where entry_id = :id",
    "no place": "delete from entry_district where entry_id = :id",
    "a place from before": "insert into entry_district (entry_id, from_on, district_id)"
    " select entry_id, '2024-01-01', district_id from entry_district where entry_id = :id",
    "a place that is not shown": "insert into entry_district (entry_id, from_on, district_id)"
    " select entry_id, '2026-01-01', district_id + 1 from entry_district where entry_id = :id",
}
LINE = "measure, district_id, entry_id, effective_on, quantity, digest"
OF_ALL = {
    "posted twice": f"insert into posting (sequence, position, programme_id, subject, {LINE})"
    f" select sequence, 999, programme_id, subject, {LINE} from posting where entry_id = :id",
}
OF_FIRM = {
    "another that came first": "update entry set kind = 'equipment_upgrade', rank = 0,"
    " effective_on = (select effective_on from entry where id = :id),"
    " enterprise_id = (select enterprise_id from entry where id = :id) where id ="
    " (select min(id) from entry where id <> :id and standing = 'registered')",
    "merged": "update enterprise set merged_into_id = id + 1 where id ="
    " (select enterprise_id from entry where id = :id)",
    "absorbing": "update enterprise set merged_into_id ="
    " (select enterprise_id from entry where id = :id) where id ="
    " (select enterprise_id + 1 from entry where id = :id)",
}
OF_LOT = {
    "a lot of another size": "update robot_lot set quantity = quantity + 1 where entry_id = :id",
    "a lot that ended": "update robot_lot set until_on = from_on where entry_id = :id",
    "a lot of another type": "update robot_lot set measure = case measure when 'robot'"
    " then 'mobile_robot' else 'robot' end where entry_id = :id",
    "a second lot": "insert into robot_lot (entry_id, measure, quantity, from_on, retired)"
    " select entry_id, measure, quantity, from_on, false from robot_lot where entry_id = :id",
    "no lot": "delete from robot_lot where entry_id = :id",
}
UNIT = "(select max(id) from robot_unit where entry_id = :id and is_registered)"
OF_UNITS = {
    "a robot too few": f"update robot_unit set is_registered = false where id = {UNIT}",
    "a robot of a day before": f"update robot_unit set from_on = '2024-01-01' where id = {UNIT}",
    "a robot of a later day": f"update robot_unit set from_on = '2026-06-01' where id = {UNIT}",
    "a robot that left": f"update robot_unit set until_on = from_on where id = {UNIT}",
    "a robot of another type": f"update robot_unit set measure = 'mobile_robot' where id = {UNIT}",
    "a robot of a third type": f"update robot_unit set measure = 'robot_retired' where id = {UNIT}",
    "a lot as well": "insert into robot_lot (entry_id, measure, quantity, from_on, retired)"
    f" select entry_id, measure, 1, from_on, false from robot_unit where id = {UNIT}",
}
CHANGES = {
    "smart_factory": OF_ENTRY | OF_DAY,
    "smart_workshop": OF_ENTRY | OF_DAY,
    "equipment_upgrade": OF_ENTRY | OF_DAY | OF_FIRM,
    "robot_deployment": OF_ENTRY | OF_LOT,
}


@pytest.fixture
def register(app: Flask) -> Register:
    register = Register(5)  # has a plain subject of each kind
    for _ in range(25):
        register.act()
    db.session.commit()
    return register


def _posted() -> dict[str, list[tuple[date, int, str, int, int]]]:
    """Return the postings of each subject."""
    found: dict[str, list[tuple[date, int, str, int, int]]] = {}
    for line in db.session.scalars(sa.select(Posting).order_by(Posting.sequence, Posting.position)):
        key = (line.effective_on, line.district_id, line.measure, line.entry_id, line.quantity)
        found.setdefault(line.subject, []).append(key)
    return found


def test_what_is_settled_is_what_the_recount_gives(register: Register) -> None:
    posted, unsettled = _posted(), set(read_unsettled(starts_on=STARTS_ON))
    settled = posted.keys() - unsettled
    facts = load_facts(settled)

    assert {subject.partition(":")[0] for subject in settled} == CHANGES.keys()
    for subject in settled:
        wanted = desired(facts[subject], starts_on=STARTS_ON)
        assert [(*key, quantity) for key, quantity in wanted.items()] == posted[subject]


def _changed(subject: str, changes: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Make one change at a time to the entry of a subject."""
    entry_id = _posted()[subject][0][3]
    for what, statement in changes.items():
        db.session.execute(sa.text(statement), {"id": entry_id})
        yield what, entry_id
        db.session.rollback()


@pytest.mark.parametrize("kind", CHANGES)
def test_a_plain_subject_that_is_changed_is_left_to_the_recount(
    register: Register, kind: str
) -> None:
    subject = min(name for name in _plain() if name.startswith(kind) and not _has_units(name))
    for what, _ in _changed(subject, OF_ALL | CHANGES[kind]):
        assert subject in set(read_unsettled(starts_on=STARTS_ON)), what


@pytest.mark.parametrize("kind", CHANGES)
def test_what_is_posted_under_another_name_or_not_at_all_is_left_to_the_recount(
    register: Register, kind: str
) -> None:
    subject = min(name for name in _plain() if name.startswith(kind))
    change("update posting set subject = 'smart_factory:0' where subject = :name", name=subject)
    assert {subject, "smart_factory:0"} <= set(read_unsettled(starts_on=STARTS_ON))
    db.session.rollback()

    change("delete from posting where subject = :name", name=subject)
    assert subject in set(read_unsettled(starts_on=STARTS_ON))


def test_robots_of_one_day_and_type_are_settled_until_one_is_changed(register: Register) -> None:
    subject = min(name for name in _plain() if name.startswith("robot") and not _has_units(name))
    _number_the_robots(int(subject.partition(":")[2]))
    assert subject not in set(read_unsettled(starts_on=STARTS_ON))

    for what, _ in _changed(subject, OF_ALL | OF_ENTRY | OF_UNITS):
        assert subject in set(read_unsettled(starts_on=STARTS_ON)), what


@pytest.mark.parametrize("kind", CHANGES)
def test_a_place_that_is_changed_is_proved_by_itself(register: Register, kind: str) -> None:
    assert list(prove_places()) == []

    subject = min(name for name in _plain() if name.startswith(kind))
    for what, entry_id in _changed(subject, OF_DAY | OF_PLACE):
        assert [fault.key for fault in prove_places()] == [f"entry {entry_id}"], what


def _number_the_robots(entry_id: int) -> None:
    """Let robots stand there one by one, instead of as a lot."""
    lot = db.session.scalars(sa.select(RobotLot).where(RobotLot.entry_id == entry_id)).one()
    facts = RowFacts(lot.measure, 1, lot.from_on)
    db.session.add_all(unit_of(entry_id, number, facts) for number in range(lot.quantity))
    db.session.delete(lot)
    db.session.commit()


def _plain() -> set[str]:
    return _posted().keys() - set(read_unsettled(starts_on=STARTS_ON))


def _has_units(subject: str) -> bool:
    kind, _, number = subject.partition(":")
    of_entry = sa.select(RobotUnit.id).where(RobotUnit.entry_id == int(number))
    return kind == "robot_deployment" and db.session.scalars(of_entry).first() is not None
