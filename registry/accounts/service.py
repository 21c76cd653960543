"""What is done to accounts: open and close, sign in and out, change what they hold."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from registry.accounts import letters, post
from registry.accounts.links import NOBODY, spend
from registry.accounts.models import OneTimeLink, SignedIn, User
from registry.accounts.passwords import hash_password, is_outdated
from registry.accounts.queries import find_user, has_administrator
from registry.accounts.records import note
from registry.accounts.roles import Role
from registry.accounts.sessions import end_all_sessions, end_session, start_session
from registry.accounts.throttle import Try, forgive
from registry.core.database import db
from registry.core.errors import Invalid, NotFound, WrongState
from registry.core.language import _


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


def change_password(user: User, password_hash: str, *, at: datetime) -> None:
    """Set another password and end all other sessions of the person."""
    user.password_hash = password_hash
    end_all_sessions(user, but=user.session_key or "")
    note("password_changed", user_id=user.id, actor_id=user.id, at=at)
    post.write(letters.password_changed(), to=user.email, language=user.language, at=at)


def reset_password(link: OneTimeLink, password_hash: str, *, at: datetime) -> User:
    """Set a new password by a link sent to the person's address; end all its sessions."""
    spend(link, at=at)
    user = find_user(link.email)
    if user is None or not user.is_active:
        raise NotFound
    user.password_hash = password_hash
    user.email_confirmed_at = user.email_confirmed_at or at
    end_all_sessions(user)
    note("password_reset", user_id=user.id, actor_id=user.id, at=at)
    return user


def accept_invitation(
    link: OneTimeLink, *, email: str, name: str, password_hash: str, language: str, at: datetime
) -> User:
    """Make the account an invitation is for; raise WrongState where the link was used already."""
    spend(link, at=at)
    if link.role is None or link.role is Role.MEMBER:
        raise NotFound
    if link.email == NOBODY and has_administrator():
        raise WrongState(_("The first administrator exists already. Ask to be invited."))
    if find_user(email) is not None:
        raise Invalid(_("This address has an account already. Sign in with it."), field="email")
    user = User(
        email=email,
        name=name,
        role=link.role,
        district_id=link.district_id,
        password_hash=password_hash,
        email_confirmed_at=at,
        language=language,
        created_at=at,
    )
    db.session.add(user)
    db.session.flush()
    note("invitation_accepted", user_id=user.id, actor_id=link.made_by_id, at=at)
    return user


def close_account(user: User, *, by: User, at: datetime) -> None:
    """Close an account and end all its sessions; nobody closes the own one."""
    if user.id == by.id:
        raise WrongState(_("You cannot close your own account. Ask another administrator."))
    if user.closed_at is not None:
        raise WrongState(_("This account is closed already."))
    user.closed_at = at
    end_all_sessions(user)
    note("closed", user_id=user.id, actor_id=by.id, at=at)


def reopen_account(user: User, *, by: User, at: datetime) -> None:
    """Open a closed account again, with the password it had."""
    if user.closed_at is None:
        raise WrongState(_("This account is open already."))
    user.closed_at = None
    note("reopened", user_id=user.id, actor_id=by.id, at=at)


def end_own_session(user: User, key_hash: str, *, at: datetime) -> None:
    """End one of a person's own sessions, named by what is stored of its key."""
    ended = db.session.execute(
        sa.delete(SignedIn)
        .where(SignedIn.user_id == user.id, SignedIn.key_hash == key_hash)
        .returning(SignedIn.key_hash)
    ).first()
    if ended is None:
        raise NotFound
    note("session_ended", user_id=user.id, actor_id=user.id, at=at)
