"""Open data: the files for everybody and what is in them; not there while switched off."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.ledger.answers import read_tally, to_json
from registry.ledger.queries import read_head
from registry.open_data.columns import DATA_SETS
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_user, an_enterprise
from tests.statements import counted_statements
from tests.tally.factories import a_registered, allocate_shares, retire_robots, revoke

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
FILES = [f"/open-data/{each.code}.{form}" for each in DATA_SETS for form in ("csv", "json")]


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def anybody(app: Flask) -> FlaskClient:
    """A visitor to a register whose data are open, though its pages are not."""
    programme = get_programme()
    programme.has_open_data = True
    programme.licence_zh, programme.licence_en = "注明来源即可使用", "Free to use"
    a_registered(FACTORY, on=date(2025, 2, 3))
    revoke(a_registered(FACTORY, on=date(2025, 2, 3), district="320582"), on=date(2026, 3, 1))
    robots = {Measure.ROBOT: 331, Measure.MOBILE_ROBOT: 9}
    a_registered(ROBOTS, on=date(2025, 1, 10), robots=robots, enterprise=an_enterprise("=2+3"))
    scrapped = a_registered(ROBOTS, on=date(2025, 5, 5), robots={Measure.ROBOT: 12})
    retire_robots(scrapped, on=date(2026, 6, 1))
    allocate_shares(FACTORY, {"320582": 2, "320583": 1}, on=date(2025, 1, 1))
    db.session.commit()
    return app.test_client()


def rows_of(browser: FlaskClient, path: str) -> list[dict[str, str]]:
    text = browser.get(path).data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("path", ["/open-data", *FILES])
def test_nothing_is_there_while_switched_off(
    app: Flask, client: FlaskClient, sign_in: SignedIn, path: str
) -> None:
    get_programme().is_public = True
    db.session.commit()

    assert client.get(path).status_code == 404
    assert sign_in(a_user(Role.ADMINISTRATOR)).get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/open-data/tally.xml", "/open-data/users.csv", "/open-data/tally", "/open-data/.csv"]
)
def test_other_names_are_not_found(anybody: FlaskClient, path: str) -> None:
    assert anybody.get(path).status_code == 404


@pytest.mark.parametrize("name", [each.code for each in DATA_SETS])
def test_columns_are_those_that_the_page_describes_and_both_formats_agree(
    anybody: FlaskClient, name: str
) -> None:
    columns = [column.code for each in DATA_SETS if each.code == name for column in each.columns]
    page = anybody.get("/open-data").text

    table = rows_of(anybody, f"/open-data/{name}.csv")
    told = anybody.get(f"/open-data/{name}.json").get_json()

    assert list(table[0]) == columns
    assert all(f'<code lang="en">{column}</code>' in page for column in columns)
    assert [list(row) for row in told["rows"]] == [columns] * len(table)
    written = [
        {key: "" if value is None else str(value) for key, value in row.items()}
        for row in told["rows"]
    ]
    plain = [
        {key: value.removeprefix("'").strip("\t") for key, value in row.items()} for row in table
    ]
    assert plain == written
    assert (told["licence"], told["licence_en"]) == ("注明来源即可使用", "Free to use")
    assert told["head"] == read_head().hash


@pytest.mark.parametrize("day", ["2024-12-31", "2025-12-31", "2026-11-22"])
def test_tally_is_that_of_the_interface_and_adds_up(anybody: FlaskClient, day: str) -> None:
    told = anybody.get(f"/open-data/tally.json?as_of={day}").get_json()
    rows = rows_of(anybody, f"/open-data/tally.csv?as_of={day}")

    answer = to_json(read_tally(date.fromisoformat(day)))
    assert {key: told[key] for key in answer} == json.loads(json.dumps(answer))
    for goal in answer["goals"]:
        places = [row for row in rows if row["kind"] == goal["kind"]]
        counted = [int(row["counted"]) for row in places if row["district_code"] != "city"]
        (city,) = (row for row in places if row["district_code"] == "city")
        assert (len(counted), sum(counted)) == (10, goal["counted"])
        assert int(city["counted"]) == goal["counted"]
        assert city["target"] == ("" if goal["target"] is None else str(goal["target"]))


def test_what_was_known_earlier_is_given_again(anybody: FlaskClient) -> None:
    known = read_head().sequence
    before = anybody.get("/open-data/tally.csv").data
    months = anybody.get("/open-data/months.csv").data
    a_registered(FACTORY, on=date(2025, 3, 3))
    db.session.commit()

    assert anybody.get("/open-data/tally.csv").data != before
    assert anybody.get(f"/open-data/tally.csv?known_at=%23{known}").data == before
    assert anybody.get(f"/open-data/months.csv?known_at=%23{known}").data == months


def test_months_end_with_the_day_and_grow_by_what_they_added(anybody: FlaskClient) -> None:
    rows = [row for row in rows_of(anybody, "/open-data/months.csv") if row["kind"] == ROBOTS]

    assert (rows[0]["on"], rows[-1]["on"], len(rows)) == ("2025-01-31", "2026-11-22", 23)
    assert sum(int(row["added"]) for row in rows) == int(rows[-1]["counted"]) == 331
    assert [row["added"] for row in rows if row["added"] != "0"] == ["331", "12", "-12"]


def test_register_holds_what_a_certificate_says_and_no_more(anybody: FlaskClient) -> None:
    rows = rows_of(anybody, "/open-data/register.csv")
    raw = anybody.get("/open-data/register.csv").data + anybody.get("/open-data/register.json").data

    assert [(row["kind"], row["standing"], row["robots"]) for row in rows] == [
        ("smart_factory", "valid", ""),
        ("smart_factory", "revoked", ""),
        ("robot_deployment", "valid", "340"),
        ("robot_deployment", "valid", ""),
    ]
    assert rows[1]["revoked_on"] == "2026-03-01"
    assert rows[2]["enterprise"] == "'=2+3"
    for personal in ("13800000000", "王测试", "张测试", "测试路"):
        assert personal.encode() not in raw


@pytest.mark.parametrize("path", FILES)
def test_unchanged_is_said_in_a_word_and_changed_is_given(anybody: FlaskClient, path: str) -> None:
    first = anybody.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}

    again = anybody.get(path, headers=tag)
    with clock.set_to(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)):
        later = anybody.get(path, headers=tag)
        a_registered(WORKSHOP, on=date(2026, 3, 3))
        db.session.commit()
        changed = anybody.get(path, headers=tag)

    assert first.headers["Last-Modified"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert (again.status_code, again.data, later.status_code) == (304, b"", 304)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_since_when_is_answered_too(anybody: FlaskClient) -> None:
    first = anybody.get("/open-data/tally.csv")

    since = {"If-Modified-Since": first.headers["Last-Modified"]}

    assert anybody.get("/open-data/tally.csv", headers=since).status_code == 304


@pytest.mark.parametrize("words", ["as_of=2026-13-01", "as_of=2099-01-01", "known_at=%2399999"])
def test_bad_questions_are_refused_in_words(anybody: FlaskClient, words: str) -> None:
    assert anybody.get(f"/open-data/tally.csv?{words}").status_code == 422


def _count_statements(browser: FlaskClient) -> int:
    """Count what all files ask, once what earlier answers keep is up to date."""
    for path in FILES:
        browser.get(path)
    with counted_statements() as statements:
        for path in FILES:
            browser.get(path)
    return len(statements)


def test_files_ask_as_often_for_few_as_for_many(anybody: FlaskClient) -> None:
    few = _count_statements(anybody)
    for day in range(1, 20):
        a_registered(WORKSHOP, on=date(2026, 3, day))
    db.session.commit()

    assert _count_statements(anybody) == few


def test_the_administrator_switches_it_on_and_sets_the_terms(
    app: Flask, client: FlaskClient, sign_in: SignedIn
) -> None:
    city = sign_in(a_user(Role.ADMINISTRATOR))
    programme = get_programme()
    words = {
        name: getattr(programme, name) for name in ("name_zh", "name_en", "city_zh", "city_en")
    }
    dates = {"starts_on": "2025-01-01", "ends_on": "2027-12-31"}
    terms = {"has_open_data": "y", "licence_zh": "署名即可", "licence_en": "With attribution"}

    token = csrf_of(city, "/programme/edit")
    answer = city.post("/programme/edit", data={**words, **dates, **terms, "csrf_token": token})

    assert answer.status_code == 303
    assert "署名即可" in client.get("/open-data").text
    assert 'href="/open-data"' in city.get("/programme").text
    assert client.get("/open-data/tally.csv").status_code == 200
