"""Find enterprises; duplicates lead to the record they were merged into."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from registry.core.database import db
from registry.enterprises.models import Enterprise


def find_by_code(uscc: str) -> Enterprise | None:
    """Return the enterprise of a code, the surviving record where it was merged."""
    found = db.session.scalar(sa.select(Enterprise).where(Enterprise.uscc == uscc))
    while found is not None and found.merged_into_id is not None:
        found = db.session.get(Enterprise, found.merged_into_id)
    return found


def list_without_code(name_keys: Sequence[str]) -> Sequence[Enterprise]:
    """List the enterprises that old lists know by one of these names only."""
    return db.session.scalars(
        sa.select(Enterprise)
        .where(
            Enterprise.name_key.in_(name_keys),
            Enterprise.uscc.is_(None),
            Enterprise.merged_into_id.is_(None),
        )
        .order_by(Enterprise.id)
    ).all()


def records_of(enterprise_id: int | None) -> sa.CompoundSelect[int]:
    """Select the ids of a firm's record and of those that were merged into it.

    Two selects, since SQLite goes through all firms to find either of two columns.
    """
    return sa.union_all(
        sa.select(Enterprise.id).where(Enterprise.id == enterprise_id),
        sa.select(Enterprise.id).where(Enterprise.merged_into_id == enterprise_id),
    )
