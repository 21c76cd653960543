"""P3: an approval with the ledger's step against the same without it.

Both run the service's own `perform` on claimed cases and commit durably. Without: no ledger lock,
no seal, no posting, no cell; the event is still written, to a table like `event` that hangs on no
seal. Each approval with the ledger stands between two without it, all three of one kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, groupby
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple  # rows of events

import sqlalchemy as sa

from registry.accounts.models import User
from registry.applications import service
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.status import Status
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.entries.catalogue import CATALOGUE
from registry.ledger.models import Event
from registry.ledger.service import Deed, deed
from registry.programme.kinds import Kind
from tests.bench.lines import Line, at_most, ms
from tests.bench.places import SQLITE, Place
from tests.bench.seeds import add_claimed
from tests.bench.things import UNITS_A_CASE

IDS = ("P3",)
TRIPLES = 200
GOALS = {SQLITE: 1.15, "postgresql": 1.25}
PLAIN = """
    CREATE TABLE event_plain (
        sequence INTEGER NOT NULL, position INTEGER NOT NULL,
        application_id INTEGER REFERENCES application (id),
        entry_id INTEGER REFERENCES entry (id), batch_id INTEGER REFERENCES batch (id),
        type VARCHAR(40) NOT NULL, payload TEXT NOT NULL, digest VARCHAR(64) NOT NULL,
        PRIMARY KEY (sequence, position))
"""
_sequences = count(1)


class Claimed(NamedTuple):
    """A case that waits for its officer's approval."""

    id: int
    kind: Kind
    holder_id: int
    version: int


def list_claimed() -> list[Claimed]:
    """List the claimed cases, kind by kind."""
    found = (
        sa.select(Application.id, Application.kind, Application.holder_id, Application.version)
        .where(Application.status == Status.IN_REVIEW)
        .order_by(Application.kind, Application.id)
    )
    rows = [Claimed._make(row) for row in db.session.execute(found)]
    db.session.remove()
    return rows


def approve(case: Claimed) -> None:
    """Approve a case as its officer does, and commit."""
    facts = CATALOGUE[case.kind]
    is_robots = case.kind is Kind.ROBOT_DEPLOYMENT
    given = Given(
        checks=[item.code for item in facts.checklist],
        verified=range(1, UNITS_A_CASE + 1) if is_robots else (),
        lots="on_top",
    )
    by = db.session.get_one(User, case.holder_id)
    at = clock.now()
    service.perform(case.id, Action.APPROVE, by=by, at=at, seen=case.version, given=given)
    db.session.commit()
    db.session.remove()


def measure(place: Place) -> Iterator[Line]:
    with place.copy() as copy:
        add_claimed(copy, TRIPLES * 4)
        with copy.app.app_context():
            _make_plain()
            yield _measure(copy)


def _make_plain() -> None:
    db.session.execute(sa.text(PLAIN))
    for index in Event.__table__.indexes:  # type: ignore[attr-defined]  # a table has them
        columns = ", ".join(column.name for column in index.columns)
        db.session.execute(sa.text(f"CREATE INDEX {index.name}_plain ON event_plain ({columns})"))
    db.session.commit()


def _measure(place: Place) -> Line:
    times: list[tuple[float, float, float]] = []
    for _, group in groupby(list_claimed(), key=lambda case: case.kind):
        cases = list(group)
        for case in cases[:3]:
            approve(case)
        for at in range(3, len(cases) - 2, 3):
            before = _time(cases[at], with_ledger=False)
            between = _time(cases[at + 1], with_ledger=True)
            times.append((before, between, _time(cases[at + 2], with_ledger=False)))
    ratio = median(2 * between / (before + after) for before, between, after in times)
    middle = [median(part) for part in zip(*times, strict=True)]
    detail = (
        f"{len(times)} approvals at {place.size:,} entries: with the ledger {ms(middle[1])},"
        f" without it {ms(middle[0])} before, {ms(middle[2])} after"
    )
    cause = "the statements of the ledger's step cost more of an approval than that"
    goal = GOALS[place.database]
    return at_most("P3", place.database, ratio, goal, detail=detail, cause=cause)


def _time(case: Claimed, *, with_ledger: bool) -> float:
    service.deed = deed if with_ledger else _deed_without_ledger  # type: ignore[attr-defined]  # here only
    try:
        start = perf_counter()
        approve(case)
        return perf_counter() - start
    finally:
        service.deed = deed  # type: ignore[attr-defined]  # as it was


@dataclass
class _Plain(Deed):
    """A deed that only records its events."""

    def touch(self, entry_ids: Collection[int]) -> None:  # noqa: ARG002 - none is recounted
        db.session.flush()


@contextmanager
def _deed_without_ledger(*, by: User | None, cause: str) -> Iterator[Deed]:
    db.session.flush()
    opened = _Plain(by.id if by else None, cause, next(_sequences), clock.now(), "")
    yield opened
    db.session.flush()
    rows: list[dict[str, Any]] = opened.events
    db.session.execute(INSERT_PLAIN, rows)


_NAMES = [column.name for column in Event.__table__.columns]
INSERT_PLAIN = sa.insert(sa.table("event_plain", *map(sa.column, _NAMES)))
