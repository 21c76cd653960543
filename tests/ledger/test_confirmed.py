"""PostgreSQL confirms a chain that is whole, and no other; SQLite leaves it all to the proof."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any  # columns of three tables

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.clock import day_of
from registry.core.database import db, is_sqlite
from registry.ledger import chain, links
from registry.ledger.confirmed import is_confirmed
from registry.ledger.heads import read_head
from registry.ledger.links import Part
from registry.ledger.models import Event, Posting, Seal
from registry.programme.kinds import Measure
from tests.conftest import STARTS_ON
from tests.ledger.register import Register
from tests.ledger.test_verify import by_hand

TABLES = {"seal": Seal, "event": Event, "posting": Posting}
ON_POSTGRESQL = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@pytest.fixture
def parts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """The chain of a register with a history, in parts of four seals."""
    register = Register(12)
    for _ in range(12):
        register.act()
    db.session.commit()
    monkeypatch.setattr(links, "SEALS_IN_PART", 4)
    return links.parts_of(read_head().sequence)


def _are_confirmed(parts: list[Part]) -> list[bool]:
    return [is_confirmed(part, starts_on=STARTS_ON) for part in parts]


def _can_confirm() -> bool:
    return not is_sqlite(db.session.connection())


def _middle() -> Any:
    """Return a seal with postings and an event, at the end of a part."""
    found = (
        sa.select(Seal)
        .where(Seal.sequence % 4 == 0, Seal.sequence.in_(sa.select(Posting.sequence)))
        .where(Seal.sequence.in_(sa.select(Event.sequence)))
    )
    return db.session.scalars(found.order_by(Seal.sequence)).first()


def _set(table: str, column: str, sequence: int, value: object) -> None:
    """Change a value of the first row of a seal by hand."""
    with by_hand():
        model: Any = TABLES[table]
        first = model.sequence == sequence
        if table != "seal":
            first = sa.and_(first, model.position == 1)
        db.session.execute(sa.update(model).where(first).values({column: value}))
        db.session.expire_all()


def _forge(first: int) -> None:
    """Write all hashes anew from a seal on, as somebody with the program could."""
    with by_hand():
        for model, digest in ((Event, chain.event_digest), (Posting, chain.posting_digest)):
            columns = {Event: links.EVENT_COLUMNS, Posting: links.POSTING_COLUMNS}[model]
            found = sa.select(*columns[:-1]).where(model.sequence >= first)
            for row in db.session.execute(found).all():
                one = sa.and_(model.sequence == row[0], model.position == row[1])
                db.session.execute(sa.update(model).where(one).values(digest=digest(tuple(row))))
        before = db.session.scalar(_last_hash(first))
        for seal in list(db.session.scalars(_seals_from(first))):
            before = _reseal(seal, before or chain.NOTHING_BEFORE)
        db.session.flush()


def _last_hash(first: int) -> sa.Select[str]:
    return sa.select(Seal.hash).where(Seal.sequence < first).order_by(Seal.sequence.desc()).limit(1)


def _seals_from(first: int) -> sa.Select[Seal]:
    return sa.select(Seal).where(Seal.sequence >= first).order_by(Seal.sequence)


def _reseal(seal: Seal, previous: str) -> str:
    written = chain.write_moment(seal.recorded_at)
    facts = chain.SealFacts(seal.sequence, written, seal.actor_id, seal.cause, seal.rows, previous)
    hash_ = chain.seal_hash(facts, list(_digests(seal.sequence)))
    own = sa.update(Seal).where(Seal.sequence == seal.sequence)
    db.session.execute(own.values(previous=previous, hash=hash_))
    return hash_


def _digests(sequence: int) -> Iterator[str]:
    for model in (Event, Posting):
        found = sa.select(model.digest).where(model.sequence == sequence)
        yield from db.session.scalars(found.order_by(model.position))


def test_a_whole_chain_is_confirmed_where_the_database_can_hash(parts: list[Part]) -> None:
    assert set(_are_confirmed(parts)) == {_can_confirm()}
    assert len(_are_confirmed(parts)) > 2


@ON_POSTGRESQL
def test_no_changed_value_is_confirmed(parts: list[Part]) -> None:
    sequence = _middle().sequence
    for table, model in TABLES.items():
        for column in model.__table__.columns:
            known = sa.select(column).where(model.__table__.c.sequence == sequence)
            value = _another(db.session.execute(known).scalar())
            _set(table, column.name, sequence, value)
            assert not all(_are_confirmed(parts)), f"{table}.{column.name}"
            db.session.rollback()


def _another(value: Any) -> Any:
    if isinstance(value, Measure):
        return next(other for other in Measure if other != value)
    if isinstance(value, str):
        return f"x{value[1:]}"
    return (value or 0) + 100_000 if isinstance(value, int | None) else value + timedelta(days=1)


@ON_POSTGRESQL
def test_hashes_forged_to_the_end_are_right_again(parts: list[Part]) -> None:
    _set("posting", "quantity", _middle().sequence, 7)
    _forge(_middle().sequence)

    assert set(_are_confirmed(parts)) == {_can_confirm()}


@ON_POSTGRESQL
def test_a_day_outside_the_programme_or_after_the_seal_is_not_confirmed(parts: list[Part]) -> None:
    seal = _middle()
    for day in (STARTS_ON - timedelta(days=1), day_of(seal.recorded_at) + timedelta(days=1)):
        _set("posting", "effective_on", seal.sequence, day)
        _forge(seal.sequence)
        assert not all(_are_confirmed(parts))


@ON_POSTGRESQL
@pytest.mark.parametrize("model", [Event, Posting])
def test_a_gap_in_the_positions_is_not_confirmed(
    parts: list[Part], model: type[Event | Posting]
) -> None:
    several = sa.select(model.sequence).group_by(model.sequence).having(sa.func.count() > 1)
    sequence, last = db.session.execute(several.add_columns(sa.func.max(model.position))).all()[0]
    for position, other in ((1, 0), (last, 999)):
        row = sa.and_(model.sequence == sequence, model.position == position)
        with by_hand():
            db.session.execute(sa.update(model).where(row).values(position=other))
        _forge(sequence)
        assert not all(_are_confirmed(parts))
        db.session.rollback()


@ON_POSTGRESQL
def test_a_time_that_does_not_rise_is_not_confirmed(parts: list[Part]) -> None:
    for sequence in (_middle().sequence, _middle().sequence + 1):
        before = db.session.get(Seal, sequence - 1)
        assert before is not None
        _set("seal", "recorded_at", sequence, before.recorded_at - timedelta(seconds=1))
        _forge(sequence)
        assert not all(_are_confirmed(parts))
        db.session.rollback()


@ON_POSTGRESQL
def test_a_seal_that_does_not_follow_is_not_confirmed(parts: list[Part]) -> None:
    for sequence in (_middle().sequence, _middle().sequence + 1):
        seal = db.session.get(Seal, sequence)
        assert seal is not None
        with by_hand():
            _reseal(seal, hashlib.sha256(b"another").hexdigest())
        assert not all(_are_confirmed(parts))
        db.session.rollback()


@ON_POSTGRESQL
@pytest.mark.parametrize("more", [0, 1])
def test_a_chain_without_one_of_its_seals_is_not_confirmed(parts: list[Part], more: int) -> None:
    sequence = _middle().sequence + more
    with by_hand():
        for model in (Event, Posting, Seal):
            db.session.execute(sa.delete(model).where(model.sequence == sequence))
    _forge(sequence + 1)

    assert not _are_confirmed(parts)[(sequence - 1) // 4]


@ON_POSTGRESQL
def test_a_seal_that_says_another_number_of_rows_is_not_confirmed(parts: list[Part]) -> None:
    seal = _middle()
    _set("seal", "rows", seal.sequence, seal.rows + 1)
    _forge(seal.sequence)

    assert not all(_are_confirmed(parts))
