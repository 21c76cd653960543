"""The worked example of the docs: what its page says, and its ten steps done in a register."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any  # a form as typed is nested JSON

import sqlalchemy as sa

from registry.accounts.roles import Role
from registry.applications.workflow import Action
from registry.core.database import db
from registry.districts.queries import find_district, list_districts
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry
from registry.importing.models import Batch
from registry.importing.service import undo_import
from registry.ledger.models import Posting
from registry.programme.kinds import Kind
from registry.standing.changes import list_live_units
from registry.standing.models import Act
from tests.applications.factories import a_claimed, a_robot_row, act, approval_of
from tests.entries.factories import a_form, a_line
from tests.factories import a_district, a_user, an_enterprise
from tests.importing.factories import import_lines
from tests.standing.factories import a_proposal, asking, asking_to_move, leave, settle

PAGE = Path(__file__).parents[2] / "docs" / "worked-example.md"
STEP = re.compile(r"^## Step (\d+) · (.*)$", re.MULTILINE)
RECORDED = re.compile(r"^Recorded on (\d{4}-\d\d-\d\d)\.$", re.MULTILINE)
ASKED = re.compile(r"^\*\*As of ([\d-]{10})(?:, as known on ([\d-]{10}))?\*\*\n\n", re.MULTILINE)
POSTED = "The ledger gets:\n\n"
KUNSHAN, TAICANG, WUJIANG = "320583", "320585", "320509"


@dataclass(frozen=True)
class Table:
    """A table of the page: figures by district's code, "" for the city."""

    as_of: date
    known_on: date | None
    figures: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Step:
    """What the page says of a step."""

    number: int
    recorded_on: date
    postings: Sequence[tuple[str, str, str, str, int]]
    tables: Sequence[Table]

    @property
    def at(self) -> datetime:
        return datetime.combine(self.recorded_on, time(2), tzinfo=UTC)  # ten in the morning


def read_steps() -> list[Step]:
    """Read the page."""
    parts = STEP.split(PAGE.read_text(encoding="utf-8"))[1:]
    named = zip(parts[::3], parts[2::3], strict=True)
    return [_read_step(int(number), text) for number, text in named]


def _read_step(number: int, text: str) -> Step:
    recorded = RECORDED.search(text)
    assert recorded is not None, number
    _, _, posted = text.partition(POSTED)
    parts = ASKED.split(text)[1:]
    tables = [
        Table(date.fromisoformat(day), date.fromisoformat(known) if known else None, _table(body))
        for day, known, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]
    rows = [_posting(row) for row in _rows(posted)] if posted else []
    return Step(number, date.fromisoformat(recorded[1]), sorted(rows), tables)


