"""How the outbox stands."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from registry.core.database import db
from registry.notices.models import Notice


@dataclass(frozen=True)
class Outbox:
    """How many mails wait, and how many of them failed at least once."""

    waiting: int
    failed: int


def count_outbox() -> Outbox:
    """Count what was not sent yet."""
    failed = sa.func.count().filter(Notice.failed_because != "")
    row = db.session.execute(
        sa.select(sa.func.count(), failed).where(Notice.sent_at.is_(None))
    ).one()
    return Outbox(waiting=row[0], failed=row[1])
