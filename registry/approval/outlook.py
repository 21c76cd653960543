"""Before the deed: which figure of the tally would rise, from what, by how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from registry.applications.models import Application
from registry.core.database import db
from registry.ledger.facts import subject_name
from registry.ledger.models import Posting
from registry.ledger.queries import read_head, read_totals
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE


@dataclass(frozen=True)
class Outlook:
    """The figure of the case's district today, and what an approval of one would add to it."""

    now: int
    adds: int


def look_ahead(application: Application, *, on: date) -> Outlook:
    """Return what an approval would do to the figure of the district."""
    head = read_head()
    totals = read_totals(on, head=head, newest=head)
    measure = application.facts.measures[0]
    now = totals.get((application.district_id, measure), 0)
    return Outlook(now, 0 if _counts_already(application) else 1)


def _counts_already(application: Application) -> bool:
    """Say whether the enterprise is counted already, where it is enterprises that count."""
    if application.kind not in COUNTED_BY_ENTERPRISE:
        return False
    owner = application.enterprise.merged_into_id or application.enterprise_id
    posted = sa.select(sa.func.sum(Posting.quantity)).where(
        Posting.subject == subject_name(application.kind, application.entry_id, owner)
    )
    return bool(db.session.scalar(posted))
