"""Who draws samples, who records what was found, and who reads the officers' words."""

from __future__ import annotations

from registry.accounts.models import User
from registry.accounts.roles import DESK, Role

DRAWERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
READERS = frozenset({*DESK, Role.LEADER, Role.ADMINISTRATOR})


def may_draw(actor: User, *, district_id: int | None) -> bool:
    """Say whether a person may draw from a district (None: the whole city)."""
    if actor.role is Role.ADMINISTRATOR:
        return True
    return actor.role is Role.SUPERVISOR and actor.district_id == district_id


def may_record(actor: User, *, district_id: int) -> bool:
    """Say whether a person may record what was found where an entry stands now: its desk."""
    return actor.role in DESK and actor.district_id == district_id


def may_read_words(actor: User, *, district_id: int) -> bool:
    """Say whether a person may read the officers' words: the city, and the district itself."""
    if actor.role is Role.ADMINISTRATOR:
        return True
    if actor.role is Role.LEADER and actor.district_id is None:
        return True
    return actor.role in READERS and actor.district_id == district_id
