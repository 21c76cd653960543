"""What the page of an entry shows of the tally: how it counts, and where that leads."""

from __future__ import annotations

from datetime import date
from typing import Any  # the words of an address

from flask import url_for
from flask_login import current_user

from registry.accounts.access import get_actor
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.entries.models import Entry
from registry.programme.kinds import Kind
from registry.tally.counting import Counting, count_entry
from registry.tally.views.figures import is_public


class EntryLeads:
    """Where the lines beside an entry lead."""

    def changes(self, *, since: date, as_of: date, kind: Kind, district: str) -> str:
        if not (current_user.is_authenticated or is_public()):
            return ""
        words: dict[str, Any] = {"since": since, "as_of": as_of, "district": district}
        return url_for("tally.changes", kind=kind.value, **words)

    def case(self, application_id: int, *, reader: User) -> str:
        page = "applications.show" if reader.role is Role.MEMBER else "approval.case"
        return url_for(page, application_id=application_id)

    def batch(self, batch_id: int, *, reader: User) -> str:
        is_city = reader.role is Role.ADMINISTRATOR
        return url_for("importing.batch", batch_id=batch_id) if is_city else ""


def show_counting(entry: Entry) -> Counting:
    """Return how a registered entry counts, for the person who looks at its page."""
    reader = get_actor() if current_user.is_authenticated else None
    return count_entry(entry, EntryLeads(), reader=reader)
