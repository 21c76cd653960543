"""What the administrator does to accounts and tokens; each deed leaves its line in the record."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from registry.accounts import letters, post
from registry.accounts.invitations import invite
from registry.accounts.models import ApiToken, OneTimeLink, Purpose, User
from registry.accounts.queries import unified_email
from registry.accounts.records import note
from registry.accounts.roles import DESK, Role
from registry.accounts.service import close_account, reopen_account
from registry.accounts.sessions import hash_key
from registry.applications.service import release_claims_of
from registry.core.database import db
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _
from registry.districts.models import District

KEY_BYTES = 32
MOVES: Mapping[Role, tuple[Role, ...]] = {
    Role.OFFICER: (Role.OFFICER, Role.SUPERVISOR),
    Role.SUPERVISOR: (Role.OFFICER, Role.SUPERVISOR),
    Role.LEADER: (Role.LEADER,),
}


def invite_person(email: str, *, role: Role, district: str, by: User, at: datetime) -> str:
    """Make an invitation, send it by mail, and return the path of its link, to be shown once."""
    path = invite(email, role=role, district=district, by=by, at=at)
    post.write(letters.invite(path), to=unified_email(email), language=by.language, at=at)
    return path


def withdraw_invitation(link_id: int, *, by: User, at: datetime) -> str:
    """End an invitation before anybody accepts it; return the address it was for."""
    ended = db.session.execute(
        sa.update(OneTimeLink)
        .where(
            OneTimeLink.id == link_id,
            OneTimeLink.purpose == Purpose.INVITE,
            OneTimeLink.spent_at.is_(None),
            OneTimeLink.ends_at > at,
        )
        .values(ends_at=at)
        .returning(OneTimeLink.email)
    ).first()
    if ended is None:
        raise NotFound
    note("invitation_withdrawn", user_id=None, actor_id=by.id, at=at, detail=ended.email)
    return str(ended.email)


def close_person(user: User, *, by: User, at: datetime) -> int:
    """Close an account, end its sessions and return how many cases went back into the queue.

    Raise WrongState for one's own account, and where the last administrator would be left out.
    """
    _lock_administrators(by)
    close_account(user, by=by, at=at)
    return release_claims_of(user, at=at)


def _lock_administrators(by: User) -> None:
    """Let one administrator at a time close accounts, so that two never close each other."""
    still_open = db.session.scalars(
        sa.select(User)
        .where(User.role == Role.ADMINISTRATOR, User.closed_at.is_(None))
        .order_by(User.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if by.id not in {user.id for user in still_open}:
        raise WrongState(_("Your own account was closed meanwhile."))


def reopen_person(user: User, *, by: User, at: datetime) -> None:
    """Open a closed account again, with the password it had."""
    reopen_account(user, by=by, at=at)


def move_person(
    user: User, *, role: Role, district: District | None, by: User, at: datetime
) -> int:
    """Give a person another role or district; return how many cases went back into the queue.

    Raise WrongState where the role cannot become that one, Invalid where a district is missing.
    """
    if role not in MOVES.get(user.role, ()):
        raise WrongState(_("This account cannot take that role. Invite the person anew."))
    if role in DESK and district is None:
        raise Invalid(_("An officer and a supervisor need a district."), field="district")
    before, old_district = _described(user.role, user.district), user.district_id
    user.role, user.district = role, district
    db.session.flush()
    after = _described(role, district)
    if after == before:
        return 0
    note("moved", user_id=user.id, actor_id=by.id, at=at, detail=f"{before} → {after}")
    if user.district_id == old_district:
        return 0
    return release_claims_of(user, at=at, because="officer_moved")


def _described(role: Role, district: District | None) -> str:
    return f"{role.value} {district.code}" if district else role.value


def make_token(label: str, *, by: User, at: datetime) -> str:
    """Make a token of the interface and return its key, which is kept nowhere."""
    key = secrets.token_urlsafe(KEY_BYTES)
    db.session.add(ApiToken(key_hash=hash_key(key), label=label, made_by_id=by.id, made_at=at))
    note("token_made", user_id=by.id, actor_id=by.id, at=at, detail=label)
    return key


def end_token(token_id: int, *, by: User, at: datetime) -> ApiToken:
    """End a token at once; one that has ended stays as it is."""
    token = db.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound
    if token.ended_at is None:
        token.ended_at = at
        note("token_ended", user_id=token.made_by_id, actor_id=by.id, at=at, detail=token.label)
    return token
