"""The days of a case: promised, stopped while it is returned; claims that end by themselves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from registry.core.working_days import add_working_days, is_working_day, working_days_between

DECISION_DAYS = 20
ANSWER_DAYS = 30
CLAIM_ENDS_AFTER = timedelta(days=14)


def first_due(filed_on: date) -> date:
    """Return the promised day of decision: 20 working days after the first filing."""
    return add_working_days(filed_on, DECISION_DAYS)


def days_left(on: date, due_on: date | None) -> int:
    """Return the working days that are left when the clock stops; negative where it is overdue."""
    return working_days_between(on, due_on) if due_on is not None else DECISION_DAYS


def resume(on: date, left: int | None) -> date:
    """Return the promised day when the clock goes on; what was overdue stays overdue by as much."""
    count = DECISION_DAYS if left is None else left
    if count >= 0:
        return add_working_days(on, count)
    while count < 0:
        on -= timedelta(days=1)
        count += is_working_day(on)
    return on


def last_answer_day(on: date, wanted: date | None = None) -> date:
    """Return until when a returned application may be filed again: as set, else 30 days."""
    return wanted or on + timedelta(days=ANSWER_DAYS)


def is_claim_live(held_at: datetime | None, *, at: datetime) -> bool:
    """Say whether a claim stands; after 14 days without a deed it has ended by itself."""
    return held_at is not None and at - held_at <= CLAIM_ENDS_AFTER
