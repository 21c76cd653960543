"""What the pages of other rooms show of this one: beside an entry, and on the first pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_login import current_user

from registry.accounts.access import get_actor
from registry.accounts.models import User
from registry.accounts.roles import DESK, Role
from registry.core.language import _
from registry.entries.models import Entry
from registry.standing import policy, queries
from registry.standing.models import Act
from registry.standing.queries import Happening


@dataclass(frozen=True)
class Beside:
    """What a person may do to an entry, the proposal that is open, and what was done."""

    actions: Sequence[tuple[object, str]]
    open_url: str
    story: Sequence[Happening]


def beside_entry(entry: Entry) -> Beside:
    """Return what stands beside a registered entry for the person who looks at it."""
    actor = get_actor() if current_user.is_authenticated else None
    story = queries.tell_story(entry, reader=actor)
    if actor is None or actor.role not in DESK | {Role.ADMINISTRATOR}:
        return Beside([], "", story)
    proposal = queries.find_open(entry)
    is_ours = proposal is not None and queries.may_see(actor, proposal)
    open_url = url_for("standing.proposal", proposal_id=proposal.id) if proposal and is_ours else ""
    return Beside(_actions(actor, entry, is_free=proposal is None), open_url, story)


def _actions(actor: User, entry: Entry, *, is_free: bool) -> Sequence[tuple[object, str]]:
    if entry.revoked_on is not None:
        return []
    found: list[tuple[object, str]] = []
    if policy.may_retire(actor, entry):
        found.append((_("Robots have left …"), url_for("standing.retire", number=entry.number)))
    if is_free and policy.may_propose(actor, entry, Act.RELOCATE):
        found.append(
            (_("Change the district …"), url_for("standing.relocate", number=entry.number))
        )
    if is_free and policy.may_propose(actor, entry, Act.REVOKE):
        found.append((_("Revoke …"), url_for("standing.revoke", number=entry.number)))
    return found


def count_waiting_for() -> int:
    """Count the proposals that wait for the person who looks at a page."""
    return queries.count_waiting(get_actor()) if current_user.is_authenticated else 0
