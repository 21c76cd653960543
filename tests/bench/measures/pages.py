"""P6, P7 and P8: the tally page against a page with nothing in it, and while others work.

P6 and P7 go through the whole application (session, menu, headers, log, counts), both pages alike,
without a wire between. Before each visit of P6 one case is approved by the service; that is not
timed. P7 asks whether the page that was kept is still right. P8 asks a server of two processes,
as it runs in a city, over the loopback: alone, and while four officers approve without pause, each
in a process of its own, and one workbook after the other is fetched.
"""

from __future__ import annotations

import gc
import http.client
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, sleep

from registry.core import collecting
from registry.server import run
from tests.bench.lines import Line, at_least, at_most, ms, percentile
from tests.bench.measures.approval import Claimed, approve, list_claimed
from tests.bench.places import Place, close, make_settings, open_place
from tests.bench.seeds import add_claimed
from tests.bench.visits import HELLO, Visitor, add_hello, sign_in

IDS = ("P6", "P7", "P8")
TALLY, EXPORT = "/tally", "/tally.xlsx"
ROUNDS, VISITS = 9, 8
OFFICERS, CASES_OF_ONE = 4, 1_000
SECONDS, PAUSE = 12.0, 0.02
OK, NOT_MODIFIED = 200, 304


def measure(place: Place) -> Iterator[Line]:
    with place.copy() as copy:
        cases = _claim(copy, (ROUNDS + 2) * VISITS)
        add_hello(copy.app)
        visitor = sign_in(copy.app)
        with _settled():
            yield _measure_changed(copy, visitor, iter(cases))
            yield _measure_unchanged(copy, visitor)
        cases = _claim(copy, OFFICERS * CASES_OF_ONE)
        close(copy)
        yield _measure_busy(copy, visitor, cases)


@contextmanager
def _settled() -> Iterator[None]:
    """Let the collector of this process be, within the block, as in one that serves."""
    before = gc.get_threshold()
    collecting.settle()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _claim(place: Place, many: int) -> list[Claimed]:
    """Add so many claimed cases; no more than wanted, since each stands in the pipeline."""
    add_claimed(place, many)
    with place.app.app_context():
        return list_claimed()


def _measure_changed(place: Place, visitor: Visitor, cases: Iterator[Claimed]) -> Line:
    def change() -> None:
        with place.app.app_context():
            approve(next(cases))

    for _ in range(VISITS):
        _visit(visitor, TALLY, before=change)
    rounds = [_round(visitor, lambda: _visit(visitor, TALLY, before=change)) for _ in range(ROUNDS)]
    beside = ms(median(_visit(visitor, HELLO, before=change) for _ in range(VISITS)))
    cause = (
        "what one approval changes is read, set out and written anew; a page right after a write"
        f" takes longer, whatever it shows: hello {beside} after an approval"
    )
    return _judge("P6", place, rounds, goal=0.5, cause=cause, work="tally after an approval")


def _measure_unchanged(place: Place, visitor: Visitor) -> Line:
    tag = visitor.get(TALLY).headers["ETag"]

    def ask() -> float:
        start = perf_counter()
        visit = visitor.get(TALLY, tag=tag)
        seconds = perf_counter() - start
        assert visit.status == NOT_MODIFIED, visit
        return seconds

    rounds = [_round(visitor, ask) for _ in range(ROUNDS)]
    cause = "the key of the page costs more than an empty page"
    return _judge("P7", place, rounds, goal=0.9, cause=cause, work="tally unchanged (304)")


def _visit(visitor: Visitor, address: str, *, before: Callable[[], None] | None = None) -> float:
    if before is not None:
        before()
    start = perf_counter()
    visit = visitor.get(address)
    seconds = perf_counter() - start
    assert visit.status == OK, visit
    return seconds


def _round(visitor: Visitor, work: Callable[[], float]) -> tuple[float, float, float]:
    """Time hello, the work and hello again; the median of a few visits each."""

    def hello() -> float:
        return _visit(visitor, HELLO)

    before = median(hello() for _ in range(VISITS))
    between = median(work() for _ in range(VISITS))
    return before, between, median(hello() for _ in range(VISITS))


