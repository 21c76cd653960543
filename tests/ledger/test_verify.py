"""What is altered or deleted by hand is named by the proof, and refused by the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.districts.queries import list_districts
from registry.entries.models import Entry, RobotUnit, Standing
from registry.ledger.fingerprints import read_first_form
from registry.ledger.goals import allocate, set_milestones
from registry.ledger.heads import read_head
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.service import deed
from registry.ledger.verify import verify
from registry.programme.kinds import Kind
from registry.programme.models import Goal
from registry.programme.plan import Milestone
from tests.conftest import STARTS_ON
from tests.ledger.register import Register

CHINESE = re.compile("[\u4e00-\u9fff]")
PLACE = "sequence = :sequence and position = :position"


@pytest.fixture
def register(app: Flask) -> Register:
    """A register with a history, shares of a goal, and a proof that all is well."""
    register = Register(12)
    for _ in range(25):
        register.act()
    goal = db.session.scalars(sa.select(Goal).where(Goal.kind == Kind.SMART_FACTORY)).one()
    shares = {district.id: 1 for district in list_districts()}
    set_milestones(goal, [Milestone(date(2025, 12, 31), 3)], effective_on=STARTS_ON, by=None)
    allocate(goal, shares, effective_on=STARTS_ON, by=None)
    db.session.commit()
    assert verify().fault is None
    return register


@contextmanager
def by_hand() -> Iterator[None]:
    """Switch off what protects the tables, as somebody with the database's password could."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        yield
        db.session.execute(sa.text("SET LOCAL session_replication_role = origin"))
        return
    db.session.rollback()
    raw = db.engine.raw_connection()
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.close()
    found = db.session.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for (name,) in found.all():
        db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    yield


def change(statement: str, **values: object) -> None:
    """Change exactly one row by hand."""
    with by_hand():
        done = db.session.execute(sa.text(statement), values)
        assert done.rowcount == 1  # type: ignore[attr-defined]  # a cursor's result


def named() -> str:
    """Return what the proof names; what is wrong with it is said in Chinese."""
    fault = verify().fault
    assert fault is not None
    row, _, sentence = str(fault).partition(": ")
    assert CHINESE.search(sentence)
    return row


def some(model: type[Event | Posting], *, last: bool) -> dict[str, int]:
    """Return the place of a row in the middle: the first or the last of its seal."""
    rows = db.session.execute(
        sa.select(model.sequence, sa.func.max(model.position) if last else sa.literal(1))
        .group_by(model.sequence)
        .order_by(sa.func.count().desc(), model.sequence)
    ).all()
    return {"sequence": rows[0][0], "position": rows[0][1]}


def put(place: dict[str, int]) -> str:
    return f"sequence {place['sequence']}, position {place['position']}"


def test_a_posting_changed_by_hand_is_named(register: Register) -> None:
    for place in (some(Posting, last=False), some(Posting, last=True)):
        for what in (
            "quantity = quantity + 1",
            "district_id = case district_id when 1 then 2 else 1 end",
            "effective_on = '2025-01-03'",
            "measure = 'mobile_robot_retired'",
            "subject = 'smart_factory:999'",
            "digest = '0'",
        ):
            change(f"update posting set {what} where {PLACE}", **place)

            assert named() == f"posting, {put(place)}", what
            db.session.rollback()


def test_every_posting_is_missed(register: Register) -> None:
    places = db.session.execute(sa.select(Posting.sequence, Posting.position)).all()
    for sequence, position in places:
        place = {"sequence": sequence, "position": position}

        change(f"delete from posting where {PLACE}", **place)

        assert named() == f"posting, {put(place)}"
        db.session.rollback()


def test_every_event_is_missed(register: Register) -> None:
    places = db.session.execute(sa.select(Event.sequence, Event.position)).all()
    for sequence, position in places:
        place = {"sequence": sequence, "position": position}

        change(f"delete from event where {PLACE}", **place)

        assert named() == f"event, {put(place)}"
        db.session.rollback()


def test_an_event_changed_by_hand_is_named(register: Register) -> None:
    place = some(Event, last=False)
    for what in ("type = 'other'", "payload = '{}'", "entry_id = 1"):
        change(f"update event set {what} where {PLACE}", **place)

        assert named() == f"event, {put(place)}"
        db.session.rollback()


def test_a_seal_changed_by_hand_is_named(register: Register) -> None:
    for what in ("cause = 'other'", "previous = hash", "hash = previous", "rows = rows - 1"):
        change(f"update seal set {what} where sequence = 9")

        assert named() == "seal, sequence 9"
        db.session.rollback()


