"""Three years of a busy city, invented: lists, cases, revocations, moves; the same each time.

Nineteen of twenty entries come with official lists, of which one in ten brings what was decided up
to three years earlier and one in a hundred is taken back; the rest was applied for and approved
case by case. A tenth of the enterprises have things in two districts. Of all entries one in fifty
is revoked and one in two hundred moves. What does not move a figure is left thin: titles, forms and
files are short, and the details of a kind (areas, machines, savings) are left out.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any  # columns of many tables

from registry.core import clock
from registry.entries.catalogue import CATALOGUE
from registry.ledger import chain
from registry.ledger.facts import subject_name
from registry.ledger.fingerprints import SEALED, fingerprint_of
from registry.ledger.timelines import Key, desired, subtract
from registry.programme.kinds import Kind, Measure
from tests.bench.bulk import Bulk
from tests.bench.people import Known, People
from tests.bench.things import (
    UNITS_A_CASE,
    Case,
    Thing,
    columns_of,
    due_of,
    frozen_of,
    stamp,
    write_cases,
    write_entries,
)

SEED = 20170173
SHARES = {
    Kind.SMART_FACTORY: 0.05,
    Kind.SMART_WORKSHOP: 0.35,
    Kind.EQUIPMENT_UPGRADE: 0.40,
    Kind.ROBOT_DEPLOYMENT: 0.20,
}
KINDS, WEIGHTS = tuple(SHARES), tuple(SHARES.values())
FROM_LISTS, OLD_LISTS, UNDONE_LISTS = 0.95, 0.10, 0.01
REVOKED, MOVED = 0.02, 0.005
LISTS_MOST, LIST_ROWS = 1_000, 250
OPEN_CASES = {"submitted": 150, "in_review": 150, "returned": 50}


Act = Callable[[datetime], None]


class History:
    """Writes everything that happened, deed by deed; `sums` is what was posted by day and place."""

    def __init__(self, size: int, known: Known, *, today: date) -> None:
        self.size, self.known, self.today = size, known, today
        self.chance = random.Random(SEED)
        self.sums: Counter[Key] = Counter()
        self.sequence, self.recorded_at, self.hash = known.sequence, known.recorded_at, known.hash
        self.people = People(known, firms=max(size // 4, 100), chance=self.chance)
        self.things: list[Thing] = []
        self.upgrades: dict[int, list[Thing]] = defaultdict(list)
        self.undone: dict[int, datetime] = {}
        self.numbers: Counter[str] = Counter()
        self.cases: list[Case] = []
        self.rank = self.batches = 0

    def write(self, bulk: Bulk) -> None:
        """Write the whole history; entries and cases last, as they stand in the end."""
        self.bulk = bulk
        self.people.write(bulk)
        for moment, act in self._agenda():
            act(moment)
        write_entries(self.bulk, self.things, self.cases)
        write_cases(self.bulk, self.cases)

    def write_claimed(self, bulk: Bulk, many: int) -> None:
        """Go on with so many cases that an officer has claimed, for writers to approve."""
        self.bulk = bulk
        for moment, act in self._plan_open({"in_review": many}):
            act(moment)
        write_entries(self.bulk, self.things, self.cases)
        write_cases(self.bulk, self.cases)

    def _agenda(self) -> list[tuple[datetime, Act]]:
        """Plan what happens when: all before today, so that today's deeds come after it."""
        listed = int(self.size * FROM_LISTS)
        lists = max(1, min(LISTS_MOST, listed // LIST_ROWS))
        rows = [listed // lists] * lists
        rows[0] += listed - sum(rows)
        plan: list[tuple[datetime, Act]] = []
        for many in rows:
            self._plan_list(plan, many)
        for _ in range(self.size - listed):
            self._plan_case(plan, self._moment())
        for share, act in ((REVOKED, self._revoke), (MOVED, self._move)):
            plan += [(self._moment(late=True), act) for _ in range(int(self.size * share))]
        plan.sort(key=lambda item: item[0])
        plan += self._plan_open(OPEN_CASES)
        return plan

    def _plan_list(self, plan: list[tuple[datetime, Act]], rows: int) -> None:
        old = self.chance.random() < OLD_LISTS
        plan.append((self._moment(), lambda moment: self._import(moment, rows, is_old=old)))
        if self.chance.random() < UNDONE_LISTS:
            plan.append((self._moment(late=True), self._undo))

    def _plan_case(self, plan: list[tuple[datetime, Act]], filed_at: datetime) -> None:
        taken_at = filed_at + timedelta(hours=self.chance.randint(2, 200))
        decided_at = taken_at + timedelta(hours=self.chance.randint(1, 300))
        if decided_at.astimezone(clock.PLACE).date() >= self.today:
            filed_at, taken_at, decided_at = (
                moment - timedelta(days=40) for moment in (filed_at, taken_at, decided_at)
            )
        box: list[Case] = []
        plan.append((filed_at, lambda moment: box.append(self._file(moment))))
        plan.append((taken_at, lambda moment: self._claim(box[0], moment)))
        plan.append((decided_at, lambda moment: self._approve(box[0], moment)))

    def _plan_open(self, many: Mapping[str, int]) -> list[tuple[datetime, Act]]:
        """Leave so many cases open at each status, filed in the last hours before today."""
        plan: list[tuple[datetime, Act]] = []
        night = datetime.combine(self.today, time(0, 0), tzinfo=clock.PLACE)
        first = night - timedelta(hours=12)
        statuses = [status for status, count in many.items() for _ in range(count)]
        for place, status in enumerate(statuses):
            moment = first + timedelta(seconds=place * 3)
            plan.append((moment, lambda at, status=status: self._leave_open(at, status)))  # type: ignore[misc]  # bound early
        return plan

    def _moment(self, *, late: bool = False) -> datetime:
        """Choose a working hour before yesterday; late: not in the first year."""
        days = (self.today - self.known.starts_on).days - 2
        day = self.chance.randint(days // 3 if late else 0, days)
        seconds = self.chance.randint(9 * 3600, 17 * 3600)
        on = datetime.combine(self.known.starts_on, time(), tzinfo=clock.PLACE)
        return (on + timedelta(days=day, seconds=seconds)).astimezone(UTC)

    # what becomes of entries

    def _add(self, effective_on: date, *, batch: int | None = None) -> Thing:
        firm = self.people.pick_firm()
        kind = self.chance.choices(KINDS, WEIGHTS)[0]
        district_id, code = self.people.place_of(firm)
        robots = kind is Kind.ROBOT_DEPLOYMENT
        many = self.chance.randint(2, 60) if batch else UNITS_A_CASE
        is_mobile = robots and batch is not None and self.chance.random() < 0.1
        prefix = f"{code}-{effective_on.year}-{CATALOGUE[kind].letter}-"
        self.numbers[prefix] += 1
        thing = Thing(
            id=self.known.last_entry_id + len(self.things) + 1,
            kind=kind,
            firm=firm,
            places=[(effective_on, district_id)],
            rank=0,
            batch=batch,
            number=f"{prefix}{self.numbers[prefix]:04d}",
            quantity=many if robots else 1,
            measure=Measure.MOBILE_ROBOT if is_mobile else Measure.ROBOT,
        )
        self.things.append(thing)
        return thing

    def _import(self, moment: datetime, rows: int, *, is_old: bool) -> None:
        self.batches += 1
        back = 1_100 if is_old else 60
        day = moment.astimezone(clock.PLACE).date()
        added = [
            self._add(day - timedelta(days=self.chance.randint(0, back)), batch=self.batches)
            for _ in range(rows)
        ]
        file = f"{self.batches:064x}"
        name = f"第{self.batches}批认定名单.xlsx"
        undone_at = None
        row = (self.batches, "市工信局", name, file, rows, stamp(moment), undone_at)
        self.bulk.add("batch", row)
        payload = {"file": file, "source": "市工信局", "entries": rows, "titles": 0}
        with_batch = ("imported", payload, None, None, self.batches)
        self._register(moment, added, cause="import", events=[with_batch])

    def _undo(self, moment: datetime) -> None:
        """Take back one of the lists; twice none."""
        batch = self.chance.randint(1, max(self.batches, 1))
        gone = [thing for thing in self.things if thing.batch == batch]
        if not gone or gone[0].is_void or any(thing.revoked_on for thing in gone):
            return
        self.undone[batch] = moment
        payload = {"entries": len(gone), "titles": 0}
        event = ("import_undone", payload, None, None, batch)
        before = self._wanted(gone)
        for thing in gone:
            thing.is_void = True
        self._change(moment, gone, before, cause="undo_import", events=[event])

    def _revoke(self, moment: datetime) -> None:
        thing = self._pick()
        if thing is None or thing.revoked_on is not None:
            return
        day = moment.astimezone(clock.PLACE).date()
        last = thing.places[-1][0]
        before = self._wanted([thing])
        thing.revoked_on = max(last, day - timedelta(days=self.chance.randint(0, 90)))
        event = ("revoked", {"effective_on": str(thing.revoked_on)}, None, thing.id, None)
        self._change(moment, [thing], before, cause="revoked", events=[event])

    def _move(self, moment: datetime) -> None:
        thing = self._pick()
        day = moment.astimezone(clock.PLACE).date() - timedelta(days=self.chance.randint(0, 30))
        if thing is None or thing.revoked_on is not None or day <= thing.places[-1][0]:
            return
        here = thing.places[-1][1]
        others = [id_ for id_, _ in self.known.districts if id_ != here]
        before = self._wanted([thing])
        thing.places.append((day, self.chance.choice(others)))
        payload = {"from": here, "to": thing.places[-1][1], "effective_on": str(day)}
        event = ("relocated", payload, None, thing.id, None)
        self._change(moment, [thing], before, cause="relocated", events=[event])

    def _pick(self) -> Thing | None:
        thing = self.chance.choice(self.things) if self.things else None
        return None if thing is None or thing.is_void or not thing.rank else thing

    # cases

    def _file(self, moment: datetime) -> Case:
        thing = self._add(moment.astimezone(clock.PLACE).date())
        code = thing.number[:6]
        id_ = self.known.last_application_id + len(self.cases) + 1
        number = f"SB-{code}-{id_:07d}"
        case = Case(
            id=id_,
            thing=thing,
            number=number,
            member_id=self.people.member_of(thing.firm, self.bulk),
            officer_id=self.people.officer_in(thing.places[0][1], self.chance),
            filed_at=moment,
            hash=chain.sha256(chain.canonical(frozen_of(thing, number))),
        )
        self.cases.append(case)
        payload = {
            "version": 3,
            "filing": 1,
            "hash": case.hash,
            "files": [],
            "quantity": thing.quantity,
            "due_on": str(due_of(case)),
        }
        self._seal(moment, case.member_id, "submit", [self._told("submitted", payload, case)])
        return case

    def _claim(self, case: Case, moment: datetime) -> None:
        case.status, case.held_at = "in_review", moment
        told = self._told("claimed", {"version": 4, "filing": 1}, case)
        self._seal(moment, case.officer_id, "claim", [told])

    def _approve(self, case: Case, moment: datetime) -> None:
        thing = case.thing
        case.status, case.decided_at = "approved", moment
        day = moment.astimezone(clock.PLACE).date()
        thing.places = [(day, thing.places[0][1])]
        is_robots = thing.kind is Kind.ROBOT_DEPLOYMENT
        rows = list(range(1, UNITS_A_CASE + 1)) if is_robots else []
        payload = {
            "version": 5,
            "quantity": thing.quantity,
            "verified": len(rows),
            "rows": rows,
            "counted": {"robot": len(rows)} if rows else {},
            "filing": 1,
            "hash": case.hash,
            "effective_on": str(day),
            "lots_replaced": 0,
        }
        events = [self._told("approved", payload, case)]
        self._register(moment, [thing], cause="approve", events=events, by=case.officer_id)

    def _leave_open(self, moment: datetime, status: str) -> None:
        case = self._file(moment)
        if status == "submitted":
            return
        self._claim(case, moment)
        if status == "returned":
            case.status, case.held_at = "returned", None
            told = self._told("returned", {"version": 5, "filing": 1, "remarks": 1}, case)
            self._seal(moment, case.officer_id, "return", [told])

    def _told(self, type_: str, payload: dict[str, Any], case: Case) -> Told:
        return (type_, payload, case.id, case.thing.id, None)

    # the ledger

    def _register(
        self,
        moment: datetime,
        added: list[Thing],
        *,
        cause: str,
        events: list[Told],
        by: int | None = None,
    ) -> None:
        before = self._wanted(added)
        for thing in added:
            self.rank += 1
            thing.rank = self.rank
            if thing.kind is Kind.EQUIPMENT_UPGRADE:
                self.upgrades[thing.firm].append(thing)
        self._change(moment, added, before, cause=cause, events=events, by=by)

    def _wanted(self, things: Iterable[Thing]) -> dict[str, dict[Key, int]]:
        """Return what the subjects of these should have posted, by the facts as they are."""
        found: dict[str, dict[Key, int]] = {}
        for thing in things:
            subject = subject_name(thing.kind, thing.id, thing.firm)
            if subject in found:
                continue
            is_upgrade = thing.kind is Kind.EQUIPMENT_UPGRADE
            together = self.upgrades[thing.firm] if is_upgrade else [thing]
            facts = [one.facts() for one in together if one.rank and not one.is_void]
            found[subject] = desired(facts, starts_on=self.known.starts_on)
        return found

    def _change(
        self,
        moment: datetime,
        things: list[Thing],
        before: dict[str, dict[Key, int]],
        *,
        cause: str,
        events: list[Told],
        by: int | None = None,
    ) -> None:
        """Post what the subjects should have now and had not before, under one seal."""
        after = self._wanted(things)
        changes = [
            (subject, key, quantity)
            for subject in sorted(after)
            for key, quantity in subtract(after[subject], before[subject])
        ]
        prints = {str(thing.id): fingerprint_of(columns_of(thing)) for thing in things}
        told = [*events, (SEALED, {"entries": prints}, None, None, None)]
        self._seal(moment, by, cause, told, changes)

    def _seal(
        self,
        moment: datetime,
        by: int | None,
        cause: str,
        events: list[Told],
        changes: Iterable[tuple[str, Key, int]] = (),
    ) -> None:
        self.sequence += 1
        self.recorded_at = max(moment.astimezone(UTC), self.recorded_at + timedelta(microseconds=1))
        digests = [self._tell(position, *event) for position, event in enumerate(events, start=1)]
        digests += [
            self._post(position, *change) for position, change in enumerate(changes, start=1)
        ]
        written = chain.write_moment(self.recorded_at)
        facts = chain.SealFacts(self.sequence, written, by, cause, len(digests), self.hash)
        self.hash = chain.seal_hash(facts, digests)
        at = stamp(self.recorded_at)
        row = (self.sequence, at, by, cause, len(digests), facts.previous, self.hash)
        self.bulk.add("seal", row)

    def _tell(self, position: int, type_: str, payload: dict[str, Any], *ids: int | None) -> str:
        row = (self.sequence, position, *ids, type_, chain.canonical(payload))
        digest = chain.event_digest(row)
        self.bulk.add("event", (*row, digest))
        return digest

    def _post(self, position: int, subject: str, key: Key, quantity: int) -> str:
        day = str(key.effective_on)
        what = (key.measure.value, key.district_id, key.entry_id, day, quantity)
        row = (self.sequence, position, self.known.programme_id, subject, *what)
        digest = chain.posting_digest(row)
        self.bulk.add("posting", (*row, digest))
        self.sums[key._replace(entry_id=0)] += quantity
        return digest


Told = tuple[str, dict[str, Any], int | None, int | None, int | None]
