"""How long desks take, without the days on which the enterprise had the case; what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from flask import Flask

from registry.applications.deadlines import first_due
from registry.applications.models import Application
from registry.core import clock
from registry.core.database import db, reading
from registry.ledger import growing
from registry.ledger.answers import read_tally
from registry.ledger.queries import read_head
from registry.ledger.service import deed
from registry.programme.kinds import Kind
from registry.tally import pace
from registry.tally.decisions import Sample
from registry.tally.pace import Desk, Step, due_after, measure, read_desks
from tests.factories import a_district
from tests.tally.factories import a_filed_case

MONDAY = date(2026, 6, 1)
TODAY = date(2026, 8, 31)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(_noon(TODAY)):
        yield


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def a_decided(days: int, *, event: str = "approved", district: str = "320583") -> Application:
    """File a case on a Monday and decide it on a later day of that fortnight."""
    with clock.set_to(_noon(MONDAY)):
        case = a_filed_case(Kind.SMART_WORKSHOP, district=district)
        case.due_on = first_due(MONDAY)
    decided_on = MONDAY + timedelta(days=days)
    with clock.set_to(_noon(decided_on)), deed(by=None, cause=event) as opened:
        opened.record(event, {}, application_id=case.id, entry_id=case.entry_id)
    case.decided_at = _noon(decided_on)
    return case


def test_median_and_percentile_are_of_working_days_by_district(app: Flask) -> None:
    for days in (1, 2, 3):
        a_decided(days)
    a_decided(4, event="rejected", district="320582")
    a_decided(7)  # the Monday after: five working days
    db.session.commit()

    desks = read_desks(TODAY, read_head(), open_ids=())

    kunshan, zhangjiagang = a_district("320583").id, a_district("320582").id
    assert desks.by_district == {
        kunshan: Desk(decided=4, median=2.5, percentile=5, overdue=0),
        zhangjiagang: Desk(decided=1, median=4, percentile=4, overdue=0),
    }
    assert desks.city == Desk(decided=5, median=3, percentile=5, overdue=0)
    workshops, factories = desks.like(Kind.SMART_WORKSHOP), desks.like(Kind.SMART_FACTORY)
    assert workshops is not None
    assert factories is not None
    assert (workshops.pass_rate, workshops.median) == (Fraction(4, 5), 3)
    assert factories.pass_rate == Fraction(4, 5)


def test_too_few_decisions_measure_nothing(app: Flask) -> None:
    a_decided(1)
    db.session.commit()

    desks = read_desks(TODAY, read_head(), open_ids=())

    assert desks.like(Kind.SMART_WORKSHOP) is None


def test_day_and_head_decide_which_decisions_are_known(app: Flask) -> None:
    a_decided(1)
    known = read_head()
    a_decided(2)
    db.session.commit()
    desks = [
        read_desks(TODAY, read_head(), open_ids=()),
        read_desks(TODAY, known, open_ids=()),
        read_desks(MONDAY + timedelta(days=1), read_head(), open_ids=()),
        read_desks(MONDAY, read_head(), open_ids=()),
        read_desks(MONDAY + timedelta(days=400), read_head(), open_ids=()),
    ]

    assert [desk.city.decided for desk in desks] == [2, 1, 1, 0, 0]


def test_the_latest_decisions_are_the_same_grown_or_read_at_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old ones go where there are too many; many fresh ones are put together with the others."""
    monkeypatch.setattr(pace, "DECISIONS_MOST", 6)
    monkeypatch.setattr(pace, "FRESH_MOST", 4)
    monkeypatch.setattr(pace, "_DECIDED", pace._DECIDED.limit(6))
    for step in range(16):
        event = "rejected" if step % 3 == 0 else "approved"
        a_decided(1 + step % 7, event=event, district=("320582", "320583")[step % 2])
        db.session.commit()

        assert _read_kept(TODAY) == _read_anew(TODAY, monkeypatch), step


def _read_kept(day: date) -> list[object]:
    with reading():
        desks = read_desks(day, read_head(), open_ids=())
        db.session.rollback()
    like = desks.like(Kind.SMART_WORKSHOP)
    return [desks.by_district, desks.city, like and (like.pass_rate, like.median)]


def _read_anew(day: date, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    with monkeypatch.context() as without:
        without.setattr(growing, "is_snapshot", lambda: False)
        return _read_kept(day)


def test_overdue_are_the_open_cases_after_the_promised_day(app: Flask) -> None:
    with clock.set_to(_noon(MONDAY)):
        a_filed_case(Kind.SMART_WORKSHOP)
        a_filed_case(Kind.SMART_WORKSHOP, district="320582")
        a_filed_case(Kind.SMART_WORKSHOP, then="returned")
    db.session.commit()
    due = first_due(MONDAY)
    tally = read_tally(TODAY)

    counts = [
        read_desks(day, tally.head, open_ids=tally.open_cases).city.overdue
        for day in (due, due + timedelta(days=1))
    ]

    assert counts == [0, 2]


def test_clock_stands_while_the_enterprise_has_the_case() -> None:
    due = first_due(MONDAY)
    filed = Step("submitted", MONDAY, due)
    returned = Step("returned", MONDAY + timedelta(days=1), None)
    recalled = Step("recalled", MONDAY + timedelta(days=8), None)

    assert due_after([filed]) == due
    assert due_after([filed, returned]) is None
    assert due_after([filed, returned, recalled]) == first_due(MONDAY + timedelta(days=7))


@pytest.mark.parametrize(
    ("days", "percentile"), [([3], 3), (list(range(1, 11)), 9), (list(range(1, 12)), 10)]
)
def test_nine_tenths_took_no_longer_than_the_percentile(days: list[int], percentile: int) -> None:
    assert measure(Sample(days), overdue=0).percentile == percentile
