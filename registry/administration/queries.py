"""What the administrator reads: versions of goals and shares, people, invitations, tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.accounts.models import AccountRecord, ApiToken, OneTimeLink, Purpose, SignedIn, User
from registry.accounts.roles import Role
from registry.core.database import db
from registry.core.errors import NotFound
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.catalogue import CATALOGUE
from registry.ledger.models import Allocation, GoalVersion, PlanVersion, Posting, Seal
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Goal, Round
from registry.programme.plan import Milestone, read_milestones

PAGE = 50
VERSIONS_MAX = 50
RECORDS_MAX = 100
JOINING = frozenset(measure for facts in CATALOGUE.values() for measure in facts.measures[1:])


def is_posted(programme_id: int) -> bool:
    """Say whether any figure of the programme is posted: its first day is fixed then."""
    posted = sa.select(Posting.sequence).where(Posting.programme_id == programme_id).limit(1)
    return db.session.scalar(posted) is not None


def get_goal(kind: str) -> Goal:
    """Return the goal of a kind named in an address; raise NotFound where there is none."""
    found = db.session.scalar(
        sa.select(Goal)
        .options(joinedload(Goal.programme))
        .where(Goal.kind == (Kind(kind) if kind in set(Kind) else None))
        .order_by(Goal.id)
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def get_round(round_id: int) -> Round:
    """Return a round; raise NotFound."""
    found = db.session.get(Round, round_id)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class TargetVersion:
    """One version of a target: what it says, from which day, recorded when and by whom."""

    sequence: int
    effective_on: date
    target: int
    measures: str
    source: str
    recorded_at: datetime
    by: str | None

    @property
    def joined(self) -> Sequence[Measure]:
        """Return the measures that join the first one of the kind."""
        return [Measure(name) for name in self.measures.split() if name in JOINING]


def list_target_versions(goal: Goal) -> Sequence[TargetVersion]:
    """List the newest versions of a goal's target, the last recorded first."""
    rows = db.session.execute(
        sa.select(
            GoalVersion.sequence,
            GoalVersion.effective_on,
            GoalVersion.target,
            GoalVersion.measures,
            GoalVersion.source,
            Seal.recorded_at,
            User.name,
        )
        .join(Seal, Seal.sequence == GoalVersion.sequence)
        .outerjoin(User, User.id == Seal.actor_id)
        .where(GoalVersion.goal_id == goal.id)
        .order_by(GoalVersion.sequence.desc())
        .limit(VERSIONS_MAX)
    )
    return [TargetVersion(*row) for row in rows]


@dataclass(frozen=True)
class PlanLineVersion:
    """One version of a plan line: its milestones, from which day, recorded when and by whom."""

    sequence: int
    effective_on: date
    milestones: Sequence[Milestone]
    source: str
    recorded_at: datetime
    by: str | None


def list_plan_versions(goal: Goal) -> Sequence[PlanLineVersion]:
    """List the newest versions of a goal's plan line, the last recorded first."""
    rows = db.session.execute(
        sa.select(
            PlanVersion.sequence,
            PlanVersion.effective_on,
            PlanVersion.milestones,
            PlanVersion.source,
            Seal.recorded_at,
            User.name,
        )
        .join(Seal, Seal.sequence == PlanVersion.sequence)
        .outerjoin(User, User.id == Seal.actor_id)
        .where(PlanVersion.goal_id == goal.id)
        .order_by(PlanVersion.sequence.desc())
        .limit(VERSIONS_MAX)
    )
    return [
        PlanLineVersion(sequence, effective_on, read_milestones(text), source, recorded_at, name)
        for sequence, effective_on, text, source, recorded_at, name in rows
    ]


@dataclass
class ShareVersion:
    """One allocation: the shares by district id, from which day, recorded when and by whom."""

    sequence: int
    effective_on: date
    source: str
    recorded_at: datetime
    by: str | None
    shares: dict[int, int | None] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(quantity or 0 for quantity in self.shares.values())


