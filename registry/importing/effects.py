"""How the figures would change by an import or its undoing: desired − net, as it would be.

Nothing is written: the facts that a plan would add are made up beside those of the register.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.importing.planning import NewEntry, Plan
from registry.ledger.facts import load_facts, load_nets, subject_name
from registry.ledger.models import Cell, Posting
from registry.ledger.timelines import (
    COUNTED_BY_ENTERPRISE,
    EntryFacts,
    Key,
    RowFacts,
    desired,
    subtract,
)
from registry.programme.kinds import Measure
from registry.programme.queries import get_programme

GOAL_MEASURES = frozenset(
    {
        Measure.SMART_FACTORY,
        Measure.SMART_WORKSHOP,
        Measure.EQUIPMENT_UPGRADE,
        Measure.ROBOT,
    }
)


@dataclass(frozen=True)
class Effect:
    """One figure of the city today: before, after, and by how much each district changes."""

    measure: Measure
    before: int
    change: int
    by_district: Mapping[int, int]

    @property
    def after(self) -> int:
        return self.before + self.change

    @property
    def is_shown(self) -> bool:
        """Say whether it belongs into a table: the four goals always, others where they change."""
        return self.measure in GOAL_MEASURES or bool(self.change)

    def to_json(self) -> dict[str, str | int]:
        """Return it for a file."""
        return {
            "measure": self.measure.value,
            "before": self.before,
            "after": self.after,
            "change": self.change,
        }


def effects_of_plan(plan: Plan) -> list[Effect]:
    """Return every figure as it would be after an import."""
    starts_on = get_programme().starts_on
    added: dict[str, list[EntryFacts]] = defaultdict(list)
    for place, new in enumerate(plan.entries, start=1):
        added[_subject_of(new, place)].append(_facts_of(new, place))
    known = load_facts([subject for subject in added if not subject.endswith(NEW)])
    changes: list[tuple[Key, int]] = []
    for subject, facts in sorted(added.items()):
        before = known.get(subject, [])
        now = desired(before, starts_on=starts_on)
        changes += subtract(desired([*before, *facts], starts_on=starts_on), now)
    return _effects(changes)


def effects_of_undoing(batch_id: int) -> list[Effect]:
    """Return every figure as it would be if an import had never been."""
    programme = get_programme()
    of_batch = sa.and_(Entry.batch_id == batch_id, Entry.standing == Standing.REGISTERED)
    alone = (
        sa.select(Posting.district_id, Posting.measure, sa.func.sum(Posting.quantity))
        .join(Entry, Entry.id == Posting.entry_id)
        .where(of_batch, Entry.kind.not_in(COUNTED_BY_ENTERPRISE))
        .where(Posting.programme_id == programme.id)
        .group_by(Posting.district_id, Posting.measure)
    )
    changes: Counter[tuple[int, Measure]] = Counter()
    for district_id, measure, quantity in db.session.execute(alone):
        changes[district_id, measure] -= int(quantity)
    survivor = sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id)
    shared = db.session.execute(
        sa.select(Entry.id, Entry.kind, survivor)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .where(of_batch, Entry.kind.in_(COUNTED_BY_ENTERPRISE))
    ).all()
    gone = {entry_id for entry_id, _kind, _firm in shared}
    subjects = {subject_name(kind, entry_id, firm_id) for entry_id, kind, firm_id in shared}
    nets = load_nets(subjects, programme_id=programme.id)
    for subject, facts in load_facts(subjects).items():
        left = [entry for entry in facts if entry.entry_id not in gone]
        wanted = desired(left, starts_on=programme.starts_on)
        for key, quantity in subtract(wanted, nets.get(subject, {})):
            changes[key.district_id, key.measure] += quantity
    return _summed(changes)


NEW = ":new"


def _subject_of(new: NewEntry, place: int) -> str:
    """Name the subject of a planned entry; what only this plan knows is marked as new."""
    if new.row.kind not in COUNTED_BY_ENTERPRISE:
        return f"{new.row.kind}:{place}{NEW}"
    if new.firm.id is None:
        return f"{new.row.kind}:{new.firm.uscc}:{new.firm.name_key}{NEW}"
    return subject_name(new.row.kind, 0, new.firm.id)


def _facts_of(new: NewEntry, place: int) -> EntryFacts:
    """Return the facts of a planned entry; its id is below 0, its rank after all others."""
    effective_on, row = new.known.effective_on, new.row
    robots = (RowFacts(row.measure, new.known.quantity, effective_on),) if row.quantity else ()
    return EntryFacts(
        entry_id=-place,
        kind=row.kind,
        effective_on=effective_on,
        rank=LAST_RANK + place,
        revoked_on=None,
        districts=((effective_on, row.district_id),),
        rows=robots,
    )


LAST_RANK = 1 << 40


def _effects(changes: Iterable[tuple[Key, int]]) -> list[Effect]:
    total: Counter[tuple[int, Measure]] = Counter()
    for key, quantity in changes:
        total[key.district_id, key.measure] += quantity
    return _summed(total)


def _summed(changes: Mapping[tuple[int, Measure], int]) -> list[Effect]:
    """Set the changes beside the figures of the newest day; no fact lies in the future."""
    newest = sa.select(sa.func.max(Cell.day)).scalar_subquery()
    counted = sa.select(Cell.measure, sa.func.sum(Cell.total)).where(Cell.day == newest)
    before = {
        measure: int(total) for measure, total in db.session.execute(counted.group_by(Cell.measure))
    }
    by_district: dict[Measure, dict[int, int]] = defaultdict(dict)
    for (district_id, measure), quantity in changes.items():
        if quantity:
            by_district[measure][district_id] = quantity
    return [
        Effect(
            measure,
            before.get(measure, 0),
            sum(by_district[measure].values()),
            by_district[measure],
        )
        for measure in Measure
    ]
