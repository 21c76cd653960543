"""The whole register through its services, in any order, against a recount by live SQL."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any  # words of a form

import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.amendment import find_open
from registry.applications.given import Given
from registry.applications.suspicions import LOTS_ON_TOP, LOTS_REPLACED
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.districts.queries import list_districts
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, Standing
from registry.importing.models import Batch
from registry.importing.service import undo_import
from registry.ledger.models import Seal
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
)
from tests.entries.factories import a_form
from tests.factories import a_user, an_enterprise
from tests.importing.factories import import_lines
from tests.ledger import depths
from tests.ledger.witness import Witness
from tests.standing.factories import a_proposal, asking, asking_to_move, leave, settle

ACTS = 6
FIRST = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # eight in the morning of the register
BETWEEN_ACTS, BETWEEN_HISTORIES = timedelta(days=3), timedelta(seconds=60)
OLDEST = 90  # days that a list reaches back
DAYS = [FIRST.date() + timedelta(days=n) for n in range(-OLDEST - 1, 3 * ACTS)]


class People:
    """Three firms of one history and who works on it; the clock goes on with each act."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.at = FIRST + seed * BETWEEN_HISTORIES
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
        title = f"{kind.value} {self.chance.random()}"
        return a_form(kind, district=place, title=title)


def _kind(people: People) -> Kind:
    kinds: list[Kind] = [*Kind, Kind.ROBOT_DEPLOYMENT, Kind.EQUIPMENT_UPGRADE]
    return people.chance.choice(kinds)


def approve(people: People) -> None:
    kind = _kind(people)
    case = a_claimed(by=people.member(), kind=kind, words=people.words(kind), at=people.at)
    assert case.holder is not None
    given = approval_of(case, lots=people.chance.choice([LOTS_REPLACED, LOTS_ON_TOP]))
    act(case, Action.APPROVE, by=case.holder, at=people.at, given=given)


def file_only(people: People) -> None:
    """Leave a case open, an upgrade above all: its firm may be counted by another meanwhile."""
    kind = people.chance.choice([_kind(people), Kind.EQUIPMENT_UPGRADE])
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
            "decided_on": today - timedelta(days=people.chance.randint(0, OLDEST)),
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


def transfer(people: People) -> None:
    """Ask for an open case to be handed over; approve it wherever it is then."""
    kind = _kind(people)
    case = a_claimed(by=people.member(), kind=kind, words=people.words(kind), at=people.at)
    target = next(place for place in list_districts()[:3] if place.id != case.district_id)
    giver = a_user(Role.SUPERVISOR, district=case.district)
    given = Given(district=target.code, reason="不在本板块。")
    act(case, Action.TRANSFER, by=giver, at=people.at, given=given)
    answer = people.chance.choice([None, Action.ACCEPT_TRANSFER, Action.REFUSE_TRANSFER])
    if answer is not None:
        receiver = a_user(Role.SUPERVISOR, district=target)
        given = Given(transfer_id=case.transfers[-1].id, reason="已核。")
        act(case, answer, by=receiver, at=people.at, given=given)
    if answer is Action.ACCEPT_TRANSFER:
        officer = a_user(Role.OFFICER, district=target)
        act(case, Action.CLAIM, by=officer, at=people.at)
    assert case.holder is not None
    given = approval_of(case, lots=people.chance.choice([LOTS_REPLACED, LOTS_ON_TOP]))
    act(case, Action.APPROVE, by=case.holder, at=people.at, given=given)


DEEDS: tuple[Callable[[People], None], ...] = (
    approve,
    transfer,
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


def play(histories: int) -> Witness:
    """Let each history do one act, then each the next, in one register."""
    played = [People(depths.FIRST + number) for number in range(histories)]
    witness = Witness(DAYS, [[firm.id for firm in people.firms] for people in played])
    for _ in range(ACTS):
        for history, people in enumerate(played):
            with clock.set_to(people.at), witness.watch(history):
                people.chance.choice(DEEDS)(people)
                db.session.commit()
            witness.look()
            people.at += BETWEEN_ACTS
    return witness


def test_what_the_services_write_is_what_a_recount_finds(app: Flask) -> None:
    assert list(depths.find_in_services(play(depths.SERVICES))) == []
    causes = set(db.session.scalars(sa.select(Seal.cause)))
    assert causes >= {"approve", "import", "revoke", "relocate", "retire", "amend", "correct"}
