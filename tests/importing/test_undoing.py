"""Imports that are taken back: never registered, named where others relied on them."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import NotFound, WrongState
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryTitle, Standing
from registry.importing.service import undo_import
from registry.importing.words import change_label
from registry.ledger.models import Seal
from registry.programme.kinds import Kind, Measure
from tests.factories import a_credit_code
from tests.importing.answers import TODAY, by_district, count
from tests.importing.factories import (
    AT,
    FACTORY,
    ROBOTS,
    UPGRADE,
    counted,
    import_lines,
)

pytestmark = pytest.mark.usefixtures("app", "english")


def test_undone_it_was_never_registered_and_may_be_imported_again() -> None:
    first = import_lines(
        {**FACTORY, "uscc": a_credit_code(), "source_ref": "1"},
        {**ROBOTS, "serials": "abb:1", "quantity": "", "source_ref": "2"},
    )
    assert first.batch_id is not None
    seals = count(Seal)

    undone = undo_import(first.batch_id, by=None, at=AT)

    assert (undone.entries, undone.changed, undone.relying) == (2, [], [])
    assert counted(TODAY) == {}
    assert count(Seal) == seals + 1
    assert set(db.session.scalars(sa.select(Entry.standing))) == {Standing.VOID}
    assert count(Enterprise) == 1
    again = import_lines(
        {**FACTORY, "source_ref": "1"},
        {**ROBOTS, "serials": "abb:1", "quantity": "", "source_ref": "2"},
    )
    assert again.added == {Kind.SMART_FACTORY: 1, Kind.ROBOT_DEPLOYMENT: 1}
    assert counted(TODAY) == {Measure.SMART_FACTORY: 1, Measure.ROBOT: 1}


def test_undone_twice_is_refused_and_unknown_is_not_found() -> None:
    first = import_lines(FACTORY)
    assert first.batch_id is not None
    undo_import(first.batch_id, by=None, at=AT)

    with pytest.raises(WrongState):
        undo_import(first.batch_id, by=None, at=AT)
    with pytest.raises(NotFound):
        undo_import(99, by=None, at=AT)


def test_undoing_moves_an_enterprise_to_its_next_upgrade() -> None:
    early = import_lines({**UPGRADE, "title": "一", "decided_on": "2025-01-10"})
    import_lines({**UPGRADE, "title": "二", "decided_on": "2025-06-10", "district": "常熟"})
    assert early.batch_id is not None

    undo_import(early.batch_id, by=None, at=AT)

    assert counted(date(2025, 6, 9)) == {}
    assert by_district(TODAY)["常熟市", Measure.EQUIPMENT_UPGRADE] == 1
    assert counted(TODAY) == {Measure.EQUIPMENT_UPGRADE: 1}


def test_undoing_names_what_changed_and_which_rows_relied_on_it() -> None:
    first = import_lines(FACTORY)
    second = import_lines({**FACTORY, "level": "national"}, {**FACTORY, "title": "二"})
    assert first.batch_id is not None
    entry = db.session.scalars(sa.select(Entry).order_by(Entry.rank)).first()
    assert entry is not None
    entry.revoked_on = date(2026, 1, 1)

    undone = undo_import(first.batch_id, by=None, at=AT)

    assert undone.changed == [(entry.number, ["revoked"])]
    assert undone.relying == [(second.batch_id, 2)]
    again = import_lines({**FACTORY, "level": "national"}, {**FACTORY, "title": "二"})
    assert (again.added, again.present) == ({Kind.SMART_FACTORY: 1}, 1)


def test_a_check_on_site_has_a_word_of_its_own() -> None:
    assert str(change_label("entry_checked")) == "checked on site"


def test_undoing_takes_back_titles_given_to_entries_of_others() -> None:
    import_lines(FACTORY)
    second = import_lines({**FACTORY, "level": "national"})
    assert second.batch_id is not None

    undone = undo_import(second.batch_id, by=None, at=AT)

    assert (undone.entries, undone.titles, count(EntryTitle)) == (0, 1, 0)
    assert counted(TODAY) == {Measure.SMART_FACTORY: 1}
