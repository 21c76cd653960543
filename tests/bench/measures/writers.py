"""P4 and P5: approvals a second with 16 writers against one, and how evenly they get their turn.

Each writer is a process with its own connection. It opens a claimed case as a page does, in a
transaction that only reads, then approves it by the service and commits durably. One writer and all
take turns, so that both see the same machine; the slower it is, the longer the turns.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, sleep

from registry.accounts.models import User
from registry.applications.queries import get_visible
from registry.core.database import db, reading
from tests.bench.lines import Line, at_least, ms, percentile
from tests.bench.measures.approval import Claimed, approve, list_claimed
from tests.bench.places import Place, close, open_place
from tests.bench.seeds import add_claimed

IDS = ("P4", "P5")
WRITERS, ROUNDS = 16, 4
APPROVALS_OF_ONE = 120  # so many of each writer, all together, to tell how even they are
SECONDS_LEAST, SECONDS_MOST = 4.0, 15.0
CASES_OF_ALL, CASES_OF_ONE = 700, 5_000


@dataclass(frozen=True)
class Done:
    """What one writer did in one turn: the seconds of each approval, and what went wrong."""

    times: tuple[float, ...]
    seconds: float
    error: str = ""


def measure(place: Place) -> Iterator[Line]:
    with place.copy() as copy:
        add_claimed(copy, WRITERS * CASES_OF_ALL + CASES_OF_ONE)
        with copy.app.app_context():
            cases = list_claimed()
            close(copy)
        with _writers(copy, cases) as writers:
            seconds = _choose_seconds(writers)
            turns = [_take_turns(writers, seconds) for _ in range(ROUNDS)]
    yield from _judge(place, turns, seconds=seconds)


def _choose_seconds(writers: Sequence[Connection]) -> float:
    """Choose how long a turn lasts, by what one writer gets done on this machine."""
    wanted = WRITERS * APPROVALS_OF_ONE / ROUNDS / _rate(_run(writers[:1], SECONDS_LEAST))
    return min(max(wanted, SECONDS_LEAST), SECONDS_MOST)


def _judge(
    place: Place, turns: Sequence[tuple[list[Done], list[Done]]], *, seconds: float
) -> Iterator[Line]:
    one = [_rate(alone) for alone, _ in turns]
    all_ = [_rate(together) for _, together in turns]
    errors = [done.error for turn in turns for part in turn for done in part if done.error]
    times = [time for _, together in turns for done in together for time in done.times]
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    detail = (
        f"{median(all_):.0f} approvals/s with {WRITERS} writers, {median(one):.0f} with one"
        f" ({ROUNDS} turns of {seconds:.0f} s each, in turn; {place.size:,} entries)\n"
        f"with {WRITERS}: p50 {ms(p50)}, p99 {ms(p99)}, {len(errors)} errors {' '.join(errors[:1])}"
    )
    ratio = median(many / alone for many, alone in zip(all_, one, strict=True)) if not errors else 0
    cause = "an error" if errors else "more processes than cores share the machine and one lock"
    yield at_least("P4", place.database, ratio, 1.0, detail=detail, cause=cause)
    counts = [sum(len(part[n].times) for _, part in turns) for n in range(WRITERS)]
    detail = f"from {min(counts)} to {max(counts)} approvals a writer"
    share = min(counts) / max(counts)
    cause = "the lock goes round in turn; who gets less of the processors asks for it less often"
    yield at_least("P5", place.database, share, 0.9, detail=detail, cause=cause)


def _rate(parts: Sequence[Done]) -> float:
    return sum(len(done.times) for done in parts) / max(done.seconds for done in parts)


@contextmanager
def _writers(place: Place, cases: Sequence[Claimed]) -> Iterator[list[Connection]]:
    """Start the writers, each with its own cases, and end them."""
    context = multiprocessing.get_context("spawn")
    extra = cases[len(cases) - CASES_OF_ONE :]
    started, ends = [], []
    for number in range(WRITERS):
        mine = [*cases[: len(cases) - CASES_OF_ONE][number::WRITERS]]
        mine += extra if number == 0 else []
        here, there = context.Pipe()
        where = (place.database, place.size, place.database_url, place.data_dir)
        process = context.Process(target=_write, args=(there, where, mine), daemon=True)
        process.start()
        started.append(process)
        ends.append(here)
    try:
        for end in ends:
            end.recv()
        yield ends
    finally:
        for end in ends:
            end.send(None)
        for process in started:
            process.join(timeout=20)
            process.kill()


def _take_turns(writers: Sequence[Connection], seconds: float) -> tuple[list[Done], list[Done]]:
    return _run(writers[:1], seconds), _run(writers, seconds)


def _run(writers: Sequence[Connection], seconds: float) -> list[Done]:
    begin = monotonic() + 0.2
    for writer in writers:
        writer.send((begin, begin + seconds))
    return [writer.recv() for writer in writers]


def _write(end: Connection, where: tuple[str, int, str, Path], cases: list[Claimed]) -> None:
    """Be one writer, until told to stop."""
    place = open_place(*where)
    waiting = iter(cases)
    with place.app.app_context():
        _approve_next(waiting)  # the first one loads what later ones have
        end.send("ready")
        while (turn := end.recv()) is not None:
            end.send(_write_until(waiting, *turn))
        close(place)


def _write_until(waiting: Iterator[Claimed], begin: float, until: float) -> Done:
    times: list[float] = []
    error = ""
    sleep(max(0.0, begin - monotonic()))
    while monotonic() < until and not error:
        start = perf_counter()
        try:
            _approve_next(waiting)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is what the line tells
            error = f"{type(problem).__name__}: {problem}"[:200]
            db.session.remove()
        else:
            times.append(perf_counter() - start)
    return Done(tuple(times), monotonic() - begin, error)


def _approve_next(waiting: Iterator[Claimed]) -> None:
    case = next(waiting)
    with reading():
        officer = db.session.get_one(User, case.holder_id)
        get_visible(officer, case.id)
        db.session.remove()
    approve(case)
