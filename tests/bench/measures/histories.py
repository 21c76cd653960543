"""H1 and H2: the random histories of the tests, many more of them; H1 needs no database.

The depth of the second comes to the test by the environment: HISTORIES_SERVICES.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter

from tests.bench.lines import Line
from tests.bench.places import SQLITE, Place
from tests.ledger.depths import find_pure

IDS = ("H1", "H2")
ROOT = Path(__file__).resolve().parents[3]
PURE, SERVICES = 100_000, 500


def measure(place: Place) -> Iterator[Line]:
    if place.database == SQLITE:
        yield _line("H1", "pure", PURE, _play_pure())
    depth = {"HISTORIES_SERVICES": str(SERVICES)}
    name = f"recount and {place.database}"
    found = _run("tests/ledger/test_services.py", name, depth)
    yield _line("H2", place.database, SERVICES, found)


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


def _run(file: str, names: str, depth: Mapping[str, str]) -> tuple[bool, str]:
    """Run the tests of these names in processes of their own; return what they said at the end."""
    command = [sys.executable, "-m", "pytest", "-q", file, "-k", names]
    start = perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **depth}, capture_output=True, text=True, check=False
    )
    last = (done.stdout.strip().splitlines() or ["nothing was run"])[-1].strip("= ")
    return done.returncode == 0, f"{last} ({perf_counter() - start:.0f} s)"
