"""Sessions kept on the server: idle and absolute end, dead wherever copied once signed out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from registry.accounts.models import SignedIn, User
from registry.core.database import db

IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
SEEN_AFTER = timedelta(minutes=2)
KEY_BYTES = 32


def hash_key(key: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def start_session(user: User, *, at: datetime, browser: str = "") -> str:
    """Open a session and return its key, which is kept nowhere but in the person's cookie."""
    key = secrets.token_urlsafe(KEY_BYTES)
    row = SignedIn(
        key_hash=hash_key(key), user_id=user.id, started_at=at, seen_at=at, browser=browser[:200]
    )
    db.session.add(row)
    user.session_key = key
    return key


def find_session(key: str, *, at: datetime) -> SignedIn | None:
    """Return the session of a key if it has not ended and its account is open."""
    found = db.session.scalar(
        sa.select(SignedIn)
        .options(joinedload(SignedIn.user).joinedload(User.district))
        .options(joinedload(SignedIn.user).joinedload(User.enterprise))
        .where(
            SignedIn.key_hash == hash_key(key),
            SignedIn.seen_at > at - IDLE,
            SignedIn.started_at > at - ABSOLUTE,
        )
    )
    return found if found is not None and found.user.is_active else None


def end_session(key: str) -> None:
    """End the session of a key."""
    db.session.execute(sa.delete(SignedIn).where(SignedIn.key_hash == hash_key(key)))


def end_all_sessions(user: User, *, but: str = "") -> None:
    """End every session of a person, except that of the key given."""
    db.session.execute(
        sa.delete(SignedIn).where(
            SignedIn.user_id == user.id, SignedIn.key_hash != (hash_key(but) if but else "")
        )
    )


def end_every_session() -> None:
    """Sign everybody out."""
    db.session.execute(sa.delete(SignedIn))


def touch_session(key: str, *, at: datetime) -> None:
    """Note that the person is still there; a transaction of its own."""
    db.session.execute(
        sa.update(SignedIn).where(SignedIn.key_hash == hash_key(key)).values(seen_at=at)
    )
    db.session.commit()
