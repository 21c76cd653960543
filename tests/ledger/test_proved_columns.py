"""Every column of what is counted and shown is proved, or stands in a list that says why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any  # values of columns of all types

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import Base, db
from registry.districts.queries import list_districts
from registry.entries.models import Entry
from registry.ledger.goals import allocate, set_milestones
from registry.ledger.verify import verify
from registry.programme.kinds import Kind
from registry.programme.models import Goal
from registry.programme.plan import Milestone
from registry.sampling.models import Outcome
from tests.applications.amendments import a_registered, adding, amend, owner_of
from tests.conftest import STARTS_ON
from tests.ledger.test_verify import by_hand
from tests.releases.factories import a_release
from tests.sampling.factories import a_draw, a_result, drawn, robots, workshops

# Nothing is counted by these, and the deeds that change them are sealed.
FROZEN = "as it is typed; as it was filed it is frozen, and the frozen form is proved"
DESK = "how the desk stands with a case: when, by whom, until when"
OF_ENTRY = "that of its entry, from which all is counted and which is proved once it is registered"
SEARCH = "made of another column for searching; that one is proved"
DETAIL = "describes the thing beyond what a list shows; frozen with the filing"
PERSON = "who did it; the seal of the deed says so, and is proved"
LEFT = "says how it left, and it has not; of one that has, the recount proves it"
UNPROVED: Mapping[str, Mapping[str, str]] = {
    "entry": {
        "title_key": SEARCH,
        "site_address": DETAIL,
        "invest_total_wan": DETAIL,
        "summary": DETAIL,
        "effects": DETAIL,
        "is_asked": SEARCH,
        "document": DETAIL,
        "created_at": DETAIL,
    },
    "robot_unit": {
        "axes": DETAIL,
        "payload_kg": DETAIL,
        "reach_mm": DETAIL,
        "repeatability_mm": DETAIL,
        "application": DETAIL,
        "origin": DETAIL,
        "country": DETAIL,
        "unit_price_wan": DETAIL,
        "invoice_code": DETAIL,
        "invoice_no": DETAIL,
        "invoice_key": SEARCH,
        "invoice_on": DETAIL,
        "commissioned_on": DETAIL,
        "is_new": DETAIL,
        "status": DETAIL,
        "workshop": DETAIL,
    },
    "robot_lot": {"retired": LEFT},
    "application": {
        "kind": OF_ENTRY,
        "enterprise_id": OF_ENTRY,
        "district_id": OF_ENTRY,
        "round_id": DESK,
        "version": DESK,
        "form": FROZEN,
        "review": DESK,
        "quantity": FROZEN,
        "started_by_id": PERSON,
        "started_at": DESK,
        "saved_at": DESK,
        "filings_count": DESK,
        "first_filed_at": DESK,
        "filed_at": DESK,
        "decided_at": DESK,
        "due_on": DESK,
        "days_left": DESK,
        "answer_by": DESK,
        "holder_id": DESK,
        "held_at": DESK,
        "decision_reason": DESK,
        "decision_note": DESK,
    },
    "filing": {"filed_by_id": PERSON, "filed_at": DESK},
}
TABLES = (
    "seal",
    "event",
    "posting",
    "cell",
    "trend",
    "entry",
    "entry_district",
    "robot_unit",
    "robot_lot",
    "application",
    "filing",
    "goal_version",
    "plan_version",
    "allocation",
    "release",
    "draw",
    "draw_entry",
    "check_result",
)
WHICH = {  # a row that counts or is shown; elsewhere any does
    "entry": "id = (select min(entry_id) from posting where measure = 'smart_workshop')",
    "robot_unit": "is_registered",
    "application": "amends_id is not null",
    "posting": "measure = 'robot'",
    "cell": "total > 0",
    "trend": "total > 0",
}


@pytest.fixture
def register(app: Flask) -> None:
    """A register that has something in each of the tables, and a proof that all is well."""
    workshops(4)
    robots(7)
    first = a_registered(2)
    amend(db.session.get_one(Entry, first.entry_id), by=owner_of(first), edit=adding(1))
    goal = db.session.scalars(sa.select(Goal).where(Goal.kind == Kind.SMART_FACTORY)).one()
    set_milestones(goal, [Milestone(date(2025, 12, 31), 3)], effective_on=STARTS_ON, by=None)
    shares = {district.id: 1 for district in list_districts()}
    allocate(goal, shares, effective_on=STARTS_ON, by=None)
    a_release()
    a_result(drawn(a_draw("2"))[0], Outcome.DEVIATION)
    db.session.commit()
    assert verify().fault is None


def _other(column: sa.Column[Any], value: Any) -> Any:
    """Return another value that the column can hold."""
    if isinstance(column.type, sa.Enum):
        return next(word for word in column.type.enums if word != value)
    if isinstance(column.type, sa.JSON):
        return {"other": 1}
    if value is None:
        return _first(column)
    if isinstance(value, str):
        return f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"
    return not value if isinstance(value, bool) else value + _least(value)


def _least(value: Any) -> Any:
    if isinstance(value, datetime):
        return timedelta(microseconds=1)
    return timedelta(days=1) if isinstance(value, date) else 1


def _first(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    firsts = {date: date(2026, 11, 1), datetime: datetime(2026, 11, 1, tzinfo=UTC)}
    return firsts[kind] if kind in firsts else kind(1)


def _alter(table: sa.Table, column: sa.Column[Any]) -> None:
    """Change one column of one row by hand."""
    keys = list(table.primary_key.columns)
    found = sa.select(*keys, sa.type_coerce(column, _plain(column))).order_by(*keys)
    row = db.session.execute(found.where(sa.text(WHICH.get(table.name, "1 = 1")))).first()
    assert row is not None, table.name
    place = sa.and_(*(key == value for key, value in zip(keys, row, strict=False)))
    other = sa.literal(_other(column, row[-1]), _plain(column))
    db.session.execute(sa.update(table).where(place).values({column.name: other}))


def _plain(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    """Return a type that takes what the database has, and not only what the model allows."""
    return sa.String() if isinstance(column.type, sa.Enum) else column.type


def _is_proved(table: sa.Table, column: sa.Column[Any]) -> bool:
    """Say whether the proof finds a row altered there, or the database refuses to alter it."""
    try:
        with by_hand():
            _alter(table, column)
        return verify().fault is not None
    except sa.exc.IntegrityError:
        return True
    finally:
        db.session.rollback()


@pytest.mark.parametrize("name", TABLES)
def test_a_column_altered_by_hand_is_named_or_listed(register: None, name: str) -> None:
    """Of keys there are tests of their own: a row that is another's is missing."""
    table = Base.metadata.tables[name]
    columns = [column for column in table.columns if not column.primary_key]

    unproved = {column.name for column in columns if not _is_proved(table, column)}

    assert unproved == UNPROVED.get(name, {}).keys()
