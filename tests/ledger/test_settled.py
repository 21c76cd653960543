"""What the database settles is plain and right; all else is left to the recount."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.ledger.facts import load_facts
from registry.ledger.models import Posting
from registry.ledger.settled import read_unsettled
from registry.ledger.timelines import desired
from tests.conftest import STARTS_ON
from tests.ledger.register import Register

OF_ENTRY = {
    "revoked": "update entry set revoked_on = '2026-01-01' where id = :id",
    "void": "update entry set standing = 'void' where id = :id",
    "another day": "update entry set effective_on = '2025-01-02' where id = :id",
    "another place": "update entry_district set district_id = district_id + 1 where entry_id = :id",
    "no place": "delete from entry_district where entry_id = :id",
    "a second place": "insert into entry_district (entry_id, from_on, district_id)"
    " select entry_id, '2026-01-01', district_id from entry_district where entry_id = :id",
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
    "no lot": "delete from robot_lot where entry_id = :id",
}
CHANGES = {
    "smart_factory": OF_ENTRY,
    "smart_workshop": OF_ENTRY,
    "equipment_upgrade": OF_ENTRY | OF_FIRM,
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


@pytest.mark.parametrize("kind", CHANGES)
def test_a_plain_subject_that_is_changed_is_left_to_the_recount(
    register: Register, kind: str
) -> None:
    plain = _posted().keys() - set(read_unsettled(starts_on=STARTS_ON))
    subject = min(name for name in plain if name.startswith(kind))
    entry_id = _posted()[subject][0][3]
    for what, statement in (OF_ALL | CHANGES[kind]).items():
        db.session.execute(sa.text(statement), {"id": entry_id})

        left = set(read_unsettled(starts_on=STARTS_ON))
        assert subject in left, what
        db.session.rollback()
