"""The enterprise's record as a form shows it: what a filing keeps, with its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.core.language import _
from registry.enterprises.industries import find_industry
from registry.enterprises.models import Ownership

LABELS: Mapping[str, tuple[object, object]] = {
    "name": (_("Name of the enterprise"), ""),
    "uscc": (_("Unified social credit code"), ""),
    "district": (_("District"), ""),
    "address": (_("Address"), ""),
    "industry": (_("Industry"), ""),
    "employees": (_("Employees"), _("persons")),
    "revenue_wan": (_("Revenue of the last year"), _("10k yuan")),
    "founded_on": (_("Founded on"), ""),
    "ownership": (_("Ownership"), ""),
    "legal_representative": (_("Legal representative"), ""),
    "contact_name": (_("Contact person"), ""),
    "contact_phone": (_("Phone of the contact"), ""),
}
OWNERSHIPS: Mapping[str, object] = {
    Ownership.STATE.value: _("State-owned"),
    Ownership.PRIVATE.value: _("Private"),
    Ownership.FOREIGN.value: _("Foreign-funded"),
    Ownership.HONGKONG_MACAO_TAIWAN.value: _("Hong Kong, Macao or Taiwan funded"),
    Ownership.JOINT.value: _("Joint venture"),
}

GROUPED = frozenset({"employees", "revenue_wan"})


@dataclass(frozen=True)
class Line:
    """One line of the record."""

    name: str
    label: object
    value: object
    unit: object


def read_record(record: Mapping[str, object], *, districts: Mapping[str, str]) -> list[Line]:
    """Return the lines of a record, codes put into words."""
    return [
        Line(
            name, label, _words(name, record.get(name), districts), unit if record.get(name) else ""
        )
        for name, (label, unit) in LABELS.items()
    ]


def _words(name: str, value: object, districts: Mapping[str, str]) -> object:
    if name == "district":
        return districts.get(str(value), value)
    if name == "ownership":
        return OWNERSHIPS.get(str(value), value)
    if name == "industry" and (industry := find_industry(str(value))) is not None:
        return f"{industry.code} {industry.name}"
    return _grouped(value) if name in GROUPED and value else value


def _grouped(value: object) -> str:
    """Write a stored number with thousands apart."""
    return f"{Decimal(str(value)):,}"
