"""A proof that several processes share finds what one finds."""

from __future__ import annotations

import pytest
from flask import Flask, current_app

from registry.core.database import db, reading
from registry.ledger.models import Posting
from registry.ledger.verify import verify
from tests.ledger.register import Register
from tests.ledger.test_verify import PLACE, change, counted, some


@pytest.fixture
def register(app: Flask) -> Register:
    """A register with a history."""
    register = Register(12)
    for _ in range(25):
        register.act()
    db.session.commit()
    return register


def _one_at_most(*, most: int) -> int:
    return min(most, 1)


def _proved(register: Register) -> list[str]:
    """Return what is found by one process, and by several as in a large register."""
    found = []
    db.session.remove()  # a process begins with no database open
    for entries in (10**9, 1):
        with current_app.app_context(), reading(), pytest.MonkeyPatch.context() as patch:
            patch.setattr("registry.ledger.verify.LARGE", entries)
            patch.setattr("registry.ledger.verify.count_spare_processors", _one_at_most)
            patch.setattr("registry.ledger.links.SEALS_IN_PART", 4)
            found.append(str(verify()))
            db.session.remove()
    return found


def test_several_processes_find_what_one_finds(register: Register) -> None:
    one, several = _proved(register)
    assert one == several
    assert one.endswith("fault=None)")
    entry_id, place = counted(register, robots=False), some(Posting, last=True)
    change("update entry set title = 'another thing' where id = :id", id=entry_id)
    db.session.commit()
    one, several = _proved(register)
    assert one == several
    assert "table='entry', sentence=l'已被改动：与封记" in one

    change(f"update posting set quantity = quantity + 1 where {PLACE}", **place)
    db.session.commit()
    one, several = _proved(register)
    assert one == several
    assert f"sequence={place['sequence']}, position={place['position']}" in one
