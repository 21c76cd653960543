"""The enterprise's record as a form shows it: what a filing keeps, with its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.core.language import _
from registry.enterprises.industries import find_industry
from registry.enterprises.words import OWNERSHIPS

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
GROUPED = frozenset({"employees", "revenue_wan"})
PERSONAL = frozenset({"legal_representative", "contact_name", "contact_phone"})


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
            name,
            label,
            record_word(name, record.get(name), districts=districts),
            unit if record.get(name) else "",
        )
        for name, (label, unit) in LABELS.items()
    ]


def record_word(name: str, value: object, *, districts: Mapping[str, str]) -> object:
    """Return one value of a record as a page writes it; what was not given stays as it is."""
    if name == "district":
        return districts.get(str(value), value)
    if name == "ownership":
        return OWNERSHIPS.get(value, value)  # type: ignore[call-overload]  # a stored word is its own member
    if name == "industry" and (industry := find_industry(str(value))) is not None:
        return f"{industry.code} {industry.name}"
    return f"{Decimal(str(value)):,}" if name in GROUPED and value else value