def _rows(text: str) -> list[list[str]]:
    """Return the cells of the table with which a text begins, without its two lines of heads."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("|"):
            break
        lines.append([cell.strip(" *") for cell in line.strip("|").split("|")])
    return lines[2:]


def _code(name: str) -> str:
    chinese = name.rpartition(" ")[2]
    return {place.name_zh: place.code for place in list_districts()}.get(chinese, "")


def _table(text: str) -> dict[str, tuple[int, ...]]:
    return {_code(name): tuple(map(int, cells)) for name, *cells in _rows(text)}


def _posting(row: Sequence[str]) -> tuple[str, str, str, str, int]:
    day, place, measure, entry, quantity = row
    number = int(quantity.replace("−", "-"))
    return day, _code(place), measure.replace(" ", "_"), entry, number


def read_postings(*, after: int) -> list[tuple[str, str, str, str, int]]:
    """Return what was posted after a seal, in the words of the page."""
    codes = {place.id: place.code for place in list_districts()}
    rows = db.session.execute(
        sa.select(
            Posting.effective_on,
            Posting.district_id,
            Posting.measure,
            Entry.title,
            Posting.quantity,
        )
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Posting.sequence > after)
    )
    return sorted((str(day), codes[place], m.value, title, n) for day, place, m, title, n in rows)


class Example:
    """The two firms, and what is done to their entries."""

    def __init__(self) -> None:
        self.firms = {name: an_enterprise(f"示例{name}有限公司").id for name in ("A", "B")}
        self.batches: list[int] = []

    def do(self, step: Step) -> None:
        STEPS[step.number - 1](self, step.at)

    def firm(self, name: str) -> Enterprise:
        return db.session.get_one(Enterprise, self.firms[name])

    def entry(self, title: str) -> Entry:
        return db.session.scalars(sa.select(Entry).where(Entry.title == title)).one()

    def approve(
        self, kind: Kind, words: dict[str, Any], *, verified: Sequence[int], at: datetime
    ) -> None:
        member = a_user(Role.MEMBER, enterprise=self.firm(words["fields"]["title"][0]))
        case = a_claimed(by=member, kind=kind, words=words, at=at)
        assert case.holder is not None
        given = approval_of(case, verified=verified)
        act(case, Action.APPROVE, by=case.holder, at=at, given=given)

    def upgrade(self, title: str, place: str, at: datetime) -> None:
        kind = Kind.EQUIPMENT_UPGRADE
        words = a_form(kind, title=title, district=place, ends_on="2026-03-31")
        words["rows"] = [a_line(invoice_on="2026-02-02")]
        self.approve(kind, words, verified=[1], at=at)

    def bring(self, *lines: Mapping[str, object], at: datetime) -> None:
        import_lines(*lines, at=at)
        self.batches.append(db.session.scalars(sa.select(sa.func.max(Batch.id))).one())

    def line(self, kind: Kind, title: str, firm: str, place: str, **more: object) -> dict[str, Any]:
        enterprise = self.firm(firm)
        who = {"enterprise": enterprise.name, "uscc": enterprise.uscc}
        return {"kind": kind.value, "title": title, "district": place, **who, **more}

    def move(self, title: str, target: str, *, on: date | None, at: datetime) -> None:
        entry, place = self.entry(title), a_district(target)
        code = "moved" if on else "recorded_wrongly"
        asked = asking_to_move(place.id, reason_code=code, effective_on=on)
        giver = a_user(Role.SUPERVISOR, district=entry.district)
        proposal = a_proposal(entry, Act.RELOCATE, by=giver, asked=asked, at=at)
        settle(proposal, by=a_user(Role.SUPERVISOR, district=place), at=at)


def approve_upgrade(example: Example, at: datetime) -> None:
    example.upgrade("A1", KUNSHAN, at)


def approve_elsewhere(example: Example, at: datetime) -> None:
    example.upgrade("A2", TAICANG, at)


def approve_robots(example: Example, at: datetime) -> None:
    rows = [a_robot_row() for _ in range(6)] + [a_robot_row(robot_type="agv", axes="")]
    fields = a_form(Kind.ROBOT_DEPLOYMENT, title="B1", district=KUNSHAN)["fields"]
    words = {"fields": fields, "rows": rows}
    example.approve(Kind.ROBOT_DEPLOYMENT, words, verified=[1, 2, 3, 4, 5, 7], at=at)


def bring_old_list(example: Example, at: datetime) -> None:
    last_year = {"decided_on": "2025-12-05"}
    example.bring(
        example.line(Kind.EQUIPMENT_UPGRADE, "L1", "A", WUJIANG, decided_on="2025-11-20"),
        example.line(Kind.SMART_WORKSHOP, "L2", "B", TAICANG, **last_year),
        example.line(Kind.ROBOT_DEPLOYMENT, "L3", "B", TAICANG, quantity=12, **last_year),
        at=at,
    )


def revoke(example: Example, at: datetime) -> None:
    entry = example.entry("L1")
    officer = a_user(Role.OFFICER, district=find_district(WUJIANG))
    asked = asking(effective_on=date(2026, 6, 10))
    proposal = a_proposal(entry, by=officer, asked=asked, at=at)
    settle(proposal, by=a_user(Role.ADMINISTRATOR), at=at)


def relocate(example: Example, at: datetime) -> None:
    example.move("B1", TAICANG, on=date(2026, 7, 1), at=at)


def scrap(example: Example, at: datetime) -> None:
    entry = example.entry("B1")
    gone = [unit.id for unit in list_live_units(entry)[:2]]
    officer = a_user(Role.OFFICER, district=entry.district)
    leave(entry, by=officer, at=at, on=date(2026, 7, 20), unit_ids=gone)


def correct_district(example: Example, at: datetime) -> None:
    example.move("L2", KUNSHAN, on=None, at=at)


def bring_wrong_list(example: Example, at: datetime) -> None:
    winter = {"decided_on": "2026-02-10"}
    example.bring(
        example.line(Kind.SMART_FACTORY, "M1", "B", WUJIANG, **winter),
        example.line(Kind.ROBOT_DEPLOYMENT, "M2", "A", WUJIANG, quantity=8, **winter),
        at=at,
    )


def take_back(example: Example, at: datetime) -> None:
    undo_import(example.batches[-1], by=None, at=at)


STEPS: tuple[Callable[[Example, datetime], None], ...] = (
    approve_upgrade,
    approve_elsewhere,
    approve_robots,
    bring_old_list,
    revoke,
    relocate,
    scrap,
    correct_district,
    bring_wrong_list,
    take_back,
)
