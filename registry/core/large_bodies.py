"""A body larger than the limit: taken off the wire without being kept, so that the answer arrives.

A server that answers at once and closes leaves the browser with a broken connection and no
sentence.
"""

from __future__ import annotations

import time

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from registry.core.language import _

BLOCK = 1024 * 1024
DRAINED_MOST = 300 * BLOCK
SECONDS_MOST = 60


def init_app(app: Flask) -> None:
    """Refuse too large bodies before anything of the request is read."""
    app.before_request(_refuse)


def _refuse() -> ResponseReturnValue | None:
    limit, length = request.max_content_length, request.content_length
    if limit is None or length is None or length <= limit:
        return None
    _drain(min(length, DRAINED_MOST))
    if request.headers.get("X-Requested-With"):
        message = _(
            "More than %(most)s MB at once cannot be taken. Send large files one by one, or make "
            "them smaller. Nothing else was lost.",
            most=limit // BLOCK - 1,
        )
        return jsonify(message=str(message)), RequestEntityTooLarge.code
    raise RequestEntityTooLarge


def _drain(length: int) -> None:
    stream = request.environ["wsgi.input"]
    end = time.monotonic() + SECONDS_MOST
    while length > 0 and time.monotonic() < end:
        block = stream.read(min(BLOCK, length))
        if not block:
            break
        length -= len(block)
