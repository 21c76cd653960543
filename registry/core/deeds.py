"""A request that is sent twice acts once: each deed carries a key, kept with what it led to."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, UtcDateTime, db


class DoneDeed(Base):
    """One key that was used, by whom, and the address its answer led to."""

    __tablename__ = "done_deed"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.Integer)
    location: Mapped[str] = mapped_column(sa.String(400), default="")
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)


def new_key() -> str:
    """Return a fresh key for one form."""
    return secrets.token_urlsafe(24)


def claim_key(key: str, *, user_id: int | None, at: datetime) -> str | None:
    """Take a key for this transaction; return None if it is new, else the address it led to.

    A second request with the same key waits here until the first has committed. A key that another
    person used counts as new for nobody: the address returned is then empty.
    """
    insert = (
        postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    row = {"key": key[:64], "user_id": user_id, "location": "", "done_at": at}
    statement = insert(DoneDeed).values(row).on_conflict_do_nothing(index_elements=["key"])
    if db.session.execute(statement.returning(DoneDeed.key)).first():
        return None
    done = db.session.get_one(DoneDeed, key[:64])
    return done.location if done.user_id == user_id else ""


def keep_location(key: str, location: str) -> None:
    """Remember where the answer to this key led, for a request that is sent again."""
    db.session.execute(
        sa.update(DoneDeed).where(DoneDeed.key == key[:64]).values(location=location)
    )
