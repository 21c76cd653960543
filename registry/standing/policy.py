"""Who may propose, decide and take back what is done to a registered entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.accounts.models import User
from registry.accounts.roles import DESK, Role
from registry.entries.models import Entry
from registry.programme.kinds import Kind
from registry.standing.models import Act, Proposal, State


@dataclass(frozen=True)
class Rule:
    """Who of the entry's district may propose an act, and whether the city must take part."""

    proposers: frozenset[Role]
    needs_city: bool


RULES: Mapping[Act, Rule] = {
    Act.REVOKE: Rule(DESK, needs_city=True),
    Act.RELOCATE: Rule(frozenset({Role.SUPERVISOR}), needs_city=False),
}
DECIDERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


def may_propose(actor: User, entry: Entry, act: Act) -> bool:
    """Say whether a person may propose an act: of the city, or of the district it stands in."""
    if actor.role is Role.ADMINISTRATOR:
        return True
    return actor.role in RULES[act].proposers and actor.district_id == entry.district_id


def may_retire(actor: User, entry: Entry) -> bool:
    """Say whether a person may take robots out of the stock: the desk of their district."""
    has_robots = entry.kind is Kind.ROBOT_DEPLOYMENT
    return has_robots and actor.role in DESK and actor.district_id == entry.district_id


def may_decide(actor: User, proposal: Proposal) -> bool:
    """Say whether a person may confirm or refuse: never one's own.

    The city decides on what any other proposed. A supervisor decides on what the city proposed for
    the own district, and on a relocation that the other district proposed.
    """
    if proposal.state is not State.OPEN or actor.id == proposal.proposed_by_id:
        return False
    if actor.role is Role.ADMINISTRATOR:
        return True
    from_district = proposal.proposed_from_id
    if actor.role is not Role.SUPERVISOR or actor.district_id == from_district:
        return False
    if RULES[proposal.act].needs_city and from_district is not None:
        return False
    return actor.district_id in {proposal.entry.district_id, proposal.district_id}


def may_withdraw(actor: User, proposal: Proposal) -> bool:
    """Say whether a person may take a proposal back: only who made it."""
    return proposal.state is State.OPEN and actor.id == proposal.proposed_by_id
