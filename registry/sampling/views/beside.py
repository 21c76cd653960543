"""What the page of an entry shows of its checks, to the person who looks at it."""

from __future__ import annotations

from flask_login import current_user

from registry.accounts.access import get_actor
from registry.entries.models import Entry
from registry.sampling import queries
from registry.sampling.queries import ChecksOf


def checks_beside(entry: Entry) -> ChecksOf:
    """Return the checks of an entry that this person may see."""
    return queries.checks_of(entry, reader=get_actor() if current_user.is_authenticated else None)


def count_waiting_checks() -> int:
    """Count the drawn entries that wait for the desk of the person who looks at a page."""
    return queries.count_open(get_actor()) if current_user.is_authenticated else 0
