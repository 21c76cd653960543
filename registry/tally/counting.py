"""Beside an entry: which deeds made it count, from which day, and where its case can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from registry.accounts.models import User
from registry.applications.models import Application
from registry.applications.queries import visible_to
from registry.core import clock
from registry.core.database import db
from registry.core.language import is_chinese
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.catalogue import CATALOGUE
from registry.entries.models import Entry
from registry.ledger.facts import subject_name
from registry.ledger.models import Posting, Seal
from registry.ledger.timelines import COUNTED_BY_ENTERPRISE
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal
from registry.tally.changes import CAUSES, OTHERWISE
from registry.tally.words import MEASURE_NAMES, amount, signed

LINES_MOST = 50


@dataclass(frozen=True)
class CountLine:
    """One plus or minus that a deed made; `url` leads to the changes of that day."""

    day: date
    amount: str
    measure: object
    district: str
    cause: object
    sequence: int
    recorded_at: datetime
    url: str


@dataclass(frozen=True)
class Counting:
    """How an entry counts. `instead`: the entry at which its enterprise counts, if it is another.

    `case_url` leads to its case with events and documents, for who may see those.
    """

    lines: Sequence[CountLine]
    has_more: bool
    today: str
    instead: str
    case_number: str
    case_url: str
    batch_url: str


class Leads(Protocol):
    """Where the lines lead; the view knows the addresses, and what a person may open."""

    def changes(self, *, since: date, as_of: date, kind: Kind, district: str) -> str:
        """Return the address of the changes of some days; nothing where it is closed."""

    def case(self, application_id: int, *, reader: User) -> str:
        """Return the address of a case as a person reads it."""

    def batch(self, batch_id: int, *, reader: User) -> str:
        """Return the address of an official list; nothing where it is closed to a person."""


def count_entry(entry: Entry, leads: Leads, *, reader: User | None) -> Counting:
    """Return how a registered entry counts, for the person who looks at it (None: a visitor)."""
    unit = _unit_of(entry)
    rows = _list_postings(entry)
    number, url = _find_case(entry, leads, reader=reader)
    today = _count_today(entry)
    return Counting(
        lines=[_show(row, entry, leads, unit=unit) for row in rows[:LINES_MOST]],
        has_more=len(rows) > LINES_MOST,
        today=amount(today, unit),
        instead="" if today else _find_instead(entry),
        case_number=number,
        case_url=url,
        batch_url=leads.batch(entry.batch_id, reader=reader) if entry.batch_id and reader else "",
    )


def _unit_of(entry: Entry) -> str:
    column = Goal.unit_zh if is_chinese() else Goal.unit_en
    return db.session.scalar(sa.select(column).where(Goal.kind == entry.kind).limit(1)) or ""


def _list_postings(entry: Entry) -> Sequence[sa.Row[Posting, Seal, District]]:
    return db.session.execute(
        sa.select(Posting, Seal, District)
        .join(Seal, Seal.sequence == Posting.sequence)
        .join(District, District.id == Posting.district_id)
        .where(Posting.entry_id == entry.id)
        .order_by(Posting.sequence.desc(), Posting.position)
        .limit(LINES_MOST + 1)
    ).all()


def _show(
    row: sa.Row[Posting, Seal, District], entry: Entry, leads: Leads, *, unit: str
) -> CountLine:
    posting, seal, district = row
    url = ""
    if posting.measure is _first_measure(entry):  # only a goal's own figure is among the changes
        url = leads.changes(
            since=posting.effective_on - timedelta(days=1),
            as_of=posting.effective_on,
            kind=entry.kind,
            district=district.code,
        )
    return CountLine(
        day=posting.effective_on,
        amount=signed(posting.quantity, unit),
        measure=MEASURE_NAMES[posting.measure],
        district=district.name_zh if is_chinese() else district.name_en,
        cause=CAUSES.get(seal.cause, OTHERWISE),
        sequence=seal.sequence,
        recorded_at=seal.recorded_at,
        url=url,
    )


def _first_measure(entry: Entry) -> Measure:
    return CATALOGUE[entry.kind].measures[0]


def _count_today(entry: Entry) -> int:
    total = db.session.scalar(
        sa.select(sa.func.sum(Posting.quantity)).where(
            Posting.entry_id == entry.id,
            Posting.effective_on <= clock.today(),
            Posting.measure == _first_measure(entry),
        )
    )
    return int(total or 0)


def _find_instead(entry: Entry) -> str:
    """Return the number of the entry at which its enterprise counts today; empty where none is."""
    if entry.kind not in COUNTED_BY_ENTERPRISE:
        return ""
    survivor = db.session.scalar(
        sa.select(sa.func.coalesce(Enterprise.merged_into_id, Enterprise.id)).where(
            Enterprise.id == entry.enterprise_id
        )
    )
    subject = subject_name(entry.kind, entry.id, survivor or entry.enterprise_id)
    counted = (
        sa.select(Posting.entry_id)
        .where(Posting.subject == subject, Posting.effective_on <= clock.today())
        .group_by(Posting.entry_id)
        .having(sa.func.sum(Posting.quantity) > 0)
    )
    return db.session.scalar(sa.select(Entry.number).where(Entry.id.in_(counted)).limit(1)) or ""


def _find_case(entry: Entry, leads: Leads, *, reader: User | None) -> tuple[str, str]:
    """Return number and address of the first case of an entry that this person may see."""
    if reader is None:
        return "", ""
    found = db.session.execute(
        visible_to(reader)
        .where(Application.entry_id == entry.id)
        .with_only_columns(Application.id, Application.number)
        .order_by(Application.id)
        .limit(1)
    ).first()
    if found is None:
        return "", ""
    return found.number, leads.case(found.id, reader=reader)
