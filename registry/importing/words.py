"""What pages and the command line call things of an import."""

from __future__ import annotations

from collections.abc import Mapping

from registry.core.language import _
from registry.programme.kinds import Measure

MEASURES: Mapping[Measure, object] = {
    Measure.SMART_FACTORY: _("Smart factories"),
    Measure.SMART_WORKSHOP: _("Smart workshops"),
    Measure.EQUIPMENT_UPGRADE: _("Enterprises with equipment upgrades"),
    Measure.ROBOT: _("Robots in use"),
    Measure.MOBILE_ROBOT: _("Mobile robots, apart"),
    Measure.ROBOT_RETIRED: _("Robots retired"),
    Measure.MOBILE_ROBOT_RETIRED: _("Mobile robots retired"),
}
UNITS: Mapping[Measure, object] = {
    Measure.SMART_FACTORY: _("factories"),
    Measure.SMART_WORKSHOP: _("workshops"),
    Measure.EQUIPMENT_UPGRADE: _("enterprises"),
    Measure.ROBOT: _("robots"),
    Measure.MOBILE_ROBOT: _("robots"),
    Measure.ROBOT_RETIRED: _("robots"),
    Measure.MOBILE_ROBOT_RETIRED: _("robots"),
}
CHANGES: Mapping[str, object] = {
    "revoked": _("revoked"),
    "relocated": _("moved to another district"),
    "amended": _("amended"),
    "corrected": _("corrected"),
}


def measure_label(measure: Measure) -> object:
    """Return how a figure is called."""
    return MEASURES[measure]


def unit_label(measure: Measure) -> object:
    """Return the unit of a figure."""
    return UNITS[measure]


def change_label(type_: str) -> object:
    """Return how an event of an entry is called; one without a word stays as it is."""
    return CHANGES.get(type_, type_)
