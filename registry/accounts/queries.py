"""Find accounts and members of enterprises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.accounts.models import SignedIn, TurnedAway, User
from registry.accounts.roles import Membership, Right, Role
from registry.core.database import db
from registry.core.errors import NotFound
from registry.enterprises.models import Enterprise

ADMITTED = (Membership.PROVEN, Membership.UNPROVEN)
UNDECIDED = (Membership.ASKED, Membership.UNPROVEN)


class Credentials(NamedTuple):
    """What a sign-in needs of an account."""

    user_id: int
    password_hash: str


def unified_email(text: str) -> str:
    """Return an address as it is stored: trimmed, in small letters."""
    return text.strip().lower()


def find_user(email: str) -> User | None:
    """Return the account of an address, closed ones included."""
    return db.session.scalar(sa.select(User).where(User.email == unified_email(email)))


def find_credentials(email: str) -> Credentials | None:
    """Return what to check a password against; None where nobody may sign in with this address."""
    row = db.session.execute(
        sa.select(User.id, User.password_hash).where(
            User.email == unified_email(email),
            User.closed_at.is_(None),
            User.email_confirmed_at.is_not(None),
        )
    ).first()
    return Credentials(row.id, row.password_hash) if row else None


def has_administrator() -> bool:
    """Say whether there is a city administrator."""
    found = sa.select(User.id).where(User.role == Role.ADMINISTRATOR).limit(1)
    return db.session.scalar(found) is not None


def _of_role(role: Role) -> sa.Select[User]:
    """Select the accounts of a role that are at work: confirmed, and not closed."""
    return (
        sa.select(User)
        .where(User.role == role, User.email_confirmed_at.is_not(None), User.closed_at.is_(None))
        .order_by(User.id)
    )


def list_supervisors(district_id: int) -> Sequence[User]:
    """List the active supervisors of a district; where there is none, the administrators."""
    own = _of_role(Role.SUPERVISOR).where(User.district_id == district_id)
    return db.session.scalars(own).all() or db.session.scalars(_of_role(Role.ADMINISTRATOR)).all()


def has_supervisor(district_id: int) -> bool:
    """Say whether a district has an active supervisor."""
    own = _of_role(Role.SUPERVISOR).where(User.district_id == district_id)
    return db.session.scalar(own.limit(1)) is not None


def list_sessions(user: User) -> Sequence[SignedIn]:
    """List where a person is signed in, the latest first."""
    return db.session.scalars(
        sa.select(SignedIn)
        .where(SignedIn.user_id == user.id)
        .order_by(SignedIn.seen_at.desc(), SignedIn.key_hash)
    ).all()


def _members(enterprise_id: int) -> sa.Select[User]:
    return (
        sa.select(User)
        .where(
            User.enterprise_id == enterprise_id,
            User.email_confirmed_at.is_not(None),
            User.closed_at.is_(None),
        )
        .order_by(User.created_at, User.id)
    )


def list_members(actor: User) -> Sequence[User]:
    """List the members of the actor's enterprise; who is not proven sees itself alone."""
    if not actor.is_proven or actor.enterprise_id is None:
        return [actor]
    found = _members(actor.enterprise_id).where(User.membership != Membership.REFUSED)
    return db.session.scalars(found).all()


def get_member(actor: User, user_id: int) -> User:
    """Return a member of the actor's enterprise; raise NotFound where there is none."""
    for member in list_members(actor):
        if member.id == user_id:
            return member
    raise NotFound


def count_admitted(enterprise_id: int) -> int:
    """Count those who may act for an enterprise, proven or not."""
    found = _members(enterprise_id).where(User.membership.in_(ADMITTED))
    return db.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def list_admitted(enterprise_id: int, *, ids: Iterable[int]) -> Sequence[User]:
    """List those of these people who may act for an enterprise today."""
    found = _members(enterprise_id).where(User.membership.in_(ADMITTED), User.id.in_(list(ids)))
    return db.session.scalars(found.order_by(None).order_by(User.id)).all()


def list_proven_owners(enterprise_id: int) -> Sequence[User]:
    """List the proven owners of an enterprise."""
    found = _members(enterprise_id).where(
        User.right == Right.OWNER, User.membership == Membership.PROVEN
    )
    return db.session.scalars(found).all()


def has_proven_owner(enterprise_id: int, *, but: int | None = None) -> bool:
    """Say whether an enterprise has a proven owner, other than one."""
    return any(owner.id != but for owner in list_proven_owners(enterprise_id))


def find_turned_away(user: User, enterprise_id: int | None) -> TurnedAway | None:
    """Return when and by whom a person was last turned away from an enterprise."""
    return db.session.scalar(
        sa.select(TurnedAway)
        .options(joinedload(TurnedAway.by).joinedload(User.district))
        .where(TurnedAway.user_id == user.id, TurnedAway.enterprise_id == enterprise_id)
        .order_by(TurnedAway.id.desc())
        .limit(1)
    )


def was_turned_away(user: User, enterprise_id: int) -> bool:
    """Say whether a person was ever turned away from an enterprise."""
    return find_turned_away(user, enterprise_id) is not None


def may_see_record(actor: User) -> bool:
    """Say whether a member sees what stands in the common record of its enterprise.

    An unproven one does while nobody is proven: then nobody else brought it in.
    """
    if actor.enterprise_id is None or actor.membership not in ADMITTED:
        return False
    return actor.is_proven or not has_proven_member(actor.enterprise_id)


def list_proven_members(enterprise_id: int) -> Sequence[User]:
    """List the proven members of an enterprise."""
    found = _members(enterprise_id).where(User.membership == Membership.PROVEN)
    return db.session.scalars(found).all()


def has_proven_member(enterprise_id: int) -> bool:
    """Say whether anybody of an enterprise is proven."""
    found = _members(enterprise_id).where(User.membership == Membership.PROVEN).limit(1)
    return db.session.scalar(found) is not None


def select_of_desk(actor: User) -> sa.Select[User]:
    """Select the members of firms with their seat in the actor's district."""
    return (
        sa.select(User)
        .join(Enterprise, Enterprise.id == User.enterprise_id)
        .options(joinedload(User.enterprise))
        .where(
            Enterprise.district_id == actor.district_id,
            User.email_confirmed_at.is_not(None),
            User.closed_at.is_(None),
        )
        .order_by(User.created_at, User.id)
    )


def list_undecided(actor: User) -> Sequence[User]:
    """List the members of the actor's district whose licence was not seen yet, the oldest first."""
    return db.session.scalars(
        select_of_desk(actor).where(User.membership.in_(UNDECIDED)).limit(200)
    ).all()


def list_proven_beside(actor: User, enterprise_ids: Sequence[int]) -> Sequence[User]:
    """List the proven members of these enterprises of the actor's district."""
    return db.session.scalars(
        select_of_desk(actor).where(
            User.enterprise_id.in_(enterprise_ids), User.membership == Membership.PROVEN
        )
    ).all()


def get_of_desk(actor: User, user_id: int) -> User:
    """Return one member of the actor's district; raise NotFound for all others."""
    found: User | None = db.session.scalar(select_of_desk(actor).where(User.id == user_id))
    if found is None:
        raise NotFound
    return found