def _judge(
    id_: str,
    place: Place,
    rounds: Sequence[tuple[float, float, float]],
    *,
    goal: float,
    cause: str,
    work: str,
) -> Line:
    ratio = median((before + after) / 2 / between for before, between, after in rounds)
    before, between, after = (median(part) for part in zip(*rounds, strict=True))
    detail = (
        f"{place.size:,} entries, signed in: {work} {ms(between)} · hello {ms(before)} before,"
        f" {ms(after)} after ({ROUNDS} rounds of {VISITS})"
    )
    return at_least(id_, place.database, ratio, goal, detail=detail, cause=cause)


def _measure_busy(place: Place, visitor: Visitor, cases: Sequence[Claimed]) -> Line:
    with _server(place) as port, _officers(place, cases) as officers:
        _read_for(port, visitor.cookie, 2.0)
        idle = _read_for(port, visitor.cookie, SECONDS)
        begin = monotonic()
        for officer in officers:
            officer.send(begin + SECONDS)
        stop, exports = threading.Event(), [0]
        export = threading.Thread(target=_export, args=(port, visitor.cookie, stop, exports))
        export.start()
        busy = _read_for(port, visitor.cookie, SECONDS)
        approved = sum(officer.recv() for officer in officers)
        stop.set()
        export.join()
    slow, fast = percentile(busy, 0.99), percentile(idle, 0.99)
    detail = (
        f"{place.size:,} entries: idle p50 {ms(median(idle))} p99 {ms(fast)} ({len(idle)} visits);"
        f" busy p50 {ms(median(busy))} p99 {ms(slow)} ({len(busy)} visits)\n"
        f"meanwhile {approved} approvals by {OFFICERS} officers, {exports[0]} workbooks begun,"
        f" in {SECONDS:.0f} s on {multiprocessing.cpu_count()} cores"
    )
    cause = "officers, export, readers and the client together want more than the cores there are"
    return at_most("P8", place.database, slow / fast, 2, detail=detail, cause=cause)


def _read_for(port: int, cookie: str, seconds: float) -> list[float]:
    """Visit the tally one visit after the other, with a little pause, and time each."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, end = [], monotonic() + seconds
    while monotonic() < end:
        start = perf_counter()
        connection.request("GET", TALLY, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        times.append(perf_counter() - start)
        assert answer.status == OK, answer.status
        sleep(PAUSE)
    connection.close()
    return times


def _export(port: int, cookie: str, stop: threading.Event, begun: list[int]) -> None:
    """Fetch one workbook after the other until told to stop; the last one is left half way."""
    while not stop.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        connection.request("GET", EXPORT, headers={"Cookie": cookie})
        begun[0] += 1
        answer = connection.getresponse()
        while not stop.is_set() and answer.read(1 << 20):
            pass
        connection.close()


@contextmanager
def _server(place: Place) -> Iterator[int]:
    """Serve the register as a city does, and end that."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(place.database_url, place.data_dir, port))
    process.start()
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.join(timeout=30)
        process.kill()


def _serve(database_url: str, data_dir: Path, port: int) -> None:
    settings = replace(
        make_settings(database_url, data_dir), testing=False, bind=f"127.0.0.1:{port}"
    )
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)  # the log of all its processes
    run(settings)


def _wait_for(port: int, process: BaseProcess) -> None:
    end = monotonic() + 60
    while monotonic() < end and process.is_alive():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


@contextmanager
def _officers(place: Place, cases: Sequence[Claimed]) -> Iterator[list[Connection]]:
    """Start the officers, each with cases of its own, and end them."""
    context = multiprocessing.get_context("spawn")
    started, ends = [], []
    where = (place.database, place.size, place.database_url, place.data_dir)
    for number in range(OFFICERS):
        here, there = context.Pipe()
        mine = list(cases[number::OFFICERS])
        process = context.Process(target=_work, args=(there, where, mine), daemon=True)
        process.start()
        started.append(process)
        ends.append(here)
    try:
        for end in ends:
            end.recv()
        yield ends
    finally:
        for process in started:
            process.join(timeout=20)
            process.kill()


def _work(end: Connection, where: tuple[str, int, str, Path], cases: list[Claimed]) -> None:
    """Be one officer: approve without pause until the time that is told, and say how many."""
    place, done = open_place(*where), 0
    with place.app.app_context():
        end.send("ready")
        until = end.recv()
        for case in cases:
            if monotonic() >= until:
                break
            approve(case)
            done += 1
        end.send(done)
        close(place)
