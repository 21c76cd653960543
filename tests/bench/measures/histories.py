"""H1 and H2: the random histories of the tests, many more of them; H1 needs no database.

The depth of the second comes to the test by the environment: HISTORIES_SERVICES, and at which one
it begins: HISTORIES_FIRST. They are played in parts, each in a register of its own, as many at once
as there are processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from tests.bench.lines import Line
from tests.bench.places import SQLITE, Place
from tests.ledger.depths import find_pure

IDS = ("H1", "H2")
ROOT = Path(__file__).resolve().parents[3]
PURE, SERVICES, PART = 100_000, 500, 125
SERVICES_TEST = "tests/ledger/test_services.py"


def measure(place: Place) -> Iterator[Line]:
    if place.database == SQLITE:
        yield _line("H1", "pure", PURE, _play_pure())
    yield _line("H2", place.database, SERVICES, _play_services(place.database))


def _line(id_: str, what: str, histories: int, found: tuple[bool, str]) -> Line:
    ok, words = found
    return HistoriesLine(id_, what, float(histories), "0 differences", ok, words, words)


class HistoriesLine(Line):
    """A line that counts histories instead of telling a ratio."""

    def __str__(self) -> str:
        differences = "0 differences ok" if self.ok else "differences short"
        text = f"{self.id} {self.database} {self.ratio:.0f} histories {differences}"
        return f"  {self.detail}\n{text}"


def _play_pure() -> tuple[bool, str]:
    start = perf_counter()
    differences = find_pure(PURE, processes=os.cpu_count() or 1)
    first = f", the first: {differences[0]}" if differences else ""
    words = f"{len(differences)} differences{first} ({perf_counter() - start:.0f} s)"
    return not differences, words


def _play_services(database: str) -> tuple[bool, str]:
    """Play the histories in parts at once; return what the tests said at the end of each."""
    start = perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(lambda first: _run(database, first), range(0, SERVICES, PART)))
    words = f"{'; '.join(said for _, said in done)} ({perf_counter() - start:.0f} s)"
    return all(ok for ok, _ in done), words


def _run(database: str, first: int) -> tuple[bool, str]:
    """Run the test of a part in a process of its own; return what it said at the end."""
    names = f"recount and {database}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SERVICES_TEST]
    many = min(PART, SERVICES - first)
    depth = {"HISTORIES_SERVICES": str(many), "HISTORIES_FIRST": str(first)}
    done = subprocess.run(
        [*command, "-k", names],
        cwd=ROOT,
        env={**os.environ, **depth},
        capture_output=True,
        text=True,
        check=False,
    )
    last = (done.stdout.strip().splitlines() or ["nothing was run"])[-1].strip("= ")
    return done.returncode == 0, f"{many} from {first}: {last}"
