"""Before the deed: which figure of the tally would rise, from what, by how much."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from registry.applications.amending import plan, rows_moved
from registry.applications.amendment import Amendment
from registry.applications.models import Application
from registry.core.database import db
from registry.districts.models import District
from registry.districts.queries import list_districts
from registry.ledger.facts import load_facts, subject_name, subjects_of
from registry.ledger.models import Posting
from registry.ledger.queries import read_head, read_totals
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE, desired, subtract
from registry.programme.kinds import Measure
from registry.programme.queries import get_programme


@dataclass(frozen=True)
class Outlook:
    """The figure of the case's district today, and what an approval of one would add to it."""

    now: int
    adds: int


@dataclass(frozen=True)
class Effect:
    """From a day on, so many more (or fewer) of a measure in a district."""

    effective_on: date
    district: District
    measure: Measure
    quantity: int


def look_ahead(application: Application, *, on: date) -> Outlook:
    """Return what an approval would do to the figure of the district."""
    head = read_head()
    totals = read_totals(on, head=head, newest=head)
    measure = application.facts.measures[0]
    now = totals.get((application.district_id, measure), 0)
    counts = application.is_amendment or _counts_already(application)
    return Outlook(now, 0 if counts else 1)


def _counts_already(application: Application) -> bool:
    """Say whether the enterprise is counted already, where it is enterprises that count."""
    if application.kind not in COUNTED_BY_ENTERPRISE:
        return False
    owner = application.enterprise.merged_into_id or application.enterprise_id
    posted = sa.select(sa.func.sum(Posting.quantity)).where(
        Posting.subject == subject_name(application.kind, application.entry_id, owner)
    )
    return bool(db.session.scalar(posted))


def effects_of(
    application: Application,
    amendment: Amendment,
    *,
    verified: Collection[int],
    lots: str,
    on: date,
) -> Sequence[Effect]:
    """Return what the approval of an amendment would post, in order of the days."""
    moves = plan(application, amendment, verified=verified, lots=lots, on=on)
    moved = rows_moved(application, amendment, moves)
    starts_on = get_programme().starts_on
    changes = []
    for facts in load_facts(subjects_of(moved)).values():
        then = [
            replace(entry, rows=(*entry.rows, *moved.get(entry.entry_id, ()))) for entry in facts
        ]
        changes += subtract(desired(then, starts_on=starts_on), desired(facts, starts_on=starts_on))
    districts = {district.id: district for district in list_districts()}
    return [
        Effect(key.effective_on, districts[key.district_id], key.measure, quantity)
        for key, quantity in sorted(changes)
    ]
