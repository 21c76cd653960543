"""Writes the facts of an invented world into a real register, each act as one deed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any  # columns by name

import sqlalchemy as sa

from registry.core import clock
from registry.core.database import db
from registry.districts.queries import list_districts
from registry.enterprises.models import Enterprise
from registry.entries.models import (
    Entry,
    EntryDistrict,
    RobotDeployment,
    RobotLot,
    RobotType,
    RobotUnit,
    Standing,
)
from registry.ledger.models import Posting
from registry.ledger.service import deed
from registry.ledger.timelines import RowFacts
from registry.programme.kinds import Kind
from tests.factories import AT
from tests.ledger.world import Entry as Facts
from tests.ledger.world import Place, World


class Register:
    """One world and its copy in the database; ids of entries are kept apart by world."""

    def __init__(self, seed: int) -> None:
        self.districts = tuple(district.id for district in list_districts())
        self.world = World(random.Random(seed), districts=self.districts[:3])
        self.ids: dict[int, int] = {}
        self.expected: list[tuple[int, list[Counter[Place]]]] = []
        self.firms = [self._add_firm(f"firm {seed}-{n}") for n in range(self.world.firms)]
        self.next_rank = (db.session.scalar(sa.select(sa.func.max(Entry.rank))) or 0) + 1

    def _add_firm(self, name: str) -> int:
        firm = Enterprise(name=name, name_key=name, created_at=AT)
        db.session.add(firm)
        db.session.flush()
        return firm.id

    def act(self) -> None:
        """Do one thing through the ledger's service and note what every day should count."""
        known = {entry.id for entry in self.world.entries}
        name, touched = self.world.act()
        noon = datetime.combine(self.world.today, time(4), tzinfo=UTC)
        with clock.set_to(noon), deed(by=None, cause=name) as opened:
            opened.touch([self.ids[entry.id] for entry in touched if entry.id in known])
            self._write_mergers()
            for entry in touched:
                self._write(entry)
            opened.touch([self.ids[entry.id] for entry in touched])
            opened.record(name, {"entries": len(touched)})
        db.session.commit()
        figures = [self._count(day) for day in self.world.all_days()]
        self.expected.append((opened.sequence, figures))

    def _count(self, day: date) -> Counter[Place]:
        found = self.world.count(day)
        return Counter({(d, measure, self.ids[e]): n for (d, measure, e), n in found.items()})

    def _write_mergers(self) -> None:
        for duplicate, head in self.world.merged.items():
            firm = db.session.get_one(Enterprise, self.firms[duplicate])
            firm.merged_into_id = self.firms[head]

    def _write(self, facts: Facts) -> None:
        if facts.id not in self.ids:
            self._insert(facts)
        entry_id = self.ids[facts.id]
        entry = db.session.get_one(Entry, entry_id)
        entry.standing = Standing.VOID if facts.is_void else Standing.REGISTERED
        entry.revoked_on = facts.revoked_on
        entry.district_id = facts.places[max(facts.places)]
        for model in (EntryDistrict, RobotUnit, RobotLot):
            db.session.execute(sa.delete(model).where(model.entry_id == entry_id))
        for from_on, district_id in facts.places.items():
            row = {"entry_id": entry_id, "from_on": from_on, "district_id": district_id}
            db.session.execute(sa.insert(EntryDistrict), [row])
        for number, row_facts in enumerate(facts.rows):
            if row_facts.quantity == 1:
                db.session.add(unit_of(entry_id, number, row_facts))
            else:
                db.session.add(_lot(entry_id, row_facts))

    def _insert(self, facts: Facts) -> None:
        entry = Entry(
            kind=facts.kind,
            enterprise_id=self.firms[facts.firm],
            district_id=facts.places[max(facts.places)],
            title=f"thing {facts.id}",
            standing=Standing.REGISTERED,
            effective_on=facts.effective_on,
            rank=self.next_rank,
            created_at=AT,
        )
        self.next_rank += 1
        db.session.add(entry)
        db.session.flush()
        self.ids[facts.id] = entry.id
        if facts.kind is Kind.ROBOT_DEPLOYMENT:
            db.session.add(RobotDeployment(entry_id=entry.id))
            db.session.flush()


def unit_of(entry_id: int, number: int, facts: RowFacts) -> RobotUnit:
    """Return a registered robot of its own number, counted by these facts."""
    row = _span(facts)
    serial = f"s{entry_id}-{number}"
    return RobotUnit(
        entry_id=entry_id,
        position=number,
        brand="brand",
        serial_no=serial,
        serial_key=f"brand:{serial}",
        robot_type=RobotType.ARTICULATED,
        is_registered=True,
        **row,
    )


def _lot(entry_id: int, facts: RowFacts) -> RobotLot:
    return RobotLot(entry_id=entry_id, quantity=facts.quantity, **_span(facts))


def _span(facts: RowFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in ("measure", "from_on", "until_on", "retired")}


def posted_on(days: list[date], *, known: int, entry_ids: set[int]) -> list[Counter[Place]]:
    """Add up the postings of each day up to a sequence, entry by entry."""
    rows = db.session.execute(
        sa.select(
            Posting.effective_on,
            Posting.district_id,
            Posting.measure,
            Posting.entry_id,
            Posting.quantity,
        ).where(Posting.sequence <= known, Posting.entry_id.in_(entry_ids))
    ).all()
    figures = []
    for day in days:
        total: Counter[Place] = Counter()
        for effective_on, district_id, measure, entry_id, quantity in rows:
            if effective_on <= day:
                total[district_id, measure, entry_id] += quantity
        figures.append(Counter({place: n for place, n in total.items() if n}))
    return figures
