"""What measures, deeds on accounts and links are called on the pages of administration."""

from __future__ import annotations

from collections.abc import Mapping

from registry.core.language import _, p_
from registry.programme.kinds import Measure

MEASURES: Mapping[Measure, object] = {
    Measure.SMART_FACTORY: _("Smart factory"),
    Measure.SMART_WORKSHOP: _("Smart workshop"),
    Measure.EQUIPMENT_UPGRADE: _("Enterprises with an upgrade"),
    Measure.ROBOT: _("Industrial robots in use"),
    Measure.MOBILE_ROBOT: _("Mobile robots (AGV, AMR) in use"),
}

DEEDS: Mapping[str, object] = {
    "signed_in": _("signed in"),
    "signed_out": _("signed out"),
    "signed_up": _("signed up"),
    "address_confirmed": _("confirmed the address"),
    "asked_to_join": _("asked to join an enterprise"),
    "invitation_accepted": _("accepted the invitation"),
    "account_changed": _("changed the own account"),
    "password_changed": _("changed the password"),
    "password_reset": _("set a new password by a link"),
    "session_ended": _("ended a sign-in"),
    "record_changed": _("changed the record of the enterprise"),
    "let_in": _("was let in"),
    "right_changed": _("was given another right"),
    "membership_proven": _("was proven a member"),
    "membership_refused": _("was turned away"),
    "closed": p_("account", "was closed"),
    "reopened": p_("account", "was opened again"),
    "moved": _("was given another role or district"),
    "token_made": _("made a token of the interface"),
    "token_ended": _("a token of the interface was ended"),
}
