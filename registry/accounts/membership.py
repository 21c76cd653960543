"""Who belongs to an enterprise: asking to join, being let in, proof by the licence, rights.

Credit codes are public, so who signs up with one proves nothing: the first person drafts and files
unproven; every further one asks, and a proven owner, or where there is none the district, decides.
Who was turned away may ask again, there or elsewhere, with the same account.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from registry.accounts import letters, post
from registry.accounts.firms import Firm, get_or_add
from registry.accounts.models import MailCause, TurnedAway, User
from registry.accounts.queries import (
    count_admitted,
    has_proven_owner,
    list_proven_owners,
    was_turned_away,
)
from registry.accounts.records import note
from registry.accounts.roles import Membership, Right, Role
from registry.accounts.sessions import end_all_sessions
from registry.accounts.throttle import take_mail
from registry.core.database import db
from registry.core.errors import NotAllowed, NotFound, WrongState
from registry.core.language import _
from registry.enterprises.models import Enterprise

OUTSIDE = (Membership.ASKED, Membership.REFUSED)


def enter(user: User, enterprise: Enterprise, *, at: datetime) -> None:
    """Put a person to an enterprise: as its unproven owner where nobody acts for it, else asking.

    Whoever was turned away there before asks in any case: somebody has to let that person in.
    """
    lock_enterprises(enterprise.id)
    was_refused = was_turned_away(user, enterprise.id)
    user.enterprise_id = enterprise.id
    user.right, user.membership = Right.EDITOR, Membership.ASKED
    db.session.add(user)
    db.session.flush()
    if count_admitted(enterprise.id) == 0 and not was_refused:
        user.right, user.membership = Right.OWNER, Membership.UNPROVEN
        return
    for owner in list_proven_owners(enterprise.id):
        letter = letters.asks_to_join(user.name)
        post.write(letter, to=owner.email, language=owner.language, at=at)


def ask_to_join(user: User, firm: Firm, *, at: datetime) -> None:
    """Ask once more, at the same enterprise or another: for who was turned away or still waits.

    A request that is sent twice acts once. Raise Busy where a person asks too often, WrongState
    where it may act for an enterprise already.
    """
    if _waits_at(user, firm):
        return
    take_mail(MailCause.JOIN, user.email, address="", at=at)
    enterprise = get_or_add(firm, contact=user.name, phone=user.phone or "", at=at)
    lock_enterprises(*sorted({user.enterprise_id or enterprise.id, enterprise.id}))
    _hold(user, enterprise_id=user.enterprise_id)
    if _waits_at(user, firm):
        return
    if user.membership not in OUTSIDE:
        raise WrongState(_("You act for an enterprise already. There is nothing to ask for."))
    enter(user, enterprise, at=at)
    note("asked_to_join", user_id=user.id, actor_id=user.id, at=at, detail=firm.uscc)


def _waits_at(user: User, firm: Firm) -> bool:
    enterprise = user.enterprise
    is_same = enterprise is not None and enterprise.uscc == firm.uscc
    return is_same and user.membership is not Membership.REFUSED


def lock_enterprises(*enterprise_ids: int) -> None:
    """Let one person at a time join or leave, so that an enterprise never has two first ones.

    Several are locked in the order given, which is that of their ids; people after enterprises.
    """
    for enterprise_id in enterprise_ids:
        db.session.get(Enterprise, enterprise_id, with_for_update={"key_share": True})


def _hold(user: User, *, enterprise_id: int | None) -> None:
    """Lock a person and read it anew; raise WrongState where it went to another enterprise."""
    db.session.scalars(
        sa.select(User)
        .where(User.id == user.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if user.enterprise_id != enterprise_id:
        raise WrongState(
            _("%(name)s has asked to join another enterprise. Look at the list.", name=user.name)
        )


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


def prove_membership(user: User, *, enterprise_id: int, by: User, at: datetime) -> None:
    """Say that the licence of an enterprise was seen: the membership is proven.

    A person who asked becomes owner where there is no proven one, else an editor. Raise WrongState
    where the person belongs, or asks to belong, to another enterprise now.
    """
    if user.role is not Role.MEMBER:
        raise NotFound
    lock_enterprises(enterprise_id)
    _hold(user, enterprise_id=enterprise_id)
    if user.membership is Membership.PROVEN:
        return
    if not has_proven_owner(enterprise_id):
        user.right = Right.OWNER
    user.membership = Membership.PROVEN
    note("membership_proven", user_id=user.id, actor_id=by.id, at=at)
    post.write(letters.let_in(), to=user.email, language=user.language, at=at)


def disown(user: User, *, enterprise_id: int, by: User, at: datetime) -> None:
    """Say for the district that a person does not belong to an enterprise."""
    lock_enterprises(enterprise_id)
    _hold(user, enterprise_id=enterprise_id)
    if user.membership is Membership.REFUSED:
        raise WrongState(_("This request was decided already."))
    _turn_away(user, by=by, at=at)


def _turn_away(user: User, *, by: User, at: datetime) -> None:
    if user.enterprise_id is None:
        raise NotFound
    user.membership = Membership.REFUSED
    db.session.add(
        TurnedAway(user_id=user.id, enterprise_id=user.enterprise_id, by_id=by.id, at=at)
    )
    end_all_sessions(user)
    note("membership_refused", user_id=user.id, actor_id=by.id, at=at)
    post.write(letters.refused(), to=user.email, language=user.language, at=at)


def _check_owner(user: User, *, by: User) -> None:
    if user.enterprise_id is None or user.enterprise_id != by.enterprise_id:
        raise NotFound
    lock_enterprises(user.enterprise_id)
    _hold(user, enterprise_id=by.enterprise_id)
    if by.right is not Right.OWNER or not by.is_proven:
        raise NotAllowed(_("Only a proven owner of the enterprise decides about its members."))


def _check_other_owner(user: User) -> None:
    if user.enterprise_id is None or user.right is not Right.OWNER or not user.is_proven:
        return
    if not has_proven_owner(user.enterprise_id, but=user.id):
        raise WrongState(
            _("The enterprise needs one proven owner. Make somebody else owner first.")
        )
