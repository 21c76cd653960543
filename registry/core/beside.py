"""Reads in a second thread, beside those of the caller, while the database works for both.

The engines let go of the interpreter while they run a statement, so one long statement and the work
of this process share two processors. A statement of many rows gains nothing: each row waits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from flask import current_app
from flask.ctx import AppContext

from registry.core.database import is_snapshot, lift_statement_limit

T = TypeVar("T")


@contextmanager
def beside(read: Callable[[], T], *, version: Callable[[], Hashable]) -> Iterator[Callable[[], T]]:
    """Begin to read in another transaction, and give what returns the answer.

    The answer is one of the caller's own snapshot: where `version` says otherwise, or the caller
    may have written, it is read again or at first in the caller's transaction.
    """
    if not is_snapshot():
        yield read
        return
    with ThreadPoolExecutor(1) as pool:
        expected = version()
        opened = current_app.app_context()
        found = pool.submit(copy_context().run, _read_within, opened, read, version)

        def answer() -> T:
            value, seen = found.result()
            return value if seen == expected else read()

        yield answer


def _read_within(
    context: AppContext, read: Callable[[], T], version: Callable[[], Hashable]
) -> tuple[T, Hashable]:
    """Read within a context of its own, whose session ends with it."""
    with context:
        lift_statement_limit()
        seen = version()
        return read(), seen
