"""Proposals and what they ask for, made by the same functions that people use."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any  # what a proposal asks for

import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.entries.models import Entry, UnitStatus
from registry.ledger.heads import read_head
from registry.ledger.queries import read_totals
from registry.programme.kinds import Measure
from registry.standing import service
from registry.standing.changes import Asked, Leaving
from registry.standing.models import Act, Proposal, State
from registry.standing.queries import version_of
from registry.standing.service import Outcome
from tests.factories import a_district, a_user, an_enterprise
from tests.importing.factories import import_lines

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 10, 1)
BEFORE = DAY - timedelta(days=1)
KUNSHAN, ZHANGJIAGANG = "320583", "320582"


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


def total(measure: Measure, on: date, *, code: str = KUNSHAN) -> int:
    head = read_head()
    totals = read_totals(on, head=head, newest=head)
    return totals.get((a_district(code).id, measure), 0)


def administrator() -> User:
    return a_user(Role.ADMINISTRATOR)


def officer(role: Role = Role.OFFICER, code: str = KUNSHAN) -> User:
    return a_user(role, district=a_district(code))


def a_lot(quantity: int) -> Entry:
    with clock.set_to(NOW - timedelta(days=30)):
        import_lines(
            {
                "kind": "robot_deployment",
                "enterprise": an_enterprise().name,
                "district": KUNSHAN,
                "title": "老名单",
                "decided_on": "2026-06-01",
                "quantity": quantity,
            },
            at=NOW - timedelta(days=30),
        )
    return db.session.scalars(sa.select(Entry).order_by(Entry.id.desc()).limit(1)).one()
