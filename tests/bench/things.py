"""Entries and cases of the invented city, and their rows as the register holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any  # columns of many tables

from registry.core import clock
from registry.ledger import chain
from registry.ledger.timelines import EntryFacts, RowFacts
from registry.programme.kinds import Kind, Measure
from tests.bench.bulk import Bulk

UNITS_A_CASE = 3


@dataclass(slots=True)
class Thing:
    """One entry, in few words; its robots are a lot (from a list) or units (from a case)."""

    id: int
    kind: Kind
    firm: int
    places: list[tuple[date, int]]
    rank: int
    batch: int | None
    number: str
    quantity: int
    measure: Measure
    revoked_on: date | None = None
    is_void: bool = False

    @property
    def effective_on(self) -> date:
        return self.places[0][0]

    def facts(self) -> EntryFacts:
        """Return what the ledger would read of it."""
        rows: tuple[RowFacts, ...] = ()
        if self.kind is Kind.ROBOT_DEPLOYMENT:
            rows = (RowFacts(self.measure, self.quantity, self.effective_on, self.revoked_on),)
        return EntryFacts(
            self.id,
            self.kind,
            self.effective_on,
            self.rank,
            self.revoked_on,
            tuple(self.places),
            rows,
        )


@dataclass
class Case:
    """One application on its way."""

    id: int
    thing: Thing
    number: str
    member_id: int
    officer_id: int
    filed_at: datetime
    hash: str
    status: str = "submitted"
    decided_at: datetime | None = None
    held_at: datetime | None = None


FACTS = (
    "id",
    "kind",
    "enterprise_id",
    "district_id",
    "title",
    "standing",
    "effective_on",
    "precision",
    "rank",
    "revoked_on",
    "number",
    "certificate_code",
    "batch_id",
)


def columns_of(thing: Thing) -> tuple[Any, ...]:
    """Return an entry as the register holds it, in the order of its fingerprint."""
    return (
        thing.id,
        thing.kind.value,
        thing.firm,
        thing.places[-1][1],
        f"测试项目{thing.id}",
        "void" if thing.is_void else "registered",
        str(thing.effective_on),
        "day",
        thing.rank,
        str(thing.revoked_on) if thing.revoked_on else None,
        thing.number,
        f"B{thing.id:025d}",
        thing.batch,
    )


def unregistered_of(thing: Thing) -> tuple[Any, ...]:
    """Return an entry that is asked for and not registered, in the same order."""
    head = columns_of(thing)[:5]
    return (*head, "unregistered", None, "day", None, None, None, None, None)


def form_of(thing: Thing) -> dict[str, Any]:
    """Return the words of a form, few."""
    is_robots = thing.kind is Kind.ROBOT_DEPLOYMENT
    rows = [{"serial_no": f"T{thing.id:08d}-{n}"} for n in range(1, UNITS_A_CASE + 1)]
    return {"fields": {"title": f"测试项目{thing.id}"}, "rows": rows if is_robots else []}


def frozen_of(thing: Thing, number: str) -> dict[str, Any]:
    """Return what a filing freezes."""
    content: dict[str, Any] = {"form": form_of(thing), "enterprise": {}, "files": []}
    return {**content, "application": number, "filing": 1}


def due_of(case: Case) -> date:
    """Return the promised day of a case."""
    return case.filed_at.astimezone(clock.PLACE).date() + timedelta(days=28)


def stamp(moment: datetime) -> str:
    """Write a moment as both databases read it: in UTC, without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def write_entries(bulk: Bulk, things: Sequence[Thing], cases: Sequence[Case]) -> None:
    """Write entries as they stand in the end."""
    waiting = {case.thing.id for case in cases if case.status != "approved"}
    for thing in things:
        at = stamp(datetime.combine(thing.effective_on, time(1), tzinfo=UTC))
        is_asked = thing.id in waiting
        facts = columns_of(thing) if not is_asked else unregistered_of(thing)
        row = dict(zip(FACTS, facts, strict=True))
        rest = (thing.batch, at)
        bulk.add(
            "entry",
            (
                *(row[name] for name in ("id", "kind", "enterprise_id", "district_id")),
                row["title"],
                row["title"],
                "[]",
                row["standing"],
                int(is_asked),
                *(row[name] for name in ("effective_on", "precision", "rank", "revoked_on")),
                *(row[name] for name in ("number", "certificate_code")),
                None,
                *rest,
            ),
        )
        if not is_asked:
            for from_on, district_id in thing.places:
                bulk.add("entry_district", (thing.id, str(from_on), district_id))
        if thing.kind is Kind.ROBOT_DEPLOYMENT:
            _write_robots(bulk, thing, is_asked=is_asked)


def _write_robots(bulk: Bulk, thing: Thing, *, is_asked: bool) -> None:
    bulk.add("robot_deployment", (thing.id,))
    until_on = str(thing.revoked_on) if thing.revoked_on else None
    first = str(thing.effective_on)
    if thing.batch is not None:
        row = (thing.id, thing.measure.value, thing.quantity, first, until_on, 0)
        bulk.add("robot_lot", row)
        return
    for position in range(1, UNITS_A_CASE + 1):
        serial = f"T{thing.id:08d}-{position}"
        what = (thing.id, position, "测试机器人", serial, f"测试机器人:{serial}", "articulated")
        span = (0, None, None) if is_asked else (1, first, until_on)
        bulk.add("robot_unit", (*what, 1, "in_use", "robot", *span, 0))


def write_cases(bulk: Bulk, cases: Sequence[Case]) -> None:
    """Write cases as they stand in the end."""
    versions = {"submitted": 3, "in_review": 4, "returned": 5, "approved": 5}
    for case in cases:
        thing = case.thing
        form = chain.canonical(form_of(thing))
        filed = stamp(case.filed_at)
        decided = stamp(case.decided_at) if case.decided_at else None
        holder = case.officer_id if case.status in {"in_review", "approved"} else None
        held = stamp(case.held_at) if case.held_at else None
        place = thing.places[0][1]
        head = (case.id, case.number, thing.kind.value, thing.firm, place, thing.id)
        state = (case.status, versions[case.status], form, "{}", thing.quantity)
        times = (case.member_id, filed, filed, 1, filed, filed, decided, str(due_of(case)))
        bulk.add("application", (*head, *state, *times, holder, held))
        frozen = (form, "{}", "[]", case.hash, case.member_id, filed)
        bulk.add("filing", (case.id, 1, *frozen))
