"""Drawing: from where, how many, by a seed nobody chooses, and so that anybody can repeat it."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Role
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed
from registry.entries.models import Entry
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.verify import verify
from registry.sampling.models import Draw
from registry.sampling.queries import read_order
from tests.factories import a_district, a_user, an_enterprise
from tests.sampling.factories import (
    KUNSHAN,
    NOW,
    ROBOTS,
    UPGRADE,
    WORKSHOP,
    ZHANGJIAGANG,
    a_draw,
    drawn,
    officer,
    robots,
    workshops,
)
from tests.tally.factories import a_registered, revoke


def numbers(draw: Draw) -> list[str | None]:
    return [row.entry.number for row in drawn(draw)]


def test_the_seed_is_the_hash_of_the_record_that_ordered_the_draw(app: Flask) -> None:
    workshops(8)

    draw = a_draw()

    seal = db.session.get_one(Seal, draw.sequence)
    event = db.session.scalars(sa.select(Event).where(Event.sequence == draw.sequence)).one()
    assert (seal.cause, seal.rows, draw.seed) == ("draw", 1, seal.hash)
    assert event.type == "sample_drawn"
    assert json.loads(event.payload)["size"] == 3
    assert json.loads(event.payload)["population"] == 8


def test_anybody_repeats_it_with_a_hash_and_a_list(app: Flask) -> None:
    workshops(8)

    draw = a_draw()

    every = db.session.scalars(sa.select(Entry.number)).all()
    order = sorted(every, key=lambda n: hashlib.sha256(f"{draw.seed}|{n}".encode()).hexdigest())
    assert numbers(draw) == order[:3]
    assert [placed.member.number for placed in read_order(draw)] == order


def test_two_draws_of_the_same_are_two_samples_with_two_numbers(app: Flask) -> None:
    workshops(40)

    first, second = a_draw("10"), a_draw("10", at=NOW)

    assert (first.number, second.number) == (1, 2)
    assert first.seed != second.seed
    assert numbers(first) != numbers(second)


def test_the_population_is_what_stands_behind_the_figure(app: Flask) -> None:
    workshops(4)
    workshops(3, district=ZHANGJIAGANG)
    a_registered(WORKSHOP, on=date(2024, 5, 1))  # before the programme
    revoke(a_registered(WORKSHOP, on=date(2026, 2, 1)), on=date(2026, 5, 1))
    robots(12)

    assert a_draw("1").population == 7
    assert a_draw("1", district_id=a_district(KUNSHAN).id).population == 4
    assert a_draw("1", kind=ROBOTS).population == 1


def test_an_enterprise_is_drawn_at_the_upgrade_that_counts(app: Flask) -> None:
    firm = an_enterprise()
    first = a_registered(UPGRADE, on=date(2026, 2, 1), enterprise=firm)
    a_registered(UPGRADE, on=date(2026, 3, 1), enterprise=firm)

    draw = a_draw("100%", kind=UPGRADE)

    assert [(row.entry_id, row.quantity) for row in drawn(draw)] == [(first.id, 1)]


def test_a_period_leaves_out_what_counts_from_another_day(app: Flask) -> None:
    workshops(5, on=date(2026, 3, 1))

    draw = a_draw("100%", since=date(2026, 3, 2), until=date(2026, 3, 4))

    assert sorted(row.entry.effective_on or date.min for row in drawn(draw)) == [
        date(2026, 3, 2),
        date(2026, 3, 3),
        date(2026, 3, 4),
    ]


@pytest.mark.parametrize(
    ("asked", "size"), [("1", 1), ("7", 7), ("10%", 1), ("15%", 2), ("50％", 4), ("100%", 7)]
)
def test_a_size_is_a_number_or_a_share_rounded_up(app: Flask, asked: str, size: int) -> None:
    workshops(7)

    draw = a_draw(asked)

    assert (draw.size, len(drawn(draw))) == (size, size)


@pytest.mark.parametrize("asked", ["", "0", "8", "-1", "1.5", "0%", "101%", "五", "1" * 30, "9e9"])
def test_what_is_no_size_is_refused(app: Flask, asked: str) -> None:
    workshops(7)

    with pytest.raises(Invalid) as refusal:
        a_draw(asked)

    assert refusal.value.field == "size"


def test_from_nothing_nothing_is_drawn(app: Flask) -> None:
    with pytest.raises(Invalid) as refusal:
        a_draw("1")

    assert refusal.value.field == "size"


def test_days_out_of_order_and_a_blank_purpose_are_refused(app: Flask) -> None:
    workshops(2)

    with pytest.raises(Invalid) as out_of_order:
        a_draw("1", since=date(2026, 3, 2), until=date(2026, 3, 1))
    with pytest.raises(Invalid) as blank:
        a_draw("1", purpose="  ")

    assert (out_of_order.value.field, blank.value.field) == ("until", "purpose")


def test_the_city_draws_everywhere_a_supervisor_from_the_own_district(app: Flask) -> None:
    workshops(2)
    supervisor, here = officer(role=Role.SUPERVISOR), a_district(KUNSHAN).id
    there = a_district(ZHANGJIAGANG).id

    assert a_draw("1", by=supervisor, district_id=here).size == 1
    for by, place in (
        (supervisor, None),
        (supervisor, there),
        (officer(), here),
        (a_user(Role.LEADER), None),
        (a_user(Role.MEMBER), None),
    ):
        with pytest.raises(NotAllowed):
            a_draw("1", by=by, district_id=place)


def test_a_draw_changes_no_figure(app: Flask) -> None:
    workshops(5)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Posting))

    a_draw()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == before
    assert verify().fault is None


def test_it_is_proved_whatever_is_recorded_later(app: Flask) -> None:
    workshops(6)
    draw = a_draw("4")
    before = numbers(draw)
    workshops(3)
    revoke(drawn(draw)[0].entry, on=date(2026, 11, 1))
    db.session.commit()

    assert verify().fault is None
    assert [placed.member.number for placed in read_order(draw)][:4] == before
    assert len(read_order(draw)) == 6


def test_the_same_key_draws_once(app: Flask) -> None:
    workshops(5)
    by = officer(role=Role.SUPERVISOR)
    place = a_district(KUNSHAN).id
    a_draw("2", by=by, district_id=place, key="one-key")

    with pytest.raises(AssertionError):
        a_draw("2", by=by, district_id=place, key="one-key")

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Draw)) == 1
