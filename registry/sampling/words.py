"""What outcomes and sizes are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.core.language import _, n_, p_
from registry.programme.kinds import Kind
from registry.sampling.models import Outcome

OUTCOMES: Mapping[Outcome, object] = {
    Outcome.IN_ORDER: p_("check", "In order"),
    Outcome.DEVIATION: p_("check", "Deviation"),
    Outcome.NOT_FOUND: p_("check", "Not found on site"),
}
COUNTED: Mapping[Outcome, Callable[[int], object]] = {
    Outcome.IN_ORDER: lambda n: n_("%(num)s in order", "%(num)s in order", n),
    Outcome.DEVIATION: lambda n: n_("%(num)s with a deviation", "%(num)s with a deviation", n),
    Outcome.NOT_FOUND: lambda n: n_("%(num)s not found on site", "%(num)s not found on site", n),
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
