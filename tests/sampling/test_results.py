"""Results: who records them, what is refused, further looks, and the share that was checked."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any  # what was seen

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, NotFound, WrongState
from registry.ledger.answers import read_tally, to_json
from registry.ledger.checks import Checked, read_checked
from registry.ledger.heads import KnownAt, read_head
from registry.ledger.models import Event, Posting
from registry.ledger.verify import verify
from registry.programme.kinds import Measure
from registry.sampling import service
from registry.sampling.models import CheckResult, Draw, Outcome
from registry.sampling.queries import checks_of, get_draw
from tests.factories import a_user
from tests.sampling.factories import (
    KUNSHAN,
    NOW,
    ROBOTS,
    ZHANGJIAGANG,
    a_draw,
    a_result,
    administrator,
    drawn,
    officer,
    robots,
    seen,
    workshops,
)
from tests.tally.factories import revoke

TODAY = date(2026, 11, 20)


@pytest.fixture
def draw(app: Flask) -> Draw:
    """Two of five workshops."""
    workshops(5)
    return a_draw("2")


def test_a_result_is_an_event_of_the_entry_without_the_words(draw: Draw) -> None:
    row = drawn(draw)[0]

    result = a_result(row, Outcome.DEVIATION)

    event = db.session.scalars(sa.select(Event).where(Event.sequence == result.sequence)).one()
    told = json.loads(event.payload)
    assert (event.type, event.entry_id) == ("entry_checked", row.entry_id)
    assert (told["outcome"], told["look"], told["draw"]) == ("deviation", 1, draw.sequence)
    assert "现场" not in event.payload
    assert "王核查" not in event.payload
    assert verify().fault is None


def test_a_result_changes_no_figure(draw: Draw) -> None:
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Posting))

    a_result(drawn(draw)[0], Outcome.NOT_FOUND)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == before


def test_a_further_look_is_a_further_row_and_the_last_holds(draw: Draw) -> None:
    row, actor = drawn(draw)[0], administrator()
    a_result(row, Outcome.DEVIATION)

    second = a_result(row, Outcome.IN_ORDER, words="复查：已改正。")

    assert second.look == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckResult)) == 2
    assert get_draw(actor, draw.number).outcomes == {Outcome.IN_ORDER: 1}
    assert verify().fault is None


def test_progress_counts_each_entry_once(draw: Draw) -> None:
    first, second = drawn(draw)
    a_result(first)
    a_result(first, words="复查。")
    assert not get_draw(administrator(), draw.number).is_finished

    a_result(second, Outcome.NOT_FOUND)

    progress = get_draw(administrator(), draw.number)
    assert (progress.checked, progress.is_finished) == (2, True)


def test_only_the_desk_of_the_district_records(draw: Draw) -> None:
    row = drawn(draw)[0]

    for by in (officer(ZHANGJIAGANG), administrator(), a_user(Role.LEADER), a_user(Role.MEMBER)):
        with pytest.raises(NotAllowed):
            a_result(row, by=by)

    assert a_result(row, by=officer(KUNSHAN, Role.SUPERVISOR)).look == 1


def test_what_was_not_drawn_is_not_found(draw: Draw) -> None:
    other = {1, 2, 3, 4, 5} - {row.entry_id for row in drawn(draw)}

    with pytest.raises(NotFound):
        service.record(draw.sequence, other.pop(), seen(), by=officer(), at=NOW, look=1)


@pytest.mark.parametrize(
    ("field", "outcome", "given"),
    [
        ("checked_on", Outcome.IN_ORDER, {"checked_on": TODAY + timedelta(days=1)}),
        ("checked_on", Outcome.IN_ORDER, {"checked_on": date(2026, 11, 9)}),
        ("checkers", Outcome.IN_ORDER, {"checkers": " "}),
        ("checkers", Outcome.IN_ORDER, {"checkers": "长" * 101}),
        ("words", Outcome.DEVIATION, {"words": ""}),
        ("words", Outcome.NOT_FOUND, {"words": " "}),
        ("words", Outcome.IN_ORDER, {"words": "长" * 1001}),
        ("found", Outcome.IN_ORDER, {"found": 1}),
    ],
)
def test_what_cannot_be_is_refused(
    draw: Draw, field: str, outcome: Outcome, given: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        a_result(drawn(draw)[0], outcome, **given)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("outcome", "found"),
    [(Outcome.IN_ORDER, None), (Outcome.NOT_FOUND, 3), (Outcome.DEVIATION, 1_000_001)],
)
def test_robots_are_counted_on_site(app: Flask, outcome: Outcome, found: int | None) -> None:
    robots(12)
    row = drawn(a_draw("1", kind=ROBOTS))[0]

    with pytest.raises(Invalid) as refusal:
        a_result(row, outcome, found=found)

    assert refusal.value.field == "found"
    assert a_result(row, Outcome.DEVIATION, found=10).found == 10


def test_a_further_look_says_why(draw: Draw) -> None:
    row = drawn(draw)[0]
    a_result(row)

    with pytest.raises(Invalid) as refusal:
        a_result(row)

    assert refusal.value.field == "words"


def test_a_look_that_another_recorded_meanwhile_is_refused(draw: Draw) -> None:
    row = drawn(draw)[0]
    a_result(row)

    with pytest.raises(WrongState):
        a_result(row, Outcome.DEVIATION, look=1)


def test_the_same_key_records_once(draw: Draw) -> None:
    row, by = drawn(draw)[0], officer()
    a_result(row, by=by, key="one-key")

    again = service.record(
        draw.sequence, row.entry_id, seen(), by=by, at=NOW, look=1, key="one-key"
    )

    assert (again.result, again.led_to) == (None, "")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CheckResult)) == 1


def test_the_share_checked_is_in_the_unit_of_the_figure(app: Flask) -> None:
    robots(12, 30, 7)
    workshops(3)
    first, second, _third = drawn(a_draw("3", kind=ROBOTS))
    a_result(first, found=first.quantity)
    a_result(second, Outcome.DEVIATION, found=0)

    checked = read_checked(TODAY, read_head())

    both = first.quantity + second.quantity
    newest = read_head().sequence
    assert checked == {Measure.ROBOT: Checked(both, first.quantity, newest)}
    goal = to_json(read_tally(TODAY))["goals"][3]
    assert goal["checked"] == {"quantity": both, "in_order": first.quantity, "sequence": newest}


def test_it_has_both_dates(draw: Draw) -> None:
    row, before = drawn(draw)[0], read_head()
    a_result(row, Outcome.DEVIATION)
    with clock.set_to(NOW + timedelta(seconds=1)):
        known = read_head()
        a_result(row, words="复查：已改正。")

    def of(day: date, sequence: int) -> Checked:
        head = read_head(KnownAt(asked="", sequence=sequence))
        return read_checked(day, head).get(Measure.SMART_WORKSHOP, Checked())

    assert of(TODAY, before.sequence) == Checked(0, 0)
    assert of(date(2026, 11, 14), known.sequence) == Checked(0, 0)
    assert of(date(2026, 11, 15), known.sequence) == Checked(1, 0, known.sequence)
    assert of(TODAY, read_head().sequence) == Checked(1, 1, read_head().sequence)


def test_what_no_longer_counts_is_no_share(draw: Draw) -> None:
    row = drawn(draw)[0]
    a_result(row)
    newest = read_head().sequence

    revoke(row.entry, on=date(2026, 11, 18))

    def on(day: date) -> Checked:
        return read_checked(day, read_head())[Measure.SMART_WORKSHOP]

    assert on(date(2026, 11, 17)) == Checked(1, 1, newest)
    assert on(TODAY) == Checked(0, 0, newest)


def test_the_firm_sees_that_it_was_checked_and_not_that_it_will_be(draw: Draw) -> None:
    first, second = drawn(draw)
    a_result(first, Outcome.DEVIATION)
    firm = a_user(Role.MEMBER, enterprise=first.entry.enterprise)
    other = a_user(Role.MEMBER, enterprise=second.entry.enterprise)

    mine, theirs = checks_of(first.entry, reader=firm), checks_of(second.entry, reader=other)

    assert [result.outcome for result in mine.results] == [Outcome.DEVIATION]
    assert (mine.rows, mine.with_words) == ([], False)
    assert (theirs.rows, theirs.results) == ([], [])
    assert checks_of(first.entry, reader=other).results == []
    assert checks_of(first.entry, reader=None).results == []
