"""The whole register through its services, in any order, against a recount by live SQL."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any  # words of a form

import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.amendment import find_open
from registry.applications.suspicions import LOTS_ON_TOP, LOTS_REPLACED
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.districts.queries import list_districts
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.importing.models import Batch
from registry.importing.service import undo_import
from registry.ledger.heads import read_head
from registry.ledger.models import Posting, Seal
from registry.ledger.verify import verify
from registry.programme.kinds import Kind
from registry.standing.changes import list_live_lots, list_live_units
from registry.standing.models import Act
from tests.applications.amendments import Edit, a_claimed_amendment
from tests.applications.amendments import amend as amend_it
from tests.applications.factories import (
    a_claimed,
    a_filed,
    a_returned,
    a_robot_row,
    act,
    approval_of,
    robot_words,
    workshop_words,
)
from tests.factories import a_user, an_enterprise
from tests.importing.factories import import_lines
from tests.ledger.recount import recount
from tests.standing.factories import a_proposal, asking, asking_to_move, leave, settle

HISTORIES, ACTS = 50, 6
FIRST = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
DAYS = [date(2026, 2, 20) + timedelta(days=13 * n) for n in range(30)]


class People:
    """Three firms of one history and who works on it; the clock goes on with each act."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.at = FIRST + timedelta(days=5 * seed)
        self.firms = [an_enterprise(f"firm {seed}-{number}") for number in range(3)]
        self.places = [district.code for district in list_districts()[:3]]
        self.batches: list[int] = []

    def member(self) -> User:
        firm: Enterprise = self.chance.choice(self.firms)
        return a_user(Role.MEMBER, enterprise=firm)

    def words(self, kind: Kind) -> dict[str, object]:
        place = self.chance.choice(self.places)
        if kind is Kind.ROBOT_DEPLOYMENT:
            return robot_words(self.chance.randint(1, 3), district=place)
        return workshop_words(district=place, title=f"workshop {self.chance.random()}")


def _kind(people: People) -> Kind:
    return people.chance.choice([Kind.ROBOT_DEPLOYMENT, Kind.SMART_WORKSHOP])


def approve(people: People) -> None:
    kind = _kind(people)
    case = a_claimed(by=people.member(), kind=kind, words=people.words(kind), at=people.at)
    assert case.holder is not None
    given = approval_of(case, lots=people.chance.choice([LOTS_REPLACED, LOTS_ON_TOP]))
    act(case, Action.APPROVE, by=case.holder, at=people.at, given=given)


def file_only(people: People) -> None:
    kind = _kind(people)
    makers: list[Callable[..., object]] = [a_filed, a_claimed, a_returned]
    make = people.chance.choice(makers)
    make(by=people.member(), kind=kind, words=people.words(kind), at=people.at)


def import_list(people: People) -> None:
    """Bring in what was decided earlier, upgrades above all."""
    today = clock.day_of(people.at)
    lines = []
    for _ in range(people.chance.randint(1, 4)):
        kind = people.chance.choice([*Kind, Kind.EQUIPMENT_UPGRADE])
        firm: Enterprise = people.chance.choice(people.firms)
        line = {
            "kind": kind.value,
            "enterprise": firm.name,
            "uscc": firm.uscc,
            "district": people.chance.choice(people.places),
            "title": f"{kind.value} {people.chance.random()}",
            "decided_on": today - timedelta(days=people.chance.randint(0, 90)),
            "quantity": people.chance.randint(1, 9) if kind is Kind.ROBOT_DEPLOYMENT else "",
        }
        lines.append(line)
    import_lines(*lines, at=people.at)
    people.batches.append(db.session.scalar(sa.select(sa.func.max(Batch.id))) or 0)


def undo(people: People) -> None:
    if people.batches:
        batch = people.batches.pop(people.chance.randrange(len(people.batches)))
        undo_import(batch, by=None, at=people.at)


def _valid(people: People, *, with_robots: bool = False) -> Entry | None:
    """Pick an entry of these firms that stands in the register."""
    found = sa.select(Entry).where(
        Entry.enterprise_id.in_([firm.id for firm in people.firms]),
        Entry.standing == Standing.REGISTERED,
        Entry.revoked_on.is_(None),
    )
    if with_robots:
        found = found.where(Entry.kind == Kind.ROBOT_DEPLOYMENT)
    entries = db.session.scalars(found.order_by(Entry.id)).all()
    return people.chance.choice(entries) if entries else None


def _past_day(people: People, entry: Entry) -> date:
    assert entry.effective_on is not None
    span = (clock.day_of(people.at) - entry.effective_on).days
    return entry.effective_on + timedelta(days=people.chance.randint(0, span))


def revoke(people: People) -> None:
    """Let an officer propose it, and the city confirm it a moment later."""
    entry = _valid(people)
    if entry is not None:
        asked = asking(effective_on=_past_day(people, entry))
        officer = a_user(Role.OFFICER, district=entry.district)
        proposal = a_proposal(entry, by=officer, asked=asked, at=people.at)
        settle(proposal, by=a_user(Role.ADMINISTRATOR), at=people.at)


