"""Signing up: what was typed waits behind a link; the account and its enterprise come with it.

Until the link is spent there is no account, no enterprise and no password: a stranger who types
somebody's address leaves nothing behind. The password is chosen on the page of the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from registry.accounts import letters, post
from registry.accounts.firms import Firm, get_or_add
from registry.accounts.links import find_link, make_link, path_of, spend
from registry.accounts.membership import enter
from registry.accounts.models import MailCause, OneTimeLink, PendingSignUp, Purpose, User
from registry.accounts.queries import find_user
from registry.accounts.records import note
from registry.accounts.roles import Role
from registry.accounts.throttle import take_mail
from registry.core.database import db
from registry.core.errors import NotFound, WrongState
from registry.core.language import _


@dataclass(frozen=True)
class SignUp:
    """What a person gives to sign up; everything checked and unified already."""

    firm: Firm
    name: str
    phone: str
    email: str
    language: str


def sign_up(given: SignUp, *, address: str, at: datetime) -> str | None:
    """Keep what was typed behind a link and return its path.

    Where the address has an account already, its owner is told and None returned: the page says the
    same in both cases. Raise Busy where too many were asked for, account or not.
    """
    take_mail(MailCause.SIGN_UP, given.email, address=address, at=at)
    _forget_ended(at=at)
    user = find_user(given.email)
    if user is not None and not _is_unconfirmed(user):
        post.write(letters.known_already(), to=user.email, language=user.language, at=at)
        return None
    key = make_link(Purpose.CONFIRM, email=given.email, at=at)
    db.session.flush()
    link = find_link(key, at=at)
    if link is None:
        raise NotFound
    db.session.add(
        PendingSignUp(
            link_id=link.id,
            uscc=given.firm.uscc,
            enterprise=given.firm.name,
            district_id=given.firm.district_id,
            industry=given.firm.industry,
            name=given.name,
            phone=given.phone,
            language=given.language,
        )
    )
    letter = letters.confirm(path_of(key))
    post.write(letter, to=given.email, language=given.language, at=at)
    return path_of(key)


def find_pending(link: OneTimeLink) -> PendingSignUp | None:
    """Return what was typed to get a link."""
    return db.session.get(PendingSignUp, link.id)


def confirm(link: OneTimeLink, password_hash: str, *, at: datetime) -> User:
    """Make the account of a link, with its enterprise where that is new.

    The first person of an enterprise begins as its unproven owner, every further one asks to join.
    """
    spend(link, at=at)
    given = find_pending(link)
    if given is None:
        raise NotFound
    user = find_user(link.email)
    if user is not None and not _is_unconfirmed(user):
        raise WrongState(_("This address has an account already. Sign in with it."))
    if user is None:
        user = User(email=link.email, role=Role.MEMBER, created_at=at)
    user.name, user.phone, user.language = given.name, given.phone, given.language
    user.password_hash, user.email_confirmed_at = password_hash, at
    firm = Firm(given.uscc, given.enterprise, given.district_id, given.industry)
    enterprise = get_or_add(firm, contact=given.name, phone=given.phone, at=at)
    enter(user, enterprise, at=at)
    note("signed_up", user_id=user.id, actor_id=user.id, at=at, detail=given.uscc)
    db.session.delete(given)
    return user


def _is_unconfirmed(user: User) -> bool:
    """Say whether an account was never more than a sign-up: kept by earlier releases."""
    return user.role is Role.MEMBER and user.email_confirmed_at is None


def _forget_ended(*, at: datetime) -> None:
    """Drop what was typed for links that were never opened, or replaced by newer ones."""
    ended = sa.select(OneTimeLink.id).where(OneTimeLink.ends_at <= at)
    db.session.execute(sa.delete(PendingSignUp).where(PendingSignUp.link_id.in_(ended)))
