"""How deep the random histories go: shallow in the suite, deep in the bench, by the environment.

The bench calls `find_pure` and, on a register just set up, `find_in_services`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

from registry.ledger.verify import verify
from tests.ledger import postings, witness

PURE = int(os.environ.get("HISTORIES_PURE", "1000"))
SERVICES = int(os.environ.get("HISTORIES_SERVICES", "50"))
FIRST = int(os.environ.get("HISTORIES_FIRST", "0"))
CHUNK = 500


def find_pure(histories: int = PURE, *, processes: int = 1) -> list[postings.Difference]:
    """Play histories without a database and return every figure that a recount does not find."""
    chunks = [range(n, min(n + CHUNK, histories)) for n in range(0, histories, CHUNK)]
    if processes == 1:
        return list(chain.from_iterable(map(_play, chunks)))
    with ProcessPoolExecutor(processes) as pool:
        return list(chain.from_iterable(pool.map(_play, chunks)))


def _play(seeds: range) -> list[postings.Difference]:
    return [difference for seed in seeds for difference in postings.find_differences(seed)]


def find_in_services(played: witness.Witness) -> Iterator[object]:
    """Yield every figure, written or shown to readers, that a recount does not find.

    At last the fault that the register's own proof finds.
    """
    yield from played.find_differences()
    yield from played.find_differences_waiting(random.Random(len(played.told)))
    yield from played.find_differences_shown(random.Random(len(played.told)))
    fault = verify().fault
    if fault is not None:
        yield fault