def relocate(people: People) -> None:
    """Move a thing from a day on, or say that its district was recorded wrongly."""
    entry = _valid(people)
    if entry is None:
        return
    places = [place for place in list_districts()[:3] if place.id != entry.district_id]
    target, day = people.chance.choice(places), _past_day(people, entry)
    asked = asking_to_move(target.id, effective_on=day)
    if day <= entry.districts[-1].from_on or people.chance.random() < 0.3:
        asked = asking_to_move(target.id, reason_code="recorded_wrongly", effective_on=None)
    giver = a_user(Role.SUPERVISOR, district=entry.district)
    proposal = a_proposal(entry, Act.RELOCATE, by=giver, asked=asked, at=people.at)
    settle(proposal, by=a_user(Role.SUPERVISOR, district=target), at=people.at)


def retire(people: People) -> None:
    """Let some units and part of a lot leave."""
    entry = _valid(people, with_robots=True)
    units, lots = (list_live_units(entry), list_live_lots(entry)) if entry else ([], [])
    if entry is None or not (units or lots):
        return
    units, lots = units[: people.chance.randint(1, 2)], lots[:1]
    begun = [unit.from_on for unit in units if unit.from_on] + [lot.from_on for lot in lots]
    leave(
        entry,
        by=a_user(Role.OFFICER, district=entry.district),
        at=people.at,
        on=max(_past_day(people, entry), *begun),
        unit_ids=[unit.id for unit in units],
        lots={lot.id: people.chance.randint(1, lot.quantity) for lot in lots},
    )


def amend(people: People) -> None:
    """Let a firm add robots to an entry, take some out, or put right what was wrong in it."""
    entry = _valid(people, with_robots=True)
    if entry is None or find_open(entry.id) is not None:
        return
    member = a_user(Role.MEMBER, enterprise=entry.enterprise)
    sort = people.chance.choice(["change", "correction"])
    lots = people.chance.choice([LOTS_REPLACED, LOTS_ON_TOP])
    make = amend_it if people.chance.random() < 0.8 else a_claimed_amendment
    rest = {"lots": lots} if make is amend_it else {}
    make(entry, by=member, at=people.at, sort=sort, edit=_edit(people, sort), **rest)


def _edit(people: People, sort: str) -> Edit:
    """Change a row as its sort allows, and add one, mobile or not."""

    def edit(words: dict[str, Any]) -> None:
        rows, kind = words["rows"], people.chance.choice(["articulated", "agv"])
        if rows and sort == "change":
            rows[0]["status"] = people.chance.choice(["scrapped", "sold", "moved"])
        elif rows:
            wrong = people.chance.choice(["serial", "type", "none"])
            if wrong == "serial":
                rows[0]["serial_no"] = a_robot_row()["serial_no"]
            elif wrong == "type":
                rows[0] |= {"robot_type": kind, "axes": "" if kind == "agv" else "6"}
            else:
                rows.pop(0)
        kind = people.chance.choice(["articulated", "agv"])
        rows.append(a_robot_row(robot_type=kind, axes="" if kind == "agv" else "6"))

    return edit


DEEDS: tuple[Callable[[People], None], ...] = (
    approve,
    approve,
    file_only,
    import_list,
    import_list,
    import_list,
    undo,
    revoke,
    relocate,
    relocate,
    retire,
    retire,
    amend,
    amend,
)


def _posted(known: int) -> list[Counter[tuple[int, str, int]]]:
    """Add up the postings known at a sequence, for each day, entry by entry."""
    columns = (Posting.district_id, Posting.measure, Posting.entry_id, Posting.quantity)
    rows = db.session.execute(
        sa.select(Posting.effective_on, *columns)
        .where(Posting.sequence <= known)
        .order_by(Posting.effective_on)
    ).all()
    figures, total, number = [], Counter[tuple[int, str, int]](), 0
    for day in DAYS:
        while number < len(rows) and rows[number][0] <= day:
            _, district_id, measure, entry_id, quantity = rows[number]
            total[district_id, measure.value, entry_id] += quantity
            number += 1
        figures.append(Counter({place: n for place, n in total.items() if n}))
    return figures


def test_what_the_services_write_is_what_a_recount_finds(app: Flask) -> None:
    expected = []
    for seed in range(HISTORIES):
        people = People(seed)
        for _ in range(ACTS):
            people.at += timedelta(days=1)
            with clock.set_to(people.at):
                people.chance.choice(DEEDS)(people)
            db.session.commit()
        expected.append((read_head().sequence, [recount(day) for day in DAYS]))

    for sequence, figures in expected:
        assert _posted(sequence) == figures
    assert verify().fault is None
    causes = set(db.session.scalars(sa.select(Seal.cause)))
    assert causes >= {"approve", "import", "revoke", "relocate", "retire", "amend", "correct"}
