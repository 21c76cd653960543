"""What an import left behind and what it said, as plain rows."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryTitle
from registry.importing.models import Batch, ImportedRow
from registry.importing.reports import Report
from registry.ledger.models import Posting, Seal
from registry.programme.kinds import Measure

TODAY = date(2026, 11, 22)


def by_district(as_of: date) -> dict[tuple[str, Measure], int]:
    found = (
        sa.select(District.name_zh, Posting.measure, sa.func.sum(Posting.quantity))
        .join(District, District.id == Posting.district_id)
        .where(Posting.effective_on <= as_of)
        .group_by(District.name_zh, Posting.measure)
    )
    return {(name, measure): int(total) for name, measure, total in db.session.execute(found)}


def count(model: type[Entry | Enterprise | EntryTitle | ImportedRow | Batch | Seal]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def told(report: Report) -> list[tuple[int, str, str, str]]:
    return [(r.row, r.column, r.value, str(r.text)) for r in report.remarks]


def refused(report: Report) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, str(fault.what)) for fault in report.faults]
