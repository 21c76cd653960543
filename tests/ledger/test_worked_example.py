"""docs/worked-example.md, read and done: every way of asking gives its numbers, to the digit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.districts.queries import list_districts
from registry.ledger.heads import read_head
from registry.ledger.verify import verify
from registry.programme.kinds import Measure
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.ledger.worked import STEPS, Example, Step, Table, read_postings, read_steps
from tests.tally.answers import CITY, KINDS, ask_everywhere
from tests.tally.reading import FACT, links, sums

MOBILE = (Measure.MOBILE_ROBOT,)
EVER = (Measure.ROBOT, Measure.ROBOT_RETIRED)


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A leader's browser; commands open the register of the test too."""
    settings = app.config["SETTINGS"]
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    return sign_in(a_user(Role.LEADER))


def test_the_page_has_ten_steps_whose_districts_add_up_to_the_city(app: Flask) -> None:
    steps = read_steps()

    assert [step.number for step in steps] == list(range(1, len(STEPS) + 1))
    tables = [table.figures for step in steps for table in step.tables]
    assert [list(map(len, figures.values())) for figures in tables] == [[6] * 4] * len(tables)
    for figures in tables:
        places = [line for code, line in figures.items() if code != CITY]
        assert tuple(map(sum, zip(*places, strict=True))) == figures[CITY]


def test_every_way_of_asking_gives_the_numbers_of_the_page(app: Flask, leader: FlaskClient) -> None:
    example, known = Example(), {}
    for step in read_steps():
        before = read_head().sequence
        with clock.set_to(step.at):
            example.do(step)
            db.session.commit()
            posted = read_postings(after=before)
            known[step.number] = read_head().sequence

            assert posted == step.postings
            for table in step.tables:
                _assert_everywhere(leader, table, known_at=str(table.known_on or ""))

    # every step once more, by the number of its record
    for step in read_steps():
        with clock.set_to(read_steps()[-1].at + timedelta(days=30)):
            table = _of_the_day(step)
            _assert_everywhere(leader, table, known_at=f"#{known[step.number]}")
    assert verify().fault is None


def _of_the_day(step: Step) -> Table:
    (table,) = [each for each in step.tables if each.as_of == step.recorded_on]
    return table


def _assert_everywhere(browser: FlaskClient, table: Table, *, known_at: str) -> None:
    asked = {"as_of": str(table.as_of), **({"known_at": known_at} if known_at else {})}
    elsewhere = {place.code: (0,) * KINDS for place in list_districts()}
    wanted = {**elsewhere, **{code: line[:KINDS] for code, line in table.figures.items()}}

    for who, figures in ask_everywhere(browser, asked).items():
        assert figures == wanted, (table.as_of, known_at, who)
    apart = _facts(browser, asked)
    assert apart == table.figures[CITY][KINDS:]
    for code, line in table.figures.items():
        assert _behind(browser, asked, code) == line[KINDS:], (table.as_of, known_at, code)


def _facts(browser: FlaskClient, asked: Mapping[str, str]) -> tuple[int, ...]:
    """Read what stands under the robots: mobile ones, and all ever deployed."""
    page = browser.get("/tally", query_string=asked).text
    found = {
        kind: figure
        for url, figure in links(FACT, page)
        for kind in ("measure=mobile_robot", "measure=robot_retired")
        if kind in url and "since=" not in url
    }
    return found["measure=mobile_robot"], found["measure=robot_retired"]


def _behind(browser: FlaskClient, asked: Mapping[str, str], code: str) -> tuple[int, ...]:
    """Read the sums of the lists of one district: mobile robots, and all ever deployed."""
    figures = []
    for measures in (MOBILE, EVER):
        words = {**asked, "measure": [measure.value for measure in measures], "district": code}
        page = browser.get("/tally/entries", query_string=words)
        top, foot = sums(page.text)
        assert top == foot
        figures.append(top)
    return tuple(figures)
