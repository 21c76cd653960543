"""What each measure of the ledger is called, and its unit."""

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
