"""Forms as they are typed, and entries that are asked for or registered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import count
from typing import Any  # a form as typed is nested JSON

from registry.core.database import db
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries import service
from registry.entries.catalogue import CATALOGUE
from registry.entries.checking import Checked, check
from registry.entries.models import Entry, Precision
from registry.ledger.service import deed
from registry.programme.kinds import Kind
from tests.factories import AT, a_district, an_enterprise

TODAY = date(2026, 11, 22)
_numbers = count(1)

PLACE = {"title": "谐波减速器总装", "district": "320583", "site_address": "昆山市前进东路 88 号"}
EFFECTS = {
    "effect_efficiency_before": "80",
    "effect_efficiency_after": "100",
    "effect_defects_before": "2.4",
    "effect_defects_after": "1.2",
}
FIELDS: dict[Kind, dict[str, Any]] = {
    Kind.SMART_FACTORY: {
        **PLACE,
        **EFFECTS,
        "summary": "整厂数字化。",
        "tier": "province",
        "workshops": "总装车间\n机加工车间",
        "equipment_key": "120",
        "equipment_key_nc": "96",
        "equipment_key_networked": "108",
        "scenes": "智能排产\n在线检测",
        "integration": ["erp_mes", "plm_mes"],
        "invest_total_wan": "8600",
        "invest_3y_wan": "5200.5",
    },
    Kind.SMART_WORKSHOP: {
        **PLACE,
        **EFFECTS,
        "summary": "自动化总装线。",
        "commissioned_on": "2026-05-01",
        "equipment_total": "80",
        "equipment_smart": "64",
        "equipment_networked": "72",
        "systems": ["mes", "erp"],
        "traceable": "piece",
        "auto_delivery": "partial",
        "invest_total_wan": "3000",
        "invest_equip_wan": "2200",
        "invest_soft_wan": "400",
    },
    Kind.EQUIPMENT_UPGRADE: {
        **PLACE,
        **EFFECTS,
        "summary": "更换加工中心。",
        "starts_on": "2026-01-01",
        "ends_on": "2026-10-31",
        "acquisition": "purchase",
    },
    Kind.ROBOT_DEPLOYMENT: {**PLACE, "workshop": "总装一车间"},
}


def a_robot(**cells: str) -> dict[str, str]:
    """Return one row of a robot, with a serial of its own."""
    sheet = CATALOGUE[Kind.ROBOT_DEPLOYMENT].sheet
    assert sheet is not None
    row = {column.name: column.example for column in sheet.columns}
    return {**row, "serial_no": f"E21-{next(_numbers):06d}", **cells}


def a_line(**cells: str) -> dict[str, str]:
    """Return one line of equipment."""
    sheet = CATALOGUE[Kind.EQUIPMENT_UPGRADE].sheet
    assert sheet is not None
    row = {column.name: column.example for column in sheet.columns}
    return {**row, "invoice_no": f"{next(_numbers):08d}", **cells}


def a_form(kind: Kind, *, rows: int = 3, **fields: Any) -> dict[str, Any]:
    """Return a form without a fault."""
    a_row = {Kind.ROBOT_DEPLOYMENT: a_robot, Kind.EQUIPMENT_UPGRADE: a_line}.get(kind)
    return {
        "fields": {**FIELDS[kind], **fields},
        "rows": [a_row() for _ in range(rows)] if a_row else [],
    }


def checked(kind: Kind, form: dict[str, Any] | None = None) -> Checked:
    """Return a checked form; without a form, a good one."""
    return check(kind, form or a_form(kind), today=TODAY)


def an_entry(
    kind: Kind,
    *,
    form: dict[str, Any] | None = None,
    enterprise: Enterprise | None = None,
    district: District | None = None,
) -> Entry:
    """Return an entry that is asked for, its facts stored."""
    place = district or a_district()
    form = form or a_form(kind)
    form["fields"]["district"] = place.code
    entry = Entry(
        kind=kind,
        enterprise_id=(enterprise or an_enterprise()).id,
        district_id=place.id,
        created_at=AT,
    )
    db.session.add(entry)
    db.session.flush()
    service.store_facts(entry, checked(kind, form))
    return entry


def a_registered(
    kind: Kind,
    *,
    effective_on: date = date(2026, 6, 1),
    precision: Precision = Precision.DAY,
    verified: Collection[int] | None = None,
    entry: Entry | None = None,
    **asked: Any,
) -> Entry:
    """Return a registered entry, posted through a deed."""
    entry = entry or an_entry(kind, **asked)
    with deed(by=None, cause="approve") as opened:
        service.register(entry, effective_on=effective_on, precision=precision, verified=verified)
        opened.touch([entry.id])
        opened.record("approved", {}, entry_id=entry.id)
    return entry
