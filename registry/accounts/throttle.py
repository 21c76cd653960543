"""Guessing is slowed: so many tries an account and an address in a quarter of an hour, then a wait.

A try is written down before the password is looked at and taken back when it was right, so that a
thousand tries at once get no further than five one after the other. A refused try is not written
down: nobody waits longer than the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from registry.accounts.models import FailedSignIn
from registry.core.database import db

WINDOW = timedelta(minutes=15)
ACCOUNT_MAX = 5
ADDRESS_MAX = 20
KEPT = timedelta(days=1)
THROTTLE_LOCK = 4_017_174


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
    _wait_for_others()
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.failed_at < at - KEPT))
    of_account = _times(FailedSignIn.email == email, at=at)
    of_address = _times(FailedSignIn.address == address, at=at)
    wait = max(_wait(of_account, ACCOUNT_MAX, at=at), _wait(of_address, ADDRESS_MAX, at=at))
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


def _wait_for_others() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(THROTTLE_LOCK)))


def _times(condition: sa.ColumnElement[bool], *, at: datetime) -> list[datetime]:
    return list(
        db.session.scalars(
            sa.select(FailedSignIn.failed_at)
            .where(condition, FailedSignIn.failed_at > at - WINDOW)
            .order_by(FailedSignIn.failed_at, FailedSignIn.id)
        )
    )


def _wait(times: list[datetime], most: int, *, at: datetime) -> int:
    """Return the whole seconds until fewer than `most` tries lie in the window."""
    if len(times) < most:
        return 0
    return max(1, round((times[-most] + WINDOW - at).total_seconds()))
