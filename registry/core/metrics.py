"""Counts and times of requests for the operator's monitoring; by route, never by person."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

SHARED = "PROMETHEUS_MULTIPROC_DIR"
RESERVED = 1024 * 1024  # bytes; all routes of the register take a third of it
REQUESTS = Counter("registry_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("registry_request_seconds", "Time to answer", ["route"])


class _Reserved(MmapedDict):
    """A file of counts whose room on the disk is taken at once.

    It is written through memory: a hole in it that finds the disk full would end the process.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        file = Path(filename)
        if not read_mode and not file.exists():
            try:
                file.write_bytes(bytes(RESERVED))
            except OSError:
                file.unlink(missing_ok=True)
                raise
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]  # ships no types


def init_app(app: Flask) -> None:
    """Count every request of an application."""
    app.before_request(_begin)
    app.after_request(_count)


def count_over_processes(folder: Path) -> None:
    """Keep the counts in files of a folder, so that every process can add up all of them.

    Wanted before the first request, and before the processes part.
    """
    os.environ[SHARED] = str(folder)
    values.MmapedDict = _Reserved  # type: ignore[attr-defined]  # where its values are made
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]  # ships no types for it


def write_metrics() -> bytes:
    """Return the counts in Prometheus' text form, of all processes where several serve."""
    if SHARED not in os.environ:
        return generate_latest()
    gathered = CollectorRegistry()
    MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]  # ships no types for this class
    return generate_latest(gathered)


def _begin() -> None:
    g.counted_from = perf_counter()


def _count(response: Response) -> Response:
    with suppress(OSError):  # a full disk: what was asked for is worth more than its being counted
        route = str(request.url_rule or "unknown")
        REQUESTS.labels(request.method, route, response.status_code).inc()
        if "counted_from" in g:
            SECONDS.labels(route).observe(perf_counter() - g.counted_from)
    return response
