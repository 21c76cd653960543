"""What first pages show of the desk: how many transfers wait for the reader."""

from __future__ import annotations

from flask_login import current_user

from registry.accounts.access import get_actor
from registry.applications.transfers import count_waiting


def count_transfers() -> int:
    """Count the transfers that wait for the person who looks at a page."""
    return count_waiting(get_actor()) if current_user.is_authenticated else 0
