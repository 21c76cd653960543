"""The enterprise a person names when it signs up or asks to join: found by its code, or added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.enterprises.names import name_key
from registry.enterprises.queries import find_by_code


@dataclass(frozen=True)
class Firm:
    """What a person says of its enterprise; everything checked and unified already."""

    uscc: str
    name: str
    district_id: int
    industry: str


def get_or_add(firm: Firm, *, contact: str, phone: str, at: datetime) -> Enterprise:
    """Return the enterprise of a code, added where none has it; one known stays as it is.

    Of two persons who bring the same new code at the same moment the second waits for the first. A
    record of old lists with the same name and no code is left alone.
    """
    known = find_by_code(firm.uscc)
    if known is not None:
        return known
    insert = (
        postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    row = {
        "uscc": firm.uscc,
        "name": firm.name,
        "name_key": name_key(firm.name),
        "district_id": firm.district_id,
        "industry": firm.industry,
        "contact_name": contact,
        "contact_phone": phone,
        "created_at": at,
    }
    db.session.execute(
        insert(Enterprise).values(row).on_conflict_do_nothing(index_elements=["uscc"])
    )
    return db.session.scalars(sa.select(Enterprise).where(Enterprise.uscc == firm.uscc)).one()
