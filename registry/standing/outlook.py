"""Before the deed: which figures would change, by how much; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.districts.models import District
from registry.districts.queries import list_districts
from registry.entries.models import Entry
from registry.ledger.facts import load_facts, subjects_of
from registry.ledger.timelines import EntryFacts, desired, subtract
from registry.programme.kinds import Measure
from registry.programme.queries import get_programme
from registry.standing.changes import Asked
from registry.standing.models import Act


@dataclass(frozen=True)
class Effect:
    """From a day on, so many more (or fewer) of a measure in a district."""

    effective_on: date
    district: District
    measure: Measure
    quantity: int


def look_ahead(entry: Entry, act: Act, asked: Asked) -> Sequence[Effect]:
    """Return by what every figure would change, in order of the days."""
    starts_on = get_programme().starts_on
    districts = {district.id: district for district in list_districts()}
    changes = []
    for facts in load_facts(subjects_of([entry.id])).values():
        changed = [_as_asked(one, act, asked) if one.entry_id == entry.id else one for one in facts]
        now = desired(facts, starts_on=starts_on)
        changes += subtract(desired(changed, starts_on=starts_on), now)
    return [
        Effect(key.effective_on, districts[key.district_id], key.measure, quantity)
        for key, quantity in sorted(changes)
    ]


def _as_asked(facts: EntryFacts, act: Act, asked: Asked) -> EntryFacts:
    return WAYS[act](facts, asked)


def _revoked(facts: EntryFacts, asked: Asked) -> EntryFacts:
    return replace(facts, revoked_on=asked.effective_on)


def _relocated(facts: EntryFacts, asked: Asked) -> EntryFacts:
    if asked.district_id is None:
        return facts
    if asked.effective_on is None:
        *before, (from_on, _wrong) = facts.districts
        return replace(facts, districts=(*before, (from_on, asked.district_id)))
    return replace(facts, districts=(*facts.districts, (asked.effective_on, asked.district_id)))


WAYS = {Act.REVOKE: _revoked, Act.RELOCATE: _relocated}
