"""Releasing a month: who may, which month, what is frozen, what is refused."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, WrongState
from registry.ledger.heads import read_head
from registry.ledger.models import Event, Seal
from registry.ledger.verify import verify
from registry.releases import service
from registry.releases.models import Release
from tests.factories import a_user
from tests.releases.factories import (
    END_OF_OCTOBER,
    NOW,
    OCTOBER,
    THEN,
    WORKSHOP,
    a_history,
    a_release,
    later_changes,
    signed,
)
from tests.tally.factories import a_registered


def counted(release: Release) -> list[int]:
    return [goal["counted"] for goal in release.frozen["goals"]]


def test_a_release_freezes_the_figures_of_the_last_day(app: Flask) -> None:
    a_history()
    head = read_head()

    release = a_release()

    assert (release.as_of, release.revision) == (END_OF_OCTOBER, 1)
    assert (release.head_sequence, release.head_hash) == (head.sequence, head.hash)
    assert release.sequence == head.sequence + 1
    assert counted(release) == [2, 1, 0, 331]
    assert release.frozen["goals"][3]["apart"] == {"mobile_robot": 9}
    assert [line["counted"]["smart_factory"] for line in release.frozen["districts"]] == [
        int(line["code"] in {"320582", "320583"}) for line in release.frozen["districts"]
    ]


def test_it_is_sealed_with_all_that_it_says(app: Flask) -> None:
    release = a_release()

    seal = db.session.get_one(Seal, release.sequence)
    event = db.session.scalars(sa.select(Event).where(Event.type == "figures_released")).one()
    told = json.loads(event.payload)
    assert (seal.cause, seal.rows) == ("release", 1)
    assert told["figures"] == release.frozen
    assert (told["name"], told["signer_name"]) == (release.name, release.signer_name)
    assert (told["head_sequence"], told["head_hash"]) == (
        release.head_sequence,
        release.head_hash,
    )


def test_it_stays_as_it_was_whatever_is_recorded_later(app: Flask) -> None:
    _, there = a_history()
    release = a_release()

    later_changes(there)
    db.session.commit()

    assert counted(db.session.get_one(Release, release.sequence)) == [2, 1, 0, 331]
    assert verify().fault is None


def test_only_the_city_releases(app: Flask) -> None:
    for role in (Role.MEMBER, Role.OFFICER, Role.SUPERVISOR, Role.LEADER):
        with pytest.raises(NotAllowed):
            a_release(by=a_user(role))


@pytest.mark.parametrize("month", [date(2026, 11, 1), date(2024, 12, 1), date(2026, 10, 2)])
def test_only_a_month_that_has_ended_within_the_programme(app: Flask, month: date) -> None:
    with pytest.raises(Invalid):
        a_release(month)


def test_a_month_may_be_released_on_its_last_day(app: Flask) -> None:
    at = THEN.replace(month=10, day=31)

    assert a_release(at=at).as_of == END_OF_OCTOBER


@pytest.mark.parametrize("name", ["", "  ", "长" * 61])
def test_it_wants_a_name_that_fits(app: Flask, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        a_release(name=name)

    assert refusal.value.field == "name"


def test_the_second_has_a_number_of_its_own(app: Flask) -> None:
    _, there = a_history()
    first = a_release()
    later_changes(there)

    second = a_release(at=NOW, reason="补录了迟报的车间。")

    assert (first.revision, second.revision) == (1, 2)
    assert (counted(first), counted(second)) == ([2, 1, 0, 331], [1, 2, 0, 331])
    assert verify().fault is None


def test_a_second_one_without_a_reason_is_refused(app: Flask) -> None:
    a_release()

    with pytest.raises(Invalid) as refusal:
        a_release(at=NOW)

    assert refusal.value.field == "reason"


def test_figures_that_changed_while_they_were_read_are_not_released(app: Flask) -> None:
    a_history()
    seen, by = read_head().sequence, a_user(Role.ADMINISTRATOR)
    a_registered(WORKSHOP, on=date(2026, 10, 2))

    with pytest.raises(WrongState):
        service.release(OCTOBER, signed(), by=by, at=NOW, seen=seen)


def test_what_does_not_touch_the_month_is_no_change(app: Flask) -> None:
    a_history()
    seen, by = read_head().sequence, a_user(Role.ADMINISTRATOR)
    a_registered(WORKSHOP, on=date(2026, 11, 2))

    outcome = service.release(OCTOBER, signed(), by=by, at=NOW, seen=seen)

    assert outcome.release is not None
    assert outcome.release.head_sequence == seen + 1


@pytest.mark.parametrize("seen", [0, 999_999])
def test_what_was_never_seen_is_refused(app: Flask, seen: int) -> None:
    by = a_user(Role.ADMINISTRATOR)

    with pytest.raises(WrongState):
        service.release(OCTOBER, signed(), by=by, at=NOW, seen=seen)


def test_a_month_released_meanwhile_is_looked_at_first(app: Flask) -> None:
    seen, by = read_head().sequence, a_user(Role.ADMINISTRATOR)
    a_release()

    with pytest.raises(WrongState):
        service.release(OCTOBER, signed(reason="再发"), by=by, at=NOW, seen=seen)


def test_the_same_key_releases_once(app: Flask) -> None:
    by = a_user(Role.ADMINISTRATOR)
    a_release(by=by, key="one-key")

    with clock.set_to(NOW + timedelta(seconds=1)):
        again = service.release(OCTOBER, signed(), by=by, at=NOW, seen=1, key="one-key")

    assert (again.release, again.led_to) == (None, "")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Release)) == 1