def test_a_seal_changed_in_its_time_is_named(register: Register) -> None:
    later = read_head().recorded_at + timedelta(microseconds=1)

    with by_hand():
        db.session.execute(
            sa.update(Seal).where(Seal.sequence == 30).values(recorded_at=later),
            execution_options={"synchronize_session": False},
        )

    assert named() == "seal, sequence 30"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # elsewhere it cannot be anything else
def test_a_seal_whose_time_was_made_none_is_named(register: Register) -> None:
    newest = read_head().sequence
    posted = sa.select(sa.func.max(Posting.sequence)).where(Posting.sequence < newest)
    times = ("nothing", "9999-99-99 99:99:99.000000", "2026-11-22")
    for sequence, time in product((db.session.scalar(posted), newest), times):
        change(f"update seal set recorded_at = '{time}' where sequence = {sequence}")

        assert named() == f"seal, sequence {sequence}"
        db.session.rollback()


def test_every_seal_is_missed(register: Register) -> None:
    for sequence in range(1, read_head().sequence + 1):
        change("delete from seal where sequence = :sequence", sequence=sequence)

        assert named() == f"seal, sequence {sequence}"
        db.session.rollback()


def test_a_counted_entry_changed_by_hand_is_named(register: Register) -> None:
    entry_id = counted(register, robots=False)
    for what in (
        "effective_on = '2025-01-02'",
        "standing = 'void'",
        "revoked_on = '2025-01-20'",
        "enterprise_id = enterprise_id + 1",
        "district_id = district_id + 1",
        "title = 'another thing'",
        "number = 'X-1'",
        "rank = 99",
    ):
        change(f"update entry set {what} where id = :id", id=entry_id)

        assert named() == f"entry, {entry_id}", what
        db.session.rollback()


def test_every_counted_entry_is_missed(register: Register) -> None:
    for entry_id in sorted(set(db.session.scalars(sa.select(Posting.entry_id)))):
        change("delete from entry where id = :id", id=entry_id)

        assert named() == f"entry, {entry_id}"
        db.session.rollback()


def test_what_hangs_on_a_counted_entry_is_named_by_it(register: Register) -> None:
    entry_id = counted(register, robots=True)
    for statement in (
        "update robot_lot set quantity = quantity + 1",
        f"update robot_lot set from_on = '{register.world.today}'",
        "delete from robot_lot",
        "update entry_district set district_id = district_id + 1",
        "delete from entry_district",
    ):
        change(f"{statement} where entry_id = :id", id=entry_id)

        assert named() in {f"entry, {entry_id}", f"entry_district, entry {entry_id}"}, statement
        db.session.rollback()


def _live_units() -> list[tuple[int, int, int]]:
    """Return id, entry and row of the robots that count today."""
    rows = db.session.execute(
        sa.select(RobotUnit.id, RobotUnit.entry_id, RobotUnit.position)
        .join(Entry, Entry.id == RobotUnit.entry_id)
        .where(RobotUnit.until_on.is_(None), RobotUnit.from_on >= STARTS_ON)
        .where(Entry.standing == Standing.REGISTERED, Entry.revoked_on.is_(None))
    ).all()
    assert rows
    return [(row.id, row.entry_id, row.position) for row in rows]


def test_a_robot_taken_out_by_hand_is_named_by_its_entry(register: Register) -> None:
    for unit_id, entry_id, _row in _live_units():
        for statement in (
            "delete from robot_unit",
            "update robot_unit set is_registered = false",
        ):
            change(f"{statement} where id = :id", id=unit_id)

            assert named() == f"robot_unit, entry {entry_id}"
            db.session.rollback()


def test_a_robot_exchanged_by_hand_is_named(register: Register) -> None:
    for unit_id, entry_id, row in _live_units():
        for statement in (
            "update robot_unit set serial_no = 'another'",
            "update robot_unit set serial_key = 'another'",
            "update robot_unit set brand = 'another'",
            "update robot_unit set model = 'another'",
            "update robot_unit set until_on = from_on",
        ):
            change(f"{statement} where id = :id", id=unit_id)

            assert named() == f"robot_unit, entry {entry_id} row {row}"
            db.session.rollback()


