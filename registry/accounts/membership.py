"""Who belongs to an enterprise: signing up, being let in, proof by the licence, rights.

Credit codes are public, so who signs up with one proves nothing: the first person drafts and files
unproven; every further one asks, and a proven owner, or where there is none the district, decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registry.accounts import letters, post
from registry.accounts.links import make_link, path_of, spend
from registry.accounts.models import OneTimeLink, Purpose, User
from registry.accounts.queries import (
    count_admitted,
    find_user,
    has_proven_owner,
    list_proven_owners,
)
from registry.accounts.records import note
from registry.accounts.roles import Membership, Right, Role
from registry.accounts.sessions import end_all_sessions
from registry.core.database import db
from registry.core.errors import NotAllowed, NotFound, WrongState
from registry.core.language import _
from registry.enterprises.models import Enterprise
from registry.enterprises.names import name_key
from registry.enterprises.queries import find_by_code


@dataclass(frozen=True)
class SignUp:
    """What a person gives to sign up; everything checked and unified already."""

    uscc: str
    enterprise: str
    district_id: int
    industry: str
    name: str
    phone: str
    email: str
    password_hash: str
    language: str


def sign_up(given: SignUp, *, at: datetime) -> str | None:
    """Make an account that waits for its address to be confirmed; return the path of its link.

    Where the address has an account already, its owner is told and None returned: the page says the
    same in both cases.
    """
    user = find_user(given.email)
    if user is not None and user.email_confirmed_at is not None:
        post.write(letters.known_already(), to=user.email, language=user.language, at=at)
        return None
    enterprise = find_by_code(given.uscc) or _add_enterprise(given, at=at)
    if user is None:
        user = User(email=given.email, role=Role.MEMBER, created_at=at)
        db.session.add(user)
    if user.role is not Role.MEMBER:
        raise NotFound
    user.enterprise_id = enterprise.id
    user.name, user.phone, user.language = given.name, given.phone, given.language
    user.password_hash = given.password_hash
    user.right, user.membership = Right.EDITOR, Membership.ASKED
    db.session.flush()
    note("signed_up", user_id=user.id, actor_id=user.id, at=at, detail=given.uscc)
    path = path_of(make_link(Purpose.CONFIRM, email=user.email, at=at))
    post.write(letters.confirm(path), to=user.email, language=user.language, at=at)
    return path


def _add_enterprise(given: SignUp, *, at: datetime) -> Enterprise:
    """Make the record of a code; a record of old lists with the same name is left alone."""
    enterprise = Enterprise(
        uscc=given.uscc,
        name=given.enterprise,
        name_key=name_key(given.enterprise),
        district_id=given.district_id,
        industry=given.industry,
        contact_name=given.name,
        contact_phone=given.phone,
        created_at=at,
    )
    db.session.add(enterprise)
    db.session.flush()
    return enterprise


def confirm_address(link: OneTimeLink, *, at: datetime) -> User:
    """Confirm the address of a new account; the first of an enterprise begins as unproven owner."""
    spend(link, at=at)
    user = find_user(link.email)
    if user is None or user.enterprise_id is None:
        raise NotFound
    _lock_enterprise(user.enterprise_id)
    user.email_confirmed_at = at
    if count_admitted(user.enterprise_id) == 0:
        user.right, user.membership = Right.OWNER, Membership.UNPROVEN
    else:
        for owner in list_proven_owners(user.enterprise_id):
            letter = letters.asks_to_join(user.name)
            post.write(letter, to=owner.email, language=owner.language, at=at)
    note("address_confirmed", user_id=user.id, actor_id=user.id, at=at)
    return user


def _lock_enterprise(enterprise_id: int) -> None:
    """Let one person at a time join or leave, so that an enterprise never has two first ones."""
    db.session.get(Enterprise, enterprise_id, with_for_update={"key_share": True})


def let_in(user: User, *, right: Right, by: User, at: datetime) -> None:
    """Let a person in who asked; for a proven owner of the same enterprise."""
    _check_owner(user, by=by)
    if user.membership is not Membership.ASKED:
        raise WrongState(_("This request was decided already."))
    user.right, user.membership = right, Membership.PROVEN
    note("let_in", user_id=user.id, actor_id=by.id, at=at, detail=right.value)
    post.write(letters.let_in(), to=user.email, language=user.language, at=at)


def refuse(user: User, *, by: User, at: datetime) -> None:
    """Refuse a person who asked; for a proven owner of the same enterprise."""
    _check_owner(user, by=by)
    if user.membership is not Membership.ASKED:
        raise WrongState(_("This request was decided already."))
    _turn_away(user, by=by, at=at)


def change_right(user: User, *, right: Right, by: User, at: datetime) -> None:
    """Give a member another right; the last proven owner stays one."""
    _check_owner(user, by=by)
    if user.membership is not Membership.PROVEN:
        raise WrongState(_("Only a member who was let in has rights to change."))
    if right is not Right.OWNER:
        _check_other_owner(user)
    user.right = right
    note("right_changed", user_id=user.id, actor_id=by.id, at=at, detail=right.value)


def close_member(user: User, *, by: User, at: datetime) -> None:
    """Take a member out of the enterprise; its sessions end, what it filed stays."""
    _check_owner(user, by=by)
    _check_other_owner(user)
    _turn_away(user, by=by, at=at)


def prove_membership(user: User, *, by: User, at: datetime) -> None:
    """Say that the licence was seen: the membership is proven.

    A person who asked becomes owner where there is no proven one, else an editor.
    """
    if user.role is not Role.MEMBER or user.enterprise_id is None:
        raise NotFound
    _lock_enterprise(user.enterprise_id)
    if user.membership is Membership.PROVEN:
        return
    if not has_proven_owner(user.enterprise_id):
        user.right = Right.OWNER
    user.membership = Membership.PROVEN
    note("membership_proven", user_id=user.id, actor_id=by.id, at=at)
    post.write(letters.let_in(), to=user.email, language=user.language, at=at)


def disown(user: User, *, by: User, at: datetime) -> None:
    """Say for the district that a person does not belong to its enterprise."""
    if user.membership is Membership.REFUSED:
        raise WrongState(_("This request was decided already."))
    _turn_away(user, by=by, at=at)


def _turn_away(user: User, *, by: User, at: datetime) -> None:
    user.membership = Membership.REFUSED
    end_all_sessions(user)
    note("membership_refused", user_id=user.id, actor_id=by.id, at=at)
    post.write(letters.refused(), to=user.email, language=user.language, at=at)


def _check_owner(user: User, *, by: User) -> None:
    if user.enterprise_id is None or user.enterprise_id != by.enterprise_id:
        raise NotFound
    _lock_enterprise(user.enterprise_id)
    if by.right is not Right.OWNER or not by.is_proven:
        raise NotAllowed(_("Only a proven owner of the enterprise decides about its members."))


def _check_other_owner(user: User) -> None:
    if user.enterprise_id is None or user.right is not Right.OWNER or not user.is_proven:
        return
    if not has_proven_owner(user.enterprise_id, but=user.id):
        raise WrongState(
            _("The enterprise needs one proven owner. Make somebody else owner first.")
        )
