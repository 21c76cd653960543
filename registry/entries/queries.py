"""The public register: what is registered, found by name, number or serial; who may see details."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from registry.accounts.models import User
from registry.accounts.roles import DESK, Role
from registry.core.clock import day_of
from registry.core.database import Base, db
from registry.core.errors import NotFound
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.enterprises.queries import records_of
from registry.entries.keys import title_key
from registry.entries.models import Entry, EntryDistrict, RobotLot, RobotUnit, Standing
from registry.programme.kinds import Kind

PAGE = 50
SEARCH_LONGEST = 100


@dataclass(frozen=True)
class Search:
    """What is looked for; blank means everything. `standing` is valid or revoked."""

    words: str = ""
    district: str = ""
    kind: Kind | None = None
    year: int | None = None
    standing: str = ""


@dataclass(frozen=True)
class After:
    """The place in the list after which the page begins: newest decision first, then order."""

    effective_on: date
    rank: int

    def __str__(self) -> str:
        return f"{self.effective_on.isoformat()}:{self.rank}"


def read_after(text: str) -> After | None:
    """Return the place an address names; None, which is the beginning, where it names none."""
    day, _colon, rank = text.partition(":")
    try:
        return After(date.fromisoformat(day), int(rank[:12]))
    except ValueError:
        return None


Found = sa.Select[Entry]


def list_entries(
    search: Search, *, actor: User | None, on: date, after: After | None = None, limit: int = PAGE
) -> Sequence[Entry]:
    """List registered entries, newest decision first; one above `limit` says there are more."""
    found = select_registered(search, actor=actor, on=on)
    if after is not None:
        found = found.where(
            sa.or_(
                Entry.effective_on < after.effective_on,
                sa.and_(Entry.effective_on == after.effective_on, Entry.rank < after.rank),
            )
        )
    return db.session.scalars(found.options(*_shown()).limit(limit + 1)).all()


def list_all_entries(search: Search, *, actor: User | None, on: date) -> Sequence[Entry]:
    """List every registered entry that is looked for, for the file."""
    return db.session.scalars(
        select_registered(search, actor=actor, on=on).options(*_shown())
    ).all()


def count_entries(search: Search, *, actor: User | None, on: date) -> int:
    """Count the registered entries that are looked for."""
    found = select_registered(search, actor=actor, on=on).order_by(None).with_only_columns(Entry.id)
    return db.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def _shown() -> tuple[_AbstractLoad, ...]:
    return (selectinload(Entry.enterprise), selectinload(Entry.district))


def select_registered(search: Search, *, actor: User | None, on: date) -> Found:
    """Select what is registered and looked for, in the order of the register."""
    found = (
        sa.select(Entry)
        .join(Enterprise, Enterprise.id == Entry.enterprise_id)
        .where(Entry.standing == Standing.REGISTERED)
        .order_by(Entry.effective_on.desc(), Entry.rank.desc())
    )
    if search.kind is not None:
        found = found.where(Entry.kind == search.kind)
    if search.district:
        found = found.join(District, District.id == Entry.district_id).where(
            District.code == search.district
        )
    if search.year is not None:
        first, last = date(search.year, 1, 1), date(search.year, 12, 31)
        found = found.where(Entry.effective_on.between(first, last))
    if search.standing:
        is_revoked = sa.and_(Entry.revoked_on.is_not(None), Entry.revoked_on <= on)
        found = found.where(is_revoked if search.standing == "revoked" else sa.not_(is_revoked))
    words = search.words.strip()[:SEARCH_LONGEST]
    return found.where(_has_words(words, actor=actor)) if words else found


def _has_words(words: str, *, actor: User | None) -> sa.ColumnElement[bool]:
    """Find by part of a name, whole code or number, and serial where the actor sees those."""
    serial = sa.select(RobotUnit.entry_id).where(
        RobotUnit.is_registered,
        sa.or_(
            RobotUnit.serial_no == words,
            RobotUnit.serial_key.endswith(f":{title_key(words)}", autoescape=True),
        ),
    )
    return sa.or_(
        Enterprise.name.icontains(words, autoescape=True),
        Entry.title.icontains(words, autoescape=True),
        Enterprise.uscc == words.upper(),
        Entry.number == words.upper(),
        sa.and_(Entry.id.in_(serial), _sees_details(actor)),
    )


def _sees_details(actor: User | None) -> sa.ColumnElement[bool]:
    """The entries whose serials and business figures this actor may see."""
    if actor is None:
        return sa.false()
    if actor.role is Role.ADMINISTRATOR:
        return sa.true()
    if actor.role in DESK:
        return Entry.district_id == actor.district_id
    if actor.role is Role.MEMBER and actor.is_proven:
        return Entry.enterprise_id.in_(records_of(actor.enterprise_id))
    return sa.false()


def may_see_details(entry: Entry, *, actor: User | None) -> bool:
    """Say whether the actor may see serials and business figures of an entry."""
    seen = sa.select(Entry.id).where(Entry.id == entry.id, _sees_details(actor))
    return db.session.scalar(seen) is not None


def list_own(actor: User) -> Sequence[Entry]:
    """List the valid entries of a proven member's enterprise, old lists' too; the newest first."""
    if not (actor.role is Role.MEMBER and actor.is_proven):
        return []
    return db.session.scalars(
        sa.select(Entry)
        .where(
            Entry.enterprise_id.in_(records_of(actor.enterprise_id)),
            Entry.standing == Standing.REGISTERED,
            Entry.revoked_on.is_(None),
        )
        .order_by(Entry.effective_on.desc(), Entry.rank.desc())
        .limit(PAGE + 1)
    ).all()


def get_registered(number: str) -> Entry:
    """Return the registered entry of a number; raise NotFound."""
    entry = db.session.scalar(
        sa.select(Entry)
        .where(Entry.number == number, Entry.standing == Standing.REGISTERED)
        .options(
            *_shown(),
            selectinload(Entry.titles),
            selectinload(Entry.districts).selectinload(EntryDistrict.district),
        )
    )
    if entry is None:
        raise NotFound
    return entry


def find_certified(code: str) -> Entry | None:
    """Return the entry of a certificate; void ones never were."""
    if not code or len(code) > 40:
        return None
    return db.session.scalar(
        sa.select(Entry)
        .where(Entry.certificate_code == code, Entry.standing == Standing.REGISTERED)
        .options(*_shown())
    )


def count_robots(
    entry_ids: Iterable[int], *, on: date, with_retired: bool = False
) -> dict[int, int]:
    """Count the robots of entries that are in the stock on a day, lots included.

    `with_retired`: those too that have left it by then, which makes "ever deployed".
    """
    ids = list(entry_ids)
    if not ids:
        return {}
    total: dict[int, int] = {}
    sources = (
        (RobotUnit, sa.func.count(RobotUnit.id), RobotUnit.is_registered),
        (RobotLot, sa.func.sum(RobotLot.quantity), sa.true()),
    )
    for model, quantity, condition in sources:
        rows = db.session.execute(
            sa.select(model.entry_id, quantity)
            .where(
                model.entry_id.in_(ids),
                condition,
                model.from_on <= on,
                sa.or_(
                    model.until_on.is_(None),
                    model.until_on > on,
                    sa.and_(model.retired, sa.literal(with_retired)),
                ),
            )
            .group_by(model.entry_id)
        )
        for entry_id, count in rows:
            total[entry_id] = total.get(entry_id, 0) + int(count)
    return total


def find_source(entry: Entry) -> str | None:
    """Return whose official list an imported entry came from."""
    batch = Base.metadata.tables["batch"]
    found: str | None = db.session.scalar(
        sa.select(batch.c.source).where(batch.c.id == entry.batch_id)
    )
    return found


def find_amended_on(entry: Entry) -> date | None:
    """Return the day on which an entry was amended or corrected last."""
    event, seal = (Base.metadata.tables[name] for name in ("event", "seal"))
    found: datetime | None = db.session.scalar(
        sa.select(sa.func.max(seal.c.recorded_at))
        .join(event, event.c.sequence == seal.c.sequence)
        .where(event.c.entry_id == entry.id, event.c.type.in_(("amended", "corrected")))
    )
    return day_of(found) if found is not None else None


@dataclass(frozen=True)
class RobotGroup:
    """So many robots of one brand, model and type."""

    brand: str
    model: str
    robot_type: str
    count: int


def list_robot_groups(entry: Entry, *, on: date) -> Sequence[RobotGroup]:
    """List the robots of an entry in the stock on a day by brand, model and type."""
    key = (RobotUnit.brand, RobotUnit.model, RobotUnit.robot_type)
    rows = db.session.execute(
        sa.select(*key, sa.func.count())
        .where(
            RobotUnit.entry_id == entry.id,
            RobotUnit.is_registered,
            RobotUnit.from_on <= on,
            sa.or_(RobotUnit.until_on.is_(None), RobotUnit.until_on > on),
        )
        .group_by(*key)
        .order_by(sa.func.count().desc(), *key)
    )
    return [
        RobotGroup(brand, model or "", robot_type.value, count)
        for brand, model, robot_type, count in rows
    ]


def list_robots(entry: Entry) -> Sequence[RobotUnit]:
    """List the registered robots of an entry, in the order they were filed.

    Those that a correction struck out, which never counted, are left out.
    """
    counted = sa.or_(
        RobotUnit.until_on.is_(None), RobotUnit.retired, RobotUnit.until_on > RobotUnit.from_on
    )
    return db.session.scalars(
        sa.select(RobotUnit)
        .where(RobotUnit.entry_id == entry.id, RobotUnit.is_registered, counted)
        .order_by(RobotUnit.position, RobotUnit.id)
    ).all()


def list_years() -> Sequence[int]:
    """List the years in which something was decided, the newest first."""
    first, last = db.session.execute(
        sa.select(sa.func.min(Entry.effective_on), sa.func.max(Entry.effective_on)).where(
            Entry.standing == Standing.REGISTERED
        )
    ).one()
    return range(last.year, first.year - 1, -1) if first and last else ()
