"""Case numbers: district code, year and a running number, never given twice."""

from __future__ import annotations

import sqlalchemy as sa

from registry.applications.models import Application
from registry.core.database import db, take_lock

NUMBER_LOCK = 4_017_174


def next_number(district_code: str, year: int) -> str:
    """Return the next free case number; nobody else gets one before this transaction ends."""
    take_lock(NUMBER_LOCK)
    prefix = f"{district_code}-{year}-"
    running = sa.cast(sa.func.substr(Application.number, len(prefix) + 1), sa.Integer)
    last = db.session.scalar(
        sa.select(sa.func.max(running)).where(Application.number.startswith(prefix))
    )
    return f"{prefix}{(last or 0) + 1:04d}"
