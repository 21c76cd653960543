"""Find accounts."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from registry.accounts.models import User
from registry.core.database import db


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
