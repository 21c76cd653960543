"""V1: how many postings a second `registry verify` proves, on the largest register."""

from __future__ import annotations

import os
from collections.abc import Iterator
from time import perf_counter

from registry.core.database import db, reading
from registry.ledger.verify import verify
from tests.bench.lines import Line, at_least
from tests.bench.places import Place

IDS = ("V1",)


def measure(place: Place) -> Iterator[Line]:
    with place.app.app_context(), reading():
        start, used = perf_counter(), _read_processor_time()
        report = verify()
        seconds, used = perf_counter() - start, _read_processor_time() - used
        db.session.remove()
    if report.fault is not None:
        raise RuntimeError(str(report.fault))
    detail = (
        f"{report.seals:,} seals, {report.events:,} events, {report.postings:,} postings"
        f" of {place.size:,} entries in {seconds:.1f} s"
    )
    rate = report.postings / seconds
    processors = len(os.sched_getaffinity(0))
    server = ", its server's apart" if place.database == "postgresql" else ""
    cause = (
        f"it took {used:.1f} s of processor time{server}, on {processors} processors: every row of"
        " the chain is hashed, each subject recounted, and what each entry says is hashed as well"
    )
    yield at_least("V1", place.database, rate, 100_000, detail=detail, cause=cause)


def _read_processor_time() -> float:
    """Return what this process and those that it waited for have used, in seconds."""
    return sum(os.times()[:4])
