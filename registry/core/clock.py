"""The only place that asks what time it is; tests and the demonstration set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PLACE = ZoneInfo("Asia/Shanghai")
_set: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return _set.get() or datetime.now(UTC)


def today() -> date:
    """Return the day in Asia/Shanghai, the one that decisions are dated by."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day in Asia/Shanghai on which a moment falls."""
    return moment.astimezone(PLACE).date()


def end_of(day: date) -> datetime:
    """Return the last microsecond of a day in Asia/Shanghai, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=PLACE)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let the clock stand at a moment within this block."""
    token = _set.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)
