"""How the figures would change: desired − net on the facts as they would be; nothing is posted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from registry.core.database import db
from registry.ledger.changes import read_changes
from registry.ledger.facts import subjects_of
from registry.programme.kinds import Measure


@dataclass(frozen=True)
class Changes:
    """By how much each figure of today would rise or fall; what stays equal is left out."""

    by_district: Mapping[tuple[int, Measure], int]

    @property
    def by_measure(self) -> dict[Measure, int]:
        """The change of the city, for every measure: the sum of the districts."""
        city = dict.fromkeys(Measure, 0)
        for (_district_id, measure), quantity in self.by_district.items():
            city[measure] += quantity
        return city


def preview(entry_ids: Collection[int]) -> Changes:
    """Return what a deed that touches these entries would post, by the facts written so far.

    The caller writes the facts as they would be and rolls its transaction or savepoint back.
    """
    db.session.flush()
    by_district: Counter[tuple[int, Measure]] = Counter()
    for change in read_changes(subjects_of(entry_ids)):
        by_district[change.key.district_id, change.key.measure] += change.quantity
    return Changes({place: quantity for place, quantity in by_district.items() if quantity})
