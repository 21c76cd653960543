"""What roles, rights and memberships are called on a page."""

from __future__ import annotations

from registry.accounts.roles import Membership, Right, Role
from registry.core.language import _, p_

ROLES = {
    Role.MEMBER: _("Enterprise"),
    Role.OFFICER: _("District officer"),
    Role.SUPERVISOR: _("District supervisor"),
    Role.LEADER: _("Leadership"),
    Role.ADMINISTRATOR: _("City administrator"),
}
RIGHTS = {
    Right.OWNER: _("Owner: everything, members included"),
    Right.SIGNER: _("Signer: fills in and files"),
    Right.EDITOR: _("Editor: fills in"),
}
MEMBERSHIPS = {
    Membership.ASKED: _("Asks to join"),
    Membership.UNPROVEN: _("Licence not seen yet"),
    Membership.PROVEN: p_("membership", "Proven"),
    Membership.REFUSED: _("Not a member"),
}
