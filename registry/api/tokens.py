"""Tokens of the interface: who sends one reads what its maker may read."""

from __future__ import annotations

import sqlalchemy as sa

from registry.accounts.models import ApiToken, User
from registry.accounts.sessions import hash_key
from registry.core.database import db


def find_token(key: str) -> ApiToken | None:
    """Return the token of a key while it is in force and its maker's account is open."""
    return db.session.scalar(
        sa.select(ApiToken)
        .join(User, User.id == ApiToken.made_by_id)
        .where(
            ApiToken.key_hash == hash_key(key),
            ApiToken.ended_at.is_(None),
            User.closed_at.is_(None),
        )
    )
