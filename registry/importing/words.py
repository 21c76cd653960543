"""What pages and the command line call things of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any  # JSON

from registry.core.language import _
from registry.entries.catalogue import kind_label
from registry.programme.kinds import Kind, Measure
from registry.programme.words import MEASURES, UNITS

CHANGES: Mapping[str, object] = {
    "revoked": _("revoked"),
    "relocated": _("moved to another district"),
    "amended": _("amended"),
    "corrected": _("corrected"),
    "retired": _("robots left the stock"),
    "entry_checked": _("checked on site"),
    "revocation_proposed": _("revocation proposed"),
    "revocation_refused": _("proposal of revocation refused"),
    "revocation_withdrawn": _("proposal of revocation withdrawn"),
    "relocation_proposed": _("change of district proposed"),
    "relocation_refused": _("proposal to change the district refused"),
    "relocation_withdrawn": _("proposal to change the district withdrawn"),
}
STEPS: Mapping[str, object] = {
    "reading": _("Reading the file"),
    "checking": _("Checking the rows"),
    "matching": _("Comparing with the register"),
    "storing": _("Storing"),
}
COLUMN_RULES: Mapping[str, object] = {
    "kind": _("smart_factory, smart_workshop, equipment_upgrade, robot_deployment, or in Chinese"),
    "enterprise": _("full name; brackets and blanks are unified"),
    "uscc": _("may be empty in old lists: then the name decides"),
    "district": _("where the project stands: code, name or old name"),
    "title": _("required for factories and workshops"),
    "decided_on": _("day, month or year: 2018-03-05, 2018-03, 2018"),
    "quantity": _("only robots without serial numbers: a whole number from 1"),
    "robot_type": _("agv or 移动机器人 is counted apart; empty is industrial"),
    "serials": _("robots: brand:number, parted by semicolons"),
    "level": _("national, provincial, city or district"),
    "document": _("number of the document"),
    "source_ref": _("the row's own number in its source; taken once"),
}
ENTRIES = _("entries")
OTHERS: Mapping[str, tuple[object, object]] = {
    "before_programme": (_("of these before the programme, in no figure"), ENTRIES),
    "enterprises": (_("new enterprises"), _("enterprises")),
    "completed": (_("codes completed"), _("enterprises")),
    "titles": (_("further titles"), _("titles")),
    "present": (_("rows that were there already"), _("rows")),
}


def added_lines(report: Mapping[str, Any]) -> list[tuple[object, int, object]]:
    """Return what an import adds: label, number and unit, kinds first, zeros left out."""
    kinds = [(kind_label(Kind(kind)), n, ENTRIES) for kind, n in report["added"].items()]
    others = [(label, report[name], unit) for name, (label, unit) in OTHERS.items()]
    return kinds + [line for line in others if line[1]]


def effect_lines(effects: Iterable[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Return figures before and after, each with label and unit."""
    return [
        {
            **effect,
            "label": MEASURES[Measure(effect["measure"])],
            "unit": UNITS[Measure(effect["measure"])],
        }
        for effect in effects
    ]


def change_label(type_: str) -> object:
    """Return how an event of an entry is called; one without a word stays as it is."""
    return CHANGES.get(type_, type_)
