"""Counts and times of requests for the operator's monitoring; by route, never by person."""

from __future__ import annotations

import os
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("registry_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("registry_request_seconds", "Time to answer", ["route"])


def init_app(app: Flask) -> None:
    """Count every request of an application."""
    app.before_request(_begin)
    app.after_request(_count)


def write_metrics() -> bytes:
    """Return the counts in Prometheus' text form, of all processes where several serve."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest()
    gathered = CollectorRegistry()
    MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]  # ships no types for this class
    return generate_latest(gathered)


def _begin() -> None:
    g.counted_from = perf_counter()


def _count(response: Response) -> Response:
    route = str(request.url_rule or "unknown")
    REQUESTS.labels(request.method, route, response.status_code).inc()
    if "counted_from" in g:
        SECONDS.labels(route).observe(perf_counter() - g.counted_from)
    return response
