"""The record of accounts: who did what to which account; one row a deed, never changed."""

from __future__ import annotations

from datetime import datetime

from registry.accounts.models import AccountRecord
from registry.core.database import db

DETAIL_MAX = 400


def note(
    what: str, *, user_id: int | None, actor_id: int | None, at: datetime, detail: str = ""
) -> None:
    """Write one line: what happened (past tense) to an account, by whom."""
    db.session.add(
        AccountRecord(
            what=what, user_id=user_id, actor_id=actor_id, detail=detail[:DETAIL_MAX], at=at
        )
    )
