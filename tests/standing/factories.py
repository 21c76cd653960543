"""Proposals and what they ask for, made by the same functions that people use."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any  # what a proposal asks for

from registry.accounts.models import User
from registry.entries.models import Entry, UnitStatus
from registry.standing import service
from registry.standing.changes import Asked, Leaving
from registry.standing.models import Act, Proposal, State
from registry.standing.queries import version_of
from registry.standing.service import Outcome

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 10, 1)


def asking(**given: Any) -> Asked:
    """Return what a revocation asks for, or what is given."""
    words = {
        "reason_code": "untrue",
        "reason": "核查发现设备并未购置。",
        "document": "苏工信〔2026〕88号",
    }
    return Asked(**{**words, "effective_on": DAY, **given})


def asking_to_move(district_id: int, **given: Any) -> Asked:
    return asking(**{"reason_code": "moved", "district_id": district_id, **given})


def a_proposal(
    entry: Entry,
    act: Act = Act.REVOKE,
    *,
    by: User,
    asked: Asked | None = None,
    at: datetime = NOW,
    key: str | None = None,
) -> Proposal:
    outcome = service.propose(
        entry.id, act, asked or asking(), by=by, at=at, seen=version_of(entry.id), key=key
    )
    assert outcome.proposal is not None
    return outcome.proposal


def settle(
    proposal: Proposal,
    state: State = State.CONFIRMED,
    *,
    by: User,
    at: datetime = NOW,
    note: str = "",
    key: str | None = None,
) -> Outcome:
    seen = version_of(proposal.entry_id)
    return service.decide(proposal.id, state, by=by, at=at, seen=seen, note=note, key=key)


def leave(entry: Entry, *, by: User, at: datetime = NOW, **given: Any) -> Outcome:
    leaving = {"on": DAY, "way": UnitStatus.SCRAPPED, "note": "企业来函报告已报废。", **given}
    return service.retire(entry.id, Leaving(**leaving), by=by, at=at, seen=version_of(entry.id))