def list_share_versions(goal: Goal) -> Sequence[ShareVersion]:
    """List the newest allocations of a goal, the last recorded first."""
    newest = (
        sa.select(Allocation.sequence)
        .where(Allocation.goal_id == goal.id)
        .group_by(Allocation.sequence)
        .order_by(Allocation.sequence.desc())
        .limit(VERSIONS_MAX)
    )
    rows = db.session.execute(
        sa.select(
            Allocation.sequence,
            Allocation.effective_on,
            Allocation.source,
            Seal.recorded_at,
            User.name,
            Allocation.district_id,
            Allocation.quantity,
        )
        .join(Seal, Seal.sequence == Allocation.sequence)
        .outerjoin(User, User.id == Seal.actor_id)
        .where(Allocation.goal_id == goal.id, Allocation.sequence.in_(newest))
        .order_by(Allocation.sequence.desc(), Allocation.district_id)
    )
    versions: dict[int, ShareVersion] = {}
    for sequence, effective_on, source, recorded_at, name, district_id, quantity in rows:
        version = versions.setdefault(
            sequence, ShareVersion(sequence, effective_on, source, recorded_at, name)
        )
        version.shares[district_id] = quantity
    return list(versions.values())


@dataclass(frozen=True)
class Wanted:
    """Which accounts are asked for; None and "" ask for all."""

    role: Role | None = None
    district: str = ""
    is_open: bool | None = None
    text: str = ""


@dataclass(frozen=True)
class People:
    """One page of accounts; `after` leads to the next one, None where this is the last."""

    users: Sequence[User]
    count: int
    after: int | None


def list_people(wanted: Wanted, *, after: int | None = None) -> People:
    """List a page of accounts, the newest first."""
    found = _selected(wanted)
    count = db.session.scalar(found.with_only_columns(sa.func.count(), maintain_column_froms=True))
    page = found if after is None else found.where(User.id < after)
    users = db.session.scalars(
        page.options(joinedload(User.district), joinedload(User.enterprise))
        .order_by(User.id.desc())
        .limit(PAGE + 1)
    ).all()
    return People(users[:PAGE], count or 0, users[PAGE - 1].id if len(users) > PAGE else None)


def _selected(wanted: Wanted) -> sa.Select[User]:
    found = sa.select(User)
    if wanted.role is not None:
        found = found.where(User.role == wanted.role)
    if wanted.is_open is not None:
        found = found.where(User.closed_at.is_(None) == wanted.is_open)
    if wanted.district:
        here = sa.select(District.id).where(District.code == wanted.district).scalar_subquery()
        seat = sa.select(Enterprise.id).where(Enterprise.district_id == here)
        found = found.where(sa.or_(User.district_id == here, User.enterprise_id.in_(seat)))
    if wanted.text:
        found = found.where(
            sa.or_(
                User.name.contains(wanted.text, autoescape=True),
                User.email.contains(wanted.text.lower(), autoescape=True),
            )
        )
    return found


def get_person(user_id: int) -> User:
    """Return an account; raise NotFound."""
    found: User | None = db.session.scalar(
        sa.select(User)
        .options(joinedload(User.district), joinedload(User.enterprise))
        .where(User.id == user_id)
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Noted:
    """One line of the record of an account."""

    what: str
    detail: str
    at: datetime
    by: str | None


def list_record(user: User) -> Sequence[Noted]:
    """List what was done to an account, the last first."""
    rows = db.session.execute(
        sa.select(AccountRecord.what, AccountRecord.detail, AccountRecord.at, User.name)
        .outerjoin(User, User.id == AccountRecord.actor_id)
        .where(AccountRecord.user_id == user.id)
        .order_by(AccountRecord.at.desc(), AccountRecord.id.desc())
        .limit(RECORDS_MAX)
    )
    return [Noted(*row) for row in rows]


def find_last_seen(users: Sequence[User]) -> Mapping[int, datetime]:
    """Return when people who are signed in were last seen, by the id of the account."""
    rows = db.session.execute(
        sa.select(SignedIn.user_id, sa.func.max(SignedIn.seen_at))
        .where(SignedIn.user_id.in_([user.id for user in users]))
        .group_by(SignedIn.user_id)
    )
    return dict(rows.all())


def list_invitations(*, at: datetime) -> Sequence[OneTimeLink]:
    """List the invitations that nobody has accepted yet, the newest first."""
    return db.session.scalars(
        sa.select(OneTimeLink)
        .options(joinedload(OneTimeLink.district))
        .where(
            OneTimeLink.purpose == Purpose.INVITE,
            OneTimeLink.spent_at.is_(None),
            OneTimeLink.ends_at > at,
        )
        .order_by(OneTimeLink.id.desc())
        .limit(PAGE)
    ).all()


def list_tokens() -> Sequence[ApiToken]:
    """List the tokens of the interface: those in force first, then the newest."""
    return db.session.scalars(
        sa.select(ApiToken)
        .options(joinedload(ApiToken.made_by))
        .order_by(ApiToken.ended_at.is_not(None), ApiToken.id.desc())
        .limit(RECORDS_MAX)
    ).all()
