"""The queue of a desk: open cases of the own district in the order in which they fall due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any  # a column expression of SQLAlchemy may be of any type

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.accounts.models import User
from registry.applications.deadlines import CLAIM_ENDS_AFTER
from registry.applications.models import Application
from registry.applications.queries import Selected, visible_to
from registry.applications.status import Status
from registry.approval.search import matches
from registry.core.clock import day_of
from registry.core.database import db
from registry.enterprises.models import Enterprise

PAGE = 100
WAITING = frozenset({Status.SUBMITTED, Status.IN_REVIEW})
FAR_AWAY = date(9999, 12, 31)


class Group(StrEnum):
    """Where a case stands in the queue; the words are those of its status mark."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    ANSWERED = "answered"
    NEW = "new"


class Tab(StrEnum):
    """One way to look at the queue."""

    ALL = "all"
    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    ANSWERED = "answered"
    NEW = "new"
    MINE = "mine"
    DOUBTS = "doubts"


RANKS: Mapping[Group, int] = {group: rank for rank, group in enumerate(Group)}
Criteria = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Position:
    """Where a page ends: rank of the group, day due, id."""

    rank: int
    due_on: date
    id: int

    def __str__(self) -> str:
        return f"{self.rank}.{self.due_on.isoformat()}.{self.id}"


def read_position(text: str) -> Position | None:
    """Read a position out of an address; None where it is none."""
    rank, _dot, rest = text.partition(".")
    day, _dot, number = rest.partition(".")
    if not (rank.isdecimal() and number.isdecimal()) or len(rank) > 1 or len(number) > 18:
        return None
    try:
        return Position(int(rank), date.fromisoformat(day), int(number))
    except ValueError:
        return None


@dataclass(frozen=True)
class Waiting:
    """One row of the queue, with the group in which it stands today."""

    application: Application
    group: Group


@dataclass(frozen=True)
class Page:
    """One page of the queue. `after` leads to the next one; None where this is the last."""

    rows: Sequence[Waiting]
    after: Position | None


def list_page(
    actor: User,
    *,
    at: datetime,
    tab: Tab = Tab.ALL,
    text: str = "",
    after: Position | None = None,
    only: Sequence[int] | None = None,
) -> Page:
    """List a page of the queue; `only` narrows it to cases found doubtful."""
    today = day_of(at)
    rank = _rank(today)
    found = _open(actor).where(*_criteria(actor, tab, at=at), *matches(text))
    if only is not None:
        found = found.where(Application.id.in_(only))
    if after is not None:
        found = found.where(_follows(rank, after))
    rows = db.session.execute(
        found.add_columns(rank)
        .options(joinedload(Application.entry), joinedload(Application.holder))
        .options(joinedload(Application.enterprise), joinedload(Application.amends))
        .order_by(rank, _due(), Application.id)
        .limit(PAGE + 1)
    ).all()
    shown = [Waiting(application, tuple(Group)[place]) for application, place in rows[:PAGE]]
    more = len(rows) > PAGE
    return Page(shown, position_of(shown[-1]) if more else None)


def position_of(row: Waiting) -> Position:
    """Return where a row stands in the order of the queue."""
    case = row.application
    return Position(RANKS[row.group], case.due_on or FAR_AWAY, case.id)


def count_groups(actor: User, *, at: datetime, text: str = "") -> dict[Tab, int]:
    """Count the open cases of each tab but that of the doubtful ones, in one statement."""
    tabs = [tab for tab in Tab if tab is not Tab.DOUBTS]
    sums = [
        sa.func.count(sa.case((sa.and_(True, *_criteria(actor, tab, at=at)), 1))) for tab in tabs
    ]
    chosen = _open(actor).where(*matches(text)).with_only_columns(*sums)
    return dict(zip(tabs, db.session.execute(chosen).one(), strict=True))


def list_open_ids(actor: User) -> Sequence[int]:
    """List the ids of all open cases of the queue."""
    return db.session.scalars(_open(actor).with_only_columns(Application.id)).all()


@dataclass(frozen=True)
class Beside:
    """The neighbours of a case in its group of the queue, and its place there, from 1."""

    group: Group
    place: int
    count: int
    previous_id: int | None
    next_id: int | None


def find_neighbours(actor: User, application: Application, *, at: datetime) -> Beside | None:
    """Return what stands before and after a case in the queue; None where it is not in it."""
    rank = _rank(day_of(at))
    order = (rank, _due(), Application.id)
    place: Any = sa.func.row_number().over(partition_by=rank, order_by=order)
    lined = (
        _open(actor)
        .with_only_columns(
            Application.id,
            rank.label("rank"),
            place.label("place"),
            sa.func.count().over(partition_by=rank).label("size"),
            sa.func.lag(Application.id).over(order_by=order).label("previous_id"),
            sa.func.lead(Application.id).over(order_by=order).label("next_id"),
        )
        .subquery()
    )
    found = sa.select(
        lined.c.rank, lined.c.place, lined.c.size, lined.c.previous_id, lined.c.next_id
    )
    row = db.session.execute(found.where(lined.c.id == application.id)).first()
    return Beside(tuple(Group)[row.rank], *row[1:]) if row else None


def list_returned(actor: User) -> Sequence[Application]:
    """List what is with the enterprises to be mended, the earliest answer date first."""
    return db.session.scalars(
        visible_to(actor)
        .where(Application.status == Status.RETURNED)
        .options(joinedload(Application.entry), joinedload(Application.enterprise))
        .options(joinedload(Application.amends))
        .order_by(Application.answer_by, Application.id)
        .limit(PAGE)
    ).all()


def _open(actor: User) -> Selected:
    return (
        visible_to(actor)
        .join(Enterprise, Application.enterprise_id == Enterprise.id)
        .where(Application.status.in_(WAITING))
    )


def _due() -> sa.ColumnElement[date]:
    return sa.func.coalesce(Application.due_on, sa.literal(FAR_AWAY, sa.Date))


def _group_criteria(today: date) -> Mapping[Group, Criteria]:
    later = _due() > today
    return {
        Group.OVERDUE: _due() < today,
        Group.DUE_TODAY: _due() == today,
        Group.ANSWERED: sa.and_(later, Application.filings_count > 1),
        Group.NEW: sa.and_(later, Application.filings_count <= 1),
    }


def _rank(today: date) -> sa.ColumnElement[int]:
    criteria = _group_criteria(today)
    return sa.case(*((criteria[group], RANKS[group]) for group in Group), else_=len(Group))


def _criteria(actor: User, tab: Tab, *, at: datetime) -> list[Criteria]:
    if tab is Tab.MINE:
        live = at - CLAIM_ENDS_AFTER
        return [
            Application.status == Status.IN_REVIEW,
            Application.holder_id == actor.id,
            Application.held_at >= live,
        ]
    if tab.value in set(Group):
        return [_group_criteria(day_of(at))[Group(tab.value)]]
    return []


def _follows(rank: sa.ColumnElement[int], after: Position) -> Criteria:
    return sa.or_(
        rank > after.rank,
        sa.and_(
            rank == after.rank,
            sa.or_(
                _due() > after.due_on,
                sa.and_(_due() == after.due_on, Application.id > after.id),
            ),
        ),
    )


def find_case(actor: User, application_id: int) -> Application | None:
    """Return a case with its enterprise, or None where this person may not see it."""
    return db.session.scalar(
        visible_to(actor)
        .where(Application.id == application_id)
        .options(joinedload(Application.enterprise), joinedload(Application.holder))
    )
