"""Districts, always in official order."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from registry.core.database import db
from registry.districts.models import District


def list_districts() -> Sequence[District]:
    """List all districts."""
    return db.session.scalars(sa.select(District).order_by(District.position)).all()


def find_district(code: str) -> District | None:
    """Return the district of a code."""
    return db.session.scalar(sa.select(District).where(District.code == code))
