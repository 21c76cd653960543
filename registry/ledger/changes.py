"""What is to be posted: desired − net of every subject touched, the rule behind each posting."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from registry.core.database import db
from registry.ledger.facts import load_facts, load_nets
from registry.ledger.timelines import Key, desired, subtract
from registry.programme.models import Programme


class Change(NamedTuple):
    """One posting to be: of which programme and subject, under which key, how many."""

    programme_id: int
    subject: str
    key: Key
    quantity: int


PROGRAMME = sa.select(Programme.id, Programme.starts_on).order_by(Programme.id).limit(1)


def read_changes(subjects: Collection[str]) -> list[Change]:
    """Return what is desired by the facts as they stand and not yet posted, subject by subject."""
    programme = db.session.connection().execute(PROGRAMME).first()
    if programme is None or not subjects:
        return []
    facts = load_facts(subjects)
    nets = load_nets(subjects, programme_id=programme.id)
    return [
        Change(programme.id, subject, key, quantity)
        for subject in sorted(subjects)
        for key, quantity in subtract(
            desired(facts.get(subject, ()), starts_on=programme.starts_on), nets.get(subject, {})
        )
    ]
