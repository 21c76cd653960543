"""V1: how many postings a second `registry verify` proves, on the largest register."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from registry.core.database import db, reading
from registry.ledger.verify import verify
from tests.bench.lines import Line, at_least
from tests.bench.places import Place

IDS = ("V1",)


def measure(place: Place) -> Iterator[Line]:
    with place.app.app_context(), reading():
        start = perf_counter()
        report = verify()
        seconds = perf_counter() - start
        db.session.remove()
    if report.fault is not None:
        raise RuntimeError(str(report.fault))
    detail = (
        f"{report.seals:,} seals, {report.events:,} events, {report.postings:,} postings"
        f" of {place.size:,} entries in {seconds:.1f} s"
    )
    rate = report.postings / seconds
    cause = "to read, hash and recount it all takes more processor time than there is"
    yield at_least("V1", place.database, rate, 100_000, detail=detail, cause=cause)
