"""A deed: order, time, what a preview foretells, and what an import of many days folds."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core import clock
from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryDistrict, Standing
from registry.ledger.answers import read_tally
from registry.ledger.cells import SPANS_MOST
from registry.ledger.heads import read_head
from registry.ledger.models import Cell, Posting, Seal
from registry.ledger.preview import preview
from registry.ledger.queries import read_totals
from registry.ledger.service import deed
from registry.ledger.verify import verify
from registry.programme.kinds import Kind, Measure
from tests.factories import AT, a_district, an_enterprise


def _entries(many: int, *, seed: int, districts: list[int]) -> list[Entry]:
    """Write workshops of many days into the register and return them."""
    chance = random.Random(seed)
    firm = an_enterprise()
    rank = (db.session.scalar(sa.select(sa.func.max(Entry.rank))) or 0) + 1
    found = []
    for number in range(many):
        entry = Entry(
            kind=Kind.SMART_WORKSHOP,
            enterprise_id=firm.id,
            district_id=chance.choice(districts),
            title=f"workshop {number}",
            standing=Standing.REGISTERED,
            effective_on=date(2025, 1, 1) + timedelta(days=chance.randrange(400)),
            rank=rank + number,
            created_at=AT,
        )
        db.session.add(entry)
        found.append(entry)
    db.session.flush()
    for entry in found:
        assert entry.effective_on is not None
        place = {"from_on": entry.effective_on, "district_id": entry.district_id}
        db.session.add(EntryDistrict(entry_id=entry.id, **place))
    db.session.flush()
    return found


def _import(many: int, *, seed: int, districts: list[int]) -> None:
    with clock.set_to(AT), deed(by=None, cause="import") as opened:
        opened.touch([entry.id for entry in _entries(many, seed=seed, districts=districts)])
        opened.record("imported", {"entries": many})
    db.session.commit()


def test_an_import_of_many_days_folds_like_single_deeds(app: Flask) -> None:
    districts = list(db.session.scalars(sa.select(District.id).order_by(District.position)))
    _import(60, seed=1, districts=districts)

    _import(SPANS_MOST + 300, seed=2, districts=districts)
    _import(40, seed=3, districts=districts)

    assert verify().fault is None
    spans = db.session.scalar(sa.select(sa.func.count()).select_from(Posting))
    assert spans == SPANS_MOST + 400


def test_a_district_that_came_later_has_its_cells_too(app: Flask) -> None:
    _import(5, seed=1, districts=[a_district().id])
    new = District(code="320599", name_zh="新区", name_en="New", aliases=[], position=99)
    db.session.add(new)
    db.session.flush()

    _import(5, seed=2, districts=[new.id])

    assert verify().fault is None
    head = read_head()
    totals = read_totals(date(2026, 5, 1), head=head, newest=head)
    assert totals[new.id, Measure.SMART_WORKSHOP] == 5


def test_a_preview_foretells_the_deed_and_posts_nothing(app: Flask) -> None:
    here = a_district().id
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Posting))
    with db.session.begin_nested() as savepoint:
        ids = [entry.id for entry in _entries(7, seed=5, districts=[here])]
        changes = preview(ids)
        savepoint.rollback()

    assert changes.by_district == {(here, Measure.SMART_WORKSHOP): 7}
    wanted = {measure: 7 if measure is Measure.SMART_WORKSHOP else 0 for measure in Measure}
    assert changes.by_measure == wanted
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Entry)) == 0


def test_the_clock_may_stand_or_go_back_and_the_seals_still_rise(app: Flask) -> None:
    for moment in (AT, AT, AT - timedelta(days=9)):
        with clock.set_to(moment), deed(by=None, cause="test") as opened:
            opened.record("tested", {})
    db.session.commit()

    times = db.session.scalars(sa.select(Seal.recorded_at).order_by(Seal.sequence)).all()
    tick = timedelta(microseconds=1)
    assert times[-3:] == [AT, AT + tick, AT + 2 * tick]
    assert verify().fault is None


def test_what_fails_within_a_deed_leaves_nothing(app: Flask) -> None:
    head = read_head()
    with pytest.raises(ZeroDivisionError), deed(by=None, cause="test") as opened:
        opened.record("tested", {"share": 1 / 0})
    db.session.rollback()

    assert read_head() == head


def test_two_records_of_one_firm_count_once_after_the_merger(app: Flask) -> None:
    firms = [an_enterprise(), an_enterprise()]
    on = date(2025, 5, 1)
    with clock.set_to(AT), deed(by=None, cause="import") as opened:
        entries = [_upgrade(firm, on=on + timedelta(days=n)) for n, firm in enumerate(firms)]
        opened.touch([entry.id for entry in entries])
        opened.record("imported", {})
    db.session.commit()
    assert read_tally(on + timedelta(days=9)).goals[2].counted == 2

    with clock.set_to(AT), deed(by=None, cause="merge") as opened:
        opened.touch([entry.id for entry in entries])
        firms[1].merged_into_id = firms[0].id
        opened.touch([entry.id for entry in entries])
        opened.record("merged", {"from": firms[1].id, "into": firms[0].id})
    db.session.commit()

    assert read_tally(on + timedelta(days=9)).goals[2].counted == 1
    assert verify().fault is None


def _upgrade(firm: Enterprise, *, on: date) -> Entry:
    rank = (db.session.scalar(sa.select(sa.func.max(Entry.rank))) or 0) + 1
    entry = Entry(
        kind=Kind.EQUIPMENT_UPGRADE,
        enterprise_id=firm.id,
        district_id=a_district().id,
        standing=Standing.REGISTERED,
        effective_on=on,
        rank=rank,
        created_at=AT,
    )
    db.session.add(entry)
    db.session.flush()
    place = EntryDistrict(entry_id=entry.id, from_on=on, district_id=entry.district_id)
    db.session.add(place)
    db.session.flush()
    return entry


def test_every_day_that_has_cells_is_complete(app: Flask) -> None:
    _import(9, seed=4, districts=[a_district().id])

    days = Counter(db.session.scalars(sa.select(Cell.day)))
    lines = db.session.scalar(sa.select(sa.func.count()).select_from(District)) or 0

    assert set(days.values()) == {lines * len(Measure)}


def test_seals_carry_microseconds_on_both_databases(app: Flask) -> None:
    moment = datetime(2026, 6, 1, 2, 0, 0, 123456, tzinfo=UTC)
    with clock.set_to(moment), deed(by=None, cause="test") as opened:
        opened.record("tested", {})
    db.session.commit()
    db.session.expire_all()

    assert read_head().recorded_at == moment
