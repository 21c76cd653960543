"""What acts, states and reasons are called."""

from __future__ import annotations

from collections.abc import Mapping

from registry.core.language import _, p_
from registry.entries.models import UnitStatus
from registry.standing.models import Act, State

MOVED, RECORDED_WRONGLY = "moved", "recorded_wrongly"
ACTS: Mapping[Act, object] = {
    Act.REVOKE: _("Revocation"),
    Act.RELOCATE: _("Change of district"),
}
STATES: Mapping[State, object] = {
    State.OPEN: p_("proposal", "Waits for confirmation"),
    State.CONFIRMED: p_("proposal", "Confirmed"),
    State.REFUSED: p_("proposal", "Refused"),
    State.WITHDRAWN: p_("proposal", "Withdrawn"),
}
REASONS: Mapping[Act, Mapping[str, object]] = {
    Act.REVOKE: {
        "untrue": _("What was filed is not true"),
        "ended": _("The project was given up or dismantled"),
        "unfit": _("It no longer meets the conditions"),
        "inspection": _("Found by audit or inspection"),
        "asked_for": _("The enterprise asked for it"),
        "other": _("Another reason, given in words"),
    },
    Act.RELOCATE: {
        MOVED: _("It was moved to another district"),
        RECORDED_WRONGLY: _("The district was recorded wrongly from the beginning"),
    },
}
WAYS: Mapping[UnitStatus, object] = {
    UnitStatus.SCRAPPED: _("Scrapped"),
    UnitStatus.SOLD: _("Sold"),
    UnitStatus.MOVED: _("Moved out of the city"),
}
TITLES: Mapping[str, object] = {
    "approved": _("Approved"),
    "revocation_proposed": _("Revocation proposed"),
    "revocation_refused": _("Proposal of revocation refused"),
    "revocation_withdrawn": _("Proposal of revocation withdrawn"),
    "revoked": _("Revoked in the register"),
    "relocation_proposed": _("Change of district proposed"),
    "relocation_refused": _("Proposal to change the district refused"),
    "relocation_withdrawn": _("Proposal to change the district withdrawn"),
    "relocated": _("District changed"),
    "retired": _("Robots left the stock"),
    "amended": _("Amended in the register"),
    "corrected": _("Corrected in the register"),
}
OPEN_TO_THE_FIRM = frozenset(
    {"approved", "revoked", "relocated", "retired", "amended", "corrected"}
)
EVENTS: Mapping[tuple[Act, State], str] = {
    (Act.REVOKE, State.OPEN): "revocation_proposed",
    (Act.REVOKE, State.CONFIRMED): "revoked",
    (Act.REVOKE, State.REFUSED): "revocation_refused",
    (Act.REVOKE, State.WITHDRAWN): "revocation_withdrawn",
    (Act.RELOCATE, State.OPEN): "relocation_proposed",
    (Act.RELOCATE, State.CONFIRMED): "relocated",
    (Act.RELOCATE, State.REFUSED): "relocation_refused",
    (Act.RELOCATE, State.WITHDRAWN): "relocation_withdrawn",
}
