"""A structured log: one JSON line an event on standard error, each with the request's reference."""

from __future__ import annotations

import logging
import secrets
import sys
from time import perf_counter

import structlog
from flask import Flask, Response, g, request

REFERENCE_BYTES = 5


def configure() -> None:
    """Write JSON lines to standard error, Chinese unescaped."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """Give each request a reference and one line when it is answered."""
    configure()
    app.logger.disabled = True  # a failure is logged once, with its reference, by error_pages
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.reference = secrets.token_hex(REFERENCE_BYTES).upper()
    g.began = perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(reference=g.reference)


def _end(response: Response) -> Response:
    if request.endpoint != "static":
        structlog.get_logger().info(
            "request",
            method=request.method,
            route=str(request.url_rule or "-"),
            status=response.status_code,
            ms=round((perf_counter() - g.began) * 1000, 1) if "began" in g else None,
        )
    return response


def get_reference() -> str:
    """Return the number by which this request is found in the log."""
    return str(g.get("reference", "-"))