def test_fingerprints_of_the_first_form_still_prove_their_entries(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = counted(register, robots=False)
    with monkeypatch.context() as patch, deed(by=None, cause="relocate") as opened:
        patch.setattr("registry.ledger.service.read_fingerprints", read_first_form)
        opened.entries.add(entry_id)  # as before
    db.session.commit()
    assert verify().fault is None

    change("update entry set title = 'another thing' where id = :id", id=entry_id)
    assert f"与封记 #{read_head().sequence} 所记不符" in str(verify().fault)


def test_seals_from_before_robots_were_sealed_still_verify(register: Register) -> None:
    unit_id, entry_id, row = _live_units()[0]
    with deed(by=None, cause="relocate") as opened:
        opened.entries.add(entry_id)  # as before: the entry's own fingerprint, none of its robots
    db.session.commit()
    change("update robot_unit set serial_no = 'older' where id = :id", id=unit_id)
    assert verify().fault is None

    with deed(by=None, cause="relocate") as opened:
        opened.touch([entry_id])
    db.session.commit()
    assert verify().fault is None
    change("update robot_unit set serial_no = 'newer' where id = :id", id=unit_id)

    assert named() == f"robot_unit, entry {entry_id} row {row}"


def counted(register: Register, *, robots: bool) -> int:
    """Find an entry that counts today: with one lot and one place, or a plain one."""
    counted = {entry for _, _, entry in register.world.count(register.world.today)}
    return next(
        register.ids[entry.id]
        for entry in register.world.entries
        if entry.id in counted
        and len(entry.places) == 1
        and bool(entry.rows) == robots
        and (not robots or [row.quantity > 1 for row in entry.rows] == [True])
        and entry.revoked_on is None
        and str(entry.effective_on) > "2025-01-02"
    )


def test_an_entry_put_in_by_hand_is_named(register: Register) -> None:
    columns = "kind, enterprise_id, district_id, title, title_key, effects, standing, precision"
    with by_hand():
        db.session.execute(
            sa.text(
                f"insert into entry (id, {columns}, is_asked, effective_on, rank, created_at)"
                f" select 9999, {columns}, is_asked, effective_on, 9999, created_at"
                " from entry where id = :id"
            ),
            {"id": counted(register, robots=False)},
        )

    assert named() == "entry, 9999"


def test_every_cell_and_month_is_proved(register: Register) -> None:
    cells = db.session.execute(sa.text("select day, district_id, measure from cell")).all()
    for day, district_id, measure in cells[:: len(cells) // 12]:
        where = "day = :day and district_id = :district_id and measure = :measure"
        values = {"day": day, "district_id": district_id, "measure": measure}
        for statement in ("update cell set total = total + 1", "delete from cell"):
            change(f"{statement} where {where}", **values)

            assert named() == f"cell, {day} {district_id} {measure}"
            db.session.rollback()
    for statement in ("update trend set total = total - 1", "delete from trend"):
        change(f"{statement} where month = '2025-01-01' and measure = 'robot'")

        assert named() == "trend, 2025-01-01 robot"
        db.session.rollback()


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("goal_version", "target = 11"),
        ("goal_version", "source = 'x'"),
        ("plan_version", "milestones = '[]'"),
        ("allocation", "quantity = 3"),
        ("allocation", "source = 'x'"),
    ],
)
def test_targets_plan_lines_and_shares_are_proved(
    register: Register, table: str, what: str
) -> None:
    sequence = db.session.scalar(sa.text(f"select max(sequence) from {table}"))
    one = "and district_id = 1" if table == "allocation" else ""
    for statement in (f"update {table} set {what}", f"delete from {table}"):
        change(f"{statement} where sequence = :sequence {one}", sequence=sequence)

        assert named().startswith(f"{table}, ")
        assert named().endswith(f"sequence {sequence}")
        db.session.rollback()


def test_a_chain_cut_off_is_found_by_a_head_printed_earlier(register: Register) -> None:
    printed = read_head()
    assert verify(expect=printed).fault is None
    with by_hand():
        for table in ("allocation", "event", "seal"):
            db.session.execute(sa.text(f"delete from {table} where sequence = 31"))
    assert verify().fault is None

    fault = verify(expect=printed).fault

    assert str(fault).startswith("seal, sequence 31: 缺失")


def test_a_head_with_another_hash_is_not_in_the_chain(register: Register) -> None:
    fault = verify(expect=(9, "0" * 64)).fault

    assert str(fault) == "seal, sequence 9: 与印出的不一致。"


WAYS = {
    "sqlite": ("insert or replace into {0} select * from {0}",),
    "postgresql": ("truncate {0} cascade",),
}


def test_the_database_refuses_to_change_what_was_recorded(register: Register) -> None:
    ways = ("update {0} set sequence = sequence", "delete from {0}")
    for table in ("seal", "event", "posting", "goal_version", "plan_version", "allocation"):
        for way in (*ways, *WAYS[db.engine.dialect.name]):
            with pytest.raises(sa.exc.IntegrityError, match="is append-only"):
                db.session.execute(sa.text(way.format(table)))
            db.session.rollback()
