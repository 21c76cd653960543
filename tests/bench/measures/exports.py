"""P11 and P12: exports against plain CSV of the same rows, and the memory that they take.

Plain CSV is `csv.writer` fed from the driver's own cursor, by one statement a figure. The
work is the answer of the application with all its bytes: four files of the entries behind the four
figures (P12), one workbook of them all with its charts (P11). Memory is taken in a process of its
own: by how much exports of the largest register raise its peak once it has made those of the
smallest.
"""

from __future__ import annotations

import csv
import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any  # a driver's own connection

from registry.core import clock
from registry.core.database import db
from registry.programme.kinds import Kind, Measure
from tests.bench.lines import Line, at_least, at_most, ms
from tests.bench.places import SQLITE, Place, open_place
from tests.bench.visits import Visitor, sign_in

IDS = ("P11", "P12")
SIZE, ROUNDS = 100_000, 5
GROWTH_MOST = 10
OK = 200
MEASURES = {
    Kind.SMART_FACTORY: Measure.SMART_FACTORY,
    Kind.SMART_WORKSHOP: Measure.SMART_WORKSHOP,
    Kind.EQUIPMENT_UPGRADE: Measure.EQUIPMENT_UPGRADE,
    Kind.ROBOT_DEPLOYMENT: Measure.ROBOT,
}
PLAIN = """
    SELECT e.number, f.name, e.title, d.name_zh, e.effective_on, p.quantity
    FROM (SELECT entry_id, district_id, sum(quantity) AS quantity FROM posting
          WHERE effective_on <= {mark} AND measure = {mark}
          GROUP BY entry_id, district_id HAVING sum(quantity) <> 0) AS p
    JOIN entry AS e ON e.id = p.entry_id
    JOIN enterprise AS f ON f.id = e.enterprise_id
    JOIN district AS d ON d.id = p.district_id
    ORDER BY e.effective_on DESC, p.entry_id DESC, p.district_id DESC
"""
WORKBOOK = "/tally.xlsx"
FILES = tuple(f"/tally/entries.csv?kind={kind.value}" for kind in MEASURES)


def measure(place: Place) -> Iterator[Line]:
    sizes = sorted([place.size, *place.others])
    size = min(sizes, key=lambda size: abs(size - SIZE))
    with place.at(size).copy() as copy:
        yield from _measure_speed(copy, sign_in(copy.app))
    yield _measure_memory(place)


def _measure_speed(place: Place, visitor: Visitor) -> Iterator[Line]:
    _fetch(visitor, FILES)
    times, rows = [], 0
    for _ in range(ROUNDS):
        before, rows = _write_plain(place)
        files, middle = _fetch(visitor, FILES), _write_plain(place)[0]
        workbook, after = _fetch(visitor, (WORKBOOK,)), _write_plain(place)[0]
        times.append((before, files, middle, workbook, after))
    before, files, middle, workbook, after = (median(part) for part in zip(*times, strict=True))
    plain = f"plain CSV {ms(before)}, {ms(middle)} and {ms(after)} between"
    detail = f"{rows:,} rows: workbook {ms(workbook)} · {plain} ({ROUNDS} rounds)"
    ratio = median((t[2] + t[4]) / 2 / t[3] for t in times)
    cause = "XML and deflate of a workbook are more bytes than that"
    yield at_least("P11", place.database, ratio, 0.12, detail=detail, cause=cause)
    detail = f"{rows:,} rows: four files {ms(files)} · {plain} ({ROUNDS} rounds)"
    ratio = median((t[0] + t[2]) / 2 / t[1] for t in times)
    cause = "rows go through the statement's types and the guard before they are written"
    yield at_least("P12", place.database, ratio, 0.6, detail=detail, cause=cause)


def _write_plain(place: Place) -> tuple[float, int]:
    """Write the rows of all figures straight from the driver; return seconds and rows."""
    mark = "?" if place.database == SQLITE else "%s"
    day, rows = clock.today(), 0
    with place.app.app_context(), closing(db.engine.raw_connection()) as connection:
        start = perf_counter()
        with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as file:
            for measure_ in MEASURES.values():
                cursor: Any = connection.cursor()
                cursor.execute(PLAIN.format(mark=mark), (day.isoformat(), measure_.value))
                csv.writer(file, lineterminator="\r\n").writerows(cursor)
                cursor.close()
            seconds = perf_counter() - start
            file.seek(0)
            rows = sum(1 for _ in file)
    return seconds, rows


def _fetch(visitor: Visitor, addresses: tuple[str, ...]) -> float:
    start = perf_counter()
    for address in addresses:
        visit = visitor.get(address)
        assert visit.status == OK, visit
    return perf_counter() - start


def _measure_memory(place: Place) -> Line:
    smallest = place.smallest
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    with smallest.copy() as small, place.copy() as large:
        where = [
            (each.database, each.size, each.database_url, each.data_dir) for each in (small, large)
        ]
        process = context.Process(target=_weigh, args=(there, where), daemon=True)
        process.start()
        there.close()
        grown = here.recv()
        process.join(timeout=60)
        process.kill()
    detail = (
        f"peak memory grew by {', '.join(f'{each:.1f}' for each in grown)} MB over that of"
        f" {smallest.size:,} entries: four files, then the workbook, of {place.size:,} entries"
    )
    cause = "a part of an export is held whole"
    most = max(grown)
    return at_most("P11-memory", place.database, most, GROWTH_MOST, detail=detail, cause=cause)


def _weigh(end: Connection, where: list[tuple[str, int, str, Path]]) -> None:
    """Export the small register, then the large one; say in megabytes how the peak grew."""
    small, large = (sign_in(open_place(*each).app) for each in where)
    for visitor in (small, large):
        visitor.get("/tally")
    _fetch(small, (*FILES, WORKBOOK))
    before = _peak()
    grown = []
    for addresses in (FILES, (WORKBOOK,)):
        _fetch(large, addresses)
        grown.append(_peak() - before)
    end.send(grown)


def _peak() -> float:
    """Return the most memory that this process has had, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1_000
