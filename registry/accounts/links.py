"""One-time links: 256 random bits, stored as a hash, spent once, by a POST, not by opening."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from registry.accounts.models import OneTimeLink, Purpose, User
from registry.accounts.queries import unified_email
from registry.accounts.records import note
from registry.accounts.roles import Role
from registry.accounts.sessions import hash_key
from registry.core.database import db
from registry.core.errors import Busy, WrongState
from registry.core.language import _
from registry.districts.models import District

KEY_BYTES = 32
LIVES = {
    Purpose.INVITE: timedelta(hours=72),
    Purpose.CONFIRM: timedelta(hours=72),
    Purpose.RESET: timedelta(hours=1),
}
AN_HOUR = timedelta(hours=1)
AN_HOUR_MAX = 5
NOBODY = ""


def path_of(key: str) -> str:
    """Return the path of the page of a link."""
    return f"/links/{key}"


def make_link(
    purpose: Purpose,
    *,
    email: str,
    at: datetime,
    role: Role | None = None,
    district: District | None = None,
    by: User | None = None,
) -> str:
    """Make a link and return its key, which is kept nowhere; older ones of its kind are cancelled.

    Raise Busy where this address was sent too many within the hour.
    """
    email = unified_email(email)
    same = (OneTimeLink.email == email, OneTimeLink.purpose == purpose)
    made = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(OneTimeLink)
        .where(*same, OneTimeLink.made_at > at - AN_HOUR)
    )
    if email != NOBODY and (made or 0) >= AN_HOUR_MAX:
        raise Busy(_("Too many links for this address. Please wait an hour."), seconds=3600)
    db.session.execute(
        sa.update(OneTimeLink).where(*same, OneTimeLink.ends_at > at).values(ends_at=at)
    )
    key = secrets.token_urlsafe(KEY_BYTES)
    db.session.add(
        OneTimeLink(
            key_hash=hash_key(key),
            purpose=purpose,
            email=email,
            role=role,
            district_id=district.id if district else None,
            made_by_id=by.id if by else None,
            made_at=at,
            ends_at=at + LIVES[purpose],
        )
    )
    actor_id = by.id if by else None
    note(f"link_made:{purpose}", user_id=None, actor_id=actor_id, at=at, detail=email)
    return key


def find_link(key: str, *, at: datetime) -> OneTimeLink | None:
    """Return a link that can still be spent."""
    return db.session.scalar(
        sa.select(OneTimeLink).where(
            OneTimeLink.key_hash == hash_key(key),
            OneTimeLink.spent_at.is_(None),
            OneTimeLink.ends_at > at,
        )
    )


def spend(link: OneTimeLink, *, at: datetime) -> None:
    """Spend a link; of two at the same moment one wins, the other gets WrongState."""
    spent = db.session.execute(
        sa.update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.spent_at.is_(None), OneTimeLink.ends_at > at)
        .values(spent_at=at)
        .returning(OneTimeLink.id)
    ).first()
    if spent is None:
        raise WrongState(_("This link was used already."))


def first_administrator_link(*, at: datetime) -> str | None:
    """Return the path that creates the first city administrator; None once there is one."""
    there_is_one = db.session.scalar(
        sa.select(User.id).where(User.role == Role.ADMINISTRATOR).limit(1)
    )
    if there_is_one is not None:
        return None
    key = make_link(Purpose.INVITE, email=NOBODY, role=Role.ADMINISTRATOR, at=at)
    return path_of(key)
