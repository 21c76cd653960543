"""Guessing and mailing are slowed: so many an account and an address in a while, then a wait.

A try is written down before the password is looked at and taken back when it was right, so that a
thousand tries at once get no further than five one after the other. What sends a mail is counted
alike whether the address has an account or not. What was refused is not written down: nobody waits
longer than the window.

An address of the sixth generation stands for its network (/64), which is what one line is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

import sqlalchemy as sa

from registry.accounts.models import AskedMail, FailedSignIn, MailCause
from registry.core.database import db, take_lock
from registry.core.errors import Busy
from registry.core.language import n_

WINDOW = timedelta(minutes=15)
ACCOUNT_MAX = 5
ADDRESS_MAX = 20
KEPT = timedelta(days=1)
THROTTLE_LOCK = 4_017_174
SIXTH_GENERATION_NETWORK = 64
SECONDS_A_MINUTE = 60


@dataclass(frozen=True)
class Limit:
    """How many mails may be asked for within a window: to one mail address, from one network."""

    window: timedelta
    of_email: int
    of_address: int | None


AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
MAIL_LIMITS: Mapping[MailCause, Limit] = {
    MailCause.SIGN_UP: Limit(AN_HOUR, of_email=5, of_address=20),
    MailCause.RESET: Limit(AN_HOUR, of_email=5, of_address=20),
    MailCause.JOIN: Limit(A_DAY, of_email=3, of_address=None),  # the person is signed in
}


@dataclass(frozen=True)
class Try:
    """One try: refused until `seconds` have passed, or taken, and so many are left after it."""

    seconds: int
    left: int
    id: int = 0

    @property
    def is_refused(self) -> bool:
        return self.seconds > 0


def begin_try(email: str, *, address: str, at: datetime) -> Try:
    """Take one try at an account from an address, or say how long to wait. Commits."""
    address = network_of(address)
    take_lock(THROTTLE_LOCK)
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.failed_at < at - KEPT))
    of_account = _times(FailedSignIn.email == email, at=at)
    of_address = _times(FailedSignIn.address == address, at=at)
    wait = max(
        _wait(of_account, ACCOUNT_MAX, WINDOW, at=at),
        _wait(of_address, ADDRESS_MAX, WINDOW, at=at),
    )
    if wait:
        db.session.commit()
        return Try(seconds=wait, left=0)
    row = FailedSignIn(email=email, address=address, failed_at=at)
    db.session.add(row)
    db.session.commit()
    left = min(ACCOUNT_MAX - len(of_account), ADDRESS_MAX - len(of_address)) - 1
    return Try(seconds=0, left=left, id=row.id)


def forgive(email: str, *, taken: Try) -> None:
    """Forget the tries at an account whose password was right, and this one of its address."""
    db.session.execute(
        sa.delete(FailedSignIn).where(
            sa.or_(FailedSignIn.email == email, FailedSignIn.id == taken.id)
        )
    )


def take_mail(cause: MailCause, email: str, *, address: str, at: datetime) -> None:
    """Count one mail that somebody asks for; raise Busy where it would be one too many.

    Counts and waits within the transaction of the request, which ends with the mail in the outbox.
    """
    limit, address = MAIL_LIMITS[cause], network_of(address)
    take_lock(THROTTLE_LOCK)
    db.session.execute(sa.delete(AskedMail).where(AskedMail.asked_at < at - KEPT))
    of_email = _asked(cause, AskedMail.email == email, limit, at=at)
    wait = _wait(of_email, limit.of_email, limit.window, at=at)
    if wait:
        raise Busy(_too_many_to_one(limit.of_email, wait), seconds=wait)
    if limit.of_address is not None:
        of_address = _asked(cause, AskedMail.address == address, limit, at=at)
        wait = _wait(of_address, limit.of_address, limit.window, at=at)
        if wait:
            raise Busy(_too_many_from_one(limit.of_address, wait), seconds=wait)
    db.session.add(AskedMail(cause=cause, email=email, address=address, asked_at=at))


def minutes_of(seconds: int) -> int:
    """Return the whole minutes to wait."""
    return -(-seconds // SECONDS_A_MINUTE)


def network_of(address: str) -> str:
    """Return what an address is counted as; text that is none stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:45]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), SIXTH_GENERATION_NETWORK), strict=False))


def _too_many_to_one(most: int, seconds: int) -> object:
    return n_(
        "For this e-mail address a mail was asked for %(most)s times in a short time. If one came, "
        "the newest works; look among the unwanted mail too. You can ask again in %(num)s minute.",
        "For this e-mail address a mail was asked for %(most)s times in a short time. If one came, "
        "the newest works; look among the unwanted mail too. You can ask again in %(num)s minutes.",
        minutes_of(seconds),
        most=most,
    )


def _too_many_from_one(most: int, seconds: int) -> object:
    return n_(
        "From your network this was asked for %(most)s times within an hour, which is the most. "
        "Wait %(num)s minute, then send this page again.",
        "From your network this was asked for %(most)s times within an hour, which is the most. "
        "Wait %(num)s minutes, then send this page again.",
        minutes_of(seconds),
        most=most,
    )


def _times(condition: sa.ColumnElement[bool], *, at: datetime) -> list[datetime]:
    return list(
        db.session.scalars(
            sa.select(FailedSignIn.failed_at)
            .where(condition, FailedSignIn.failed_at > at - WINDOW)
            .order_by(FailedSignIn.failed_at, FailedSignIn.id)
        )
    )


def _asked(
    cause: MailCause, condition: sa.ColumnElement[bool], limit: Limit, *, at: datetime
) -> list[datetime]:
    return list(
        db.session.scalars(
            sa.select(AskedMail.asked_at)
            .where(AskedMail.cause == cause, condition, AskedMail.asked_at > at - limit.window)
            .order_by(AskedMail.asked_at, AskedMail.id)
        )
    )


def _wait(times: list[datetime], most: int, window: timedelta, *, at: datetime) -> int:
    """Return the whole seconds until fewer than `most` lie in the window."""
    if len(times) < most:
        return 0
    return max(1, round((times[-most] + window - at).total_seconds()))
