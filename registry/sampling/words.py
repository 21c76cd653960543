"""What outcomes and sizes are called."""

from __future__ import annotations

from collections.abc import Mapping

from registry.core.language import _, p_
from registry.programme.kinds import Kind
from registry.sampling.models import Outcome

OUTCOMES: Mapping[Outcome, object] = {
    Outcome.IN_ORDER: p_("check", "In order"),
    Outcome.DEVIATION: p_("check", "Deviation"),
    Outcome.NOT_FOUND: p_("check", "Not found on site"),
}
LOOKS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.IN_ORDER: ("good", "tick"),
    Outcome.DEVIATION: ("heed", "warn"),
    Outcome.NOT_FOUND: ("late", "cross"),
}
UNITS: Mapping[Kind, object] = {
    Kind.SMART_FACTORY: _("factories"),
    Kind.SMART_WORKSHOP: _("workshops"),
    Kind.EQUIPMENT_UPGRADE: _("enterprises"),
    Kind.ROBOT_DEPLOYMENT: _("robots"),
}
COUNTS_FOUND = frozenset({Kind.ROBOT_DEPLOYMENT})
