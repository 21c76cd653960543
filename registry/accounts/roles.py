"""Who a person is, what a member may do for its enterprise, and how far that is proven."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """One account has one role. A supervisor is an officer with more rights in the own district."""

    MEMBER = "member"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What a member may do: an owner everything, an editor fills in, a signer also submits."""

    OWNER = "owner"
    EDITOR = "editor"
    SIGNER = "signer"


class Membership(StrEnum):
    """How far a person's belonging to the enterprise is shown.

    `asked`: a further person waits to be let in. `unproven`: drafts and files, sees only
    what it began itself. `proven`: a district officer has seen the licence. `refused`: not ours.
    """

    ASKED = "asked"
    UNPROVEN = "unproven"
    PROVEN = "proven"
    REFUSED = "refused"


DESK = frozenset({Role.OFFICER, Role.SUPERVISOR})
EVERYONE = frozenset(Role)
