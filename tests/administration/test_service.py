"""What is done to the programme: dates, words, rounds; each change sealed, and provable."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.administration.queries import is_posted
from registry.administration.service import (
    Window,
    change_programme,
    change_round,
    check_effective,
    open_round,
)
from registry.core.database import db
from registry.core.errors import Invalid
from registry.ledger.models import Event, Posting
from registry.ledger.queries import read_goals, read_head
from registry.ledger.verify import verify
from registry.programme.kinds import Kind
from registry.programme.queries import get_programme, is_open
from tests.factories import a_user
from tests.tally.factories import a_registered

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def administrator() -> User:
    return a_user(Role.ADMINISTRATOR)


def last_event() -> tuple[str, str]:
    row = db.session.execute(
        sa.select(Event.type, Event.payload).order_by(Event.sequence.desc()).limit(1)
    ).one()
    return row.type, row.payload


def test_last_day_changes_with_a_sealed_event(administrator: User) -> None:
    changed = change_programme(
        get_programme(), {"ends_on": date(2028, 6, 30), "name_en": "New"}, by=administrator
    )

    assert changed == ["ends_on", "name_en"]
    assert last_event() == (
        "programme_changed",
        '{"changed":["ends_on","name_en"],"ends_on":"2028-06-30"}',
    )
    assert verify().fault is None


def test_same_words_are_no_deed(administrator: User) -> None:
    before = read_head().sequence

    assert (
        change_programme(get_programme(), {"ends_on": date(2027, 12, 31)}, by=administrator) == []
    )
    assert read_head().sequence == before


def test_first_day_is_fixed_once_a_figure_is_posted(administrator: User) -> None:
    a_registered(Kind.SMART_FACTORY, on=date(2025, 5, 1))

    assert is_posted(get_programme().id)
    with pytest.raises(Invalid) as refusal:
        change_programme(get_programme(), {"starts_on": date(2024, 1, 1)}, by=administrator)
    assert refusal.value.field == "starts_on"


def test_earlier_first_day_counts_what_stood_before_it_and_takes_the_targets_along(
    administrator: User,
) -> None:
    a_registered(Kind.SMART_FACTORY, on=date(2024, 5, 1))
    assert not is_posted(get_programme().id)

    change_programme(get_programme(), {"starts_on": date(2024, 1, 1)}, by=administrator)

    assert db.session.scalar(sa.select(sa.func.sum(Posting.quantity))) == 1
    assert [goal.target for goal in read_goals(date(2024, 1, 1), read_head())] == [
        10,
        100,
        1_000,
        10_000,
    ]
    assert verify().fault is None


def test_programme_does_not_end_before_it_starts(administrator: User) -> None:
    with pytest.raises(Invalid) as refusal:
        change_programme(get_programme(), {"ends_on": date(2024, 1, 1)}, by=administrator)

    assert refusal.value.field == "ends_on"


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2028, 1, 1)])
def test_versions_begin_within_the_programme(day: date) -> None:
    with pytest.raises(Invalid):
        check_effective(get_programme().goals[0], day)


def test_round_limits_its_kind_alone(administrator: User) -> None:
    window = Window("2026-1", date(2026, 3, 1), date(2026, 3, 31))
    made = open_round(get_programme(), Kind.SMART_FACTORY, window, by=administrator)

    assert [is_open(Kind.SMART_FACTORY, on=date(2026, 3, day)) for day in (1, 31)] == [True, True]
    assert not is_open(Kind.SMART_FACTORY, on=date(2026, 4, 1))
    assert is_open(Kind.SMART_WORKSHOP, on=date(2026, 4, 1))

    change_round(made, Window("2026-1", date(2026, 3, 1), date(2026, 4, 1)), by=administrator)
    assert is_open(Kind.SMART_FACTORY, on=date(2026, 4, 1))
    assert verify().fault is None


@pytest.mark.parametrize(
    ("window", "field"),
    [
        (Window("2026-2", date(2026, 3, 2), date(2026, 3, 1)), "closes_on"),
        (Window("2026-1", date(2026, 5, 1), date(2026, 5, 2)), "name"),
    ],
)
def test_round_that_cannot_be_is_refused(administrator: User, window: Window, field: str) -> None:
    known = Window("2026-1", date(2026, 3, 1), date(2026, 3, 31))
    open_round(get_programme(), Kind.SMART_FACTORY, known, by=administrator)

    with pytest.raises(Invalid) as refusal:
        open_round(get_programme(), Kind.SMART_FACTORY, window, by=administrator)
    assert refusal.value.field == field
