"""What is done to accounts: sign in and out."""

from __future__ import annotations

from datetime import datetime

from registry.accounts.models import User
from registry.accounts.passwords import hash_password, is_outdated
from registry.accounts.records import note
from registry.accounts.sessions import end_session, start_session
from registry.accounts.throttle import Try, forgive
from registry.core.database import db
from registry.core.errors import NotFound


def open_session(user_id: int, password: str, *, taken: Try, browser: str, at: datetime) -> User:
    """Sign in a person whose password was right; renew the hash where its costs are outdated."""
    user = db.session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound
    forgive(user.email, taken=taken)
    if is_outdated(user.password_hash):
        user.password_hash = hash_password(password)
    start_session(user, at=at, browser=browser)
    note("signed_in", user_id=user.id, actor_id=user.id, at=at)
    return user


def close_session(user: User, *, at: datetime) -> None:
    """Sign out: the session is dead wherever its cookie was copied to."""
    if user.session_key:
        end_session(user.session_key)
    note("signed_out", user_id=user.id, actor_id=user.id, at=at)
