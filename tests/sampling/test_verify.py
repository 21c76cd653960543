"""What is altered in a draw or a result by hand is named by the proof, refused by the database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.ledger.verify import verify
from registry.sampling.models import CheckResult, Outcome
from tests.ledger.test_verify import change, named
from tests.sampling.factories import a_draw, a_result, drawn, workshops


@pytest.fixture
def result(app: Flask) -> CheckResult:
    """A result of the one draw that there is, and a proof that all is well."""
    workshops(6)
    found = a_result(drawn(a_draw("2"))[0], Outcome.DEVIATION)
    db.session.commit()
    assert verify().fault is None
    return found


@pytest.mark.parametrize(
    "what",
    [
        "outcome = 'in_order'",
        "checked_on = '2026-11-16'",
        "checkers = '别人'",
        "words = '一切正常'",
        "entry_id = entry_id + 1",
        "look = 2",
        "found = 3",
    ],
)
def test_a_result_changed_by_hand_is_named(result: CheckResult, what: str) -> None:
    sequence = result.sequence

    change(f"update check_result set {what} where sequence = {sequence}")

    assert named() == f"check_result, sequence {sequence}"


def test_a_result_taken_out_by_hand_is_missed(result: CheckResult) -> None:
    sequence = result.sequence

    change(f"delete from check_result where sequence = {sequence}")

    assert named() == f"check_result, sequence {sequence}"


@pytest.mark.parametrize("what", ["size = 1", "purpose = 'x'", "seed = 'f'", "population = 7"])
def test_a_draw_changed_by_hand_is_named(result: CheckResult, what: str) -> None:
    sequence = result.draw_sequence

    change(f"update draw set {what} where sequence = {sequence}")

    assert named() == f"draw, sequence {sequence}"


@pytest.mark.parametrize(
    "what", ["key = '0'", "quantity = 2", "entry_id = entry_id + 100", "district_id = 1"]
)
def test_a_drawn_entry_changed_by_hand_is_named(result: CheckResult, what: str) -> None:
    sequence = result.draw_sequence

    change(f"update draw_entry set {what} where position = 2")

    assert named() == f"draw_entry, sequence {sequence}, position 2"


def test_an_entry_put_into_the_sample_or_taken_out_is_named(result: CheckResult) -> None:
    sequence = result.draw_sequence

    change("delete from draw_entry where position = 2")
    assert named() == f"draw_entry, sequence {sequence}, position 2"
    db.session.rollback()

    columns = "draw_sequence, 3, entry_id + 100, district_id, quantity, key"
    change(f"insert into draw_entry select {columns} from draw_entry where position = 2")
    assert named() == f"draw_entry, sequence {sequence}"


@pytest.mark.parametrize("table", ["draw", "draw_entry", "check_result"])
@pytest.mark.parametrize("how", ["update", "delete", "replace"])
def test_the_database_refuses_to_change_them(result: CheckResult, table: str, how: str) -> None:
    column = "position" if table == "draw_entry" else "sequence"
    statements = {
        "update": f"update {table} set {column} = {column}",
        "delete": f"delete from {table}",
        "replace": f"insert or replace into {table} select * from {table}",
    }
    if how == "replace" and db.engine.dialect.name != "sqlite":
        return

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text(statements[how]))
