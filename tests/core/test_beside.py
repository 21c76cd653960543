"""Parts shared with other processes: what the caller's snapshot has, or the caller does them."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.beside import ProcessDiedError, in_parts
from registry.core.database import db, reading
from registry.districts.models import District

SECONDS = 90  # until another process has begun, on a machine that is busy


def _read() -> tuple[int, int]:
    """Return how many districts there are, and which process says so."""
    found = db.session.scalar(sa.select(sa.func.count()).select_from(District))
    return found or 0, os.getpid()


def _read_when_both(signs: Path) -> tuple[int, int]:
    """Read; whoever begins waits until another process has begun as well, so each does one part."""
    signs.joinpath(str(os.getpid())).touch()
    _wait_until(lambda: len([*signs.iterdir()]) > 1)
    return _read()


def _wait_until(holds: Callable[[], bool]) -> None:
    until = monotonic() + SECONDS
    while not holds() and monotonic() < until:
        sleep(0.05)


def _die_elsewhere(sign: Path, *, caller: int) -> None:
    if os.getpid() != caller:
        sign.touch()
        os._exit(3)
    _wait_until(sign.exists)


def _fail() -> None:
    raise LookupError("nothing there")


def _same() -> Hashable:
    return 1


def _of_process() -> Hashable:
    return os.getpid()


def _give(number: int) -> int:
    return number


def test_another_process_reads_in_a_transaction_of_its_own(app: Flask, tmp_path: Path) -> None:
    part = partial(_read_when_both, tmp_path)
    with app.app_context(), reading():
        answers = list(in_parts([part, part], version=_same, others=1))

        districts, caller = _read()
        assert [count for count, _ in answers] == [districts, districts]
        assert {process for _, process in answers} > {caller}
        db.session.remove()


def test_answers_come_in_the_order_of_the_parts(app: Flask) -> None:
    parts = [partial(_give, number) for number in range(40)]
    with app.app_context(), reading():
        assert list(in_parts(parts, version=_same, others=1, heavy=[30, 7])) == [*range(40)]
        db.session.remove()


def test_who_sees_another_version_does_nothing(app: Flask) -> None:
    with app.app_context(), reading():
        answers = list(in_parts([_read] * 5, version=_of_process, others=1))

        assert answers == [_read()] * 5
        db.session.remove()


def test_what_the_caller_wrote_is_in_the_answer(app: Flask) -> None:
    db.session.execute(sa.update(District).values(code=District.code))
    assert list(in_parts([_read] * 2, version=_same, others=1)) == [_read()] * 2
    db.session.rollback()


@pytest.mark.parametrize("others", [0, 1])
def test_a_mistake_reaches_the_caller_in_its_turn(app: Flask, others: int) -> None:
    parts: list[Callable[[], object]] = [partial(_give, 1), _fail, partial(_give, 3)]
    with app.app_context(), reading():
        answers = in_parts(parts, version=_same, others=others)

        assert next(answers) == 1
        with pytest.raises(LookupError):
            next(answers)
        answers.close()
        db.session.remove()


def test_a_process_that_dies_is_a_mistake(app: Flask, tmp_path: Path) -> None:
    part = partial(_die_elsewhere, tmp_path / "sign", caller=os.getpid())
    with app.app_context(), reading():
        with pytest.raises(ProcessDiedError):
            list(in_parts([part, part, part], version=_same, others=1))
        db.session.remove()
