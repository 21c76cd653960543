"""A browser may keep a page of figures; it is told when that page is no longer right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection
from werkzeug.test import TestResponse

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock, frames, unchanged
from registry.core.database import db
from registry.core.kept import Parts
from registry.ledger.goals import set_target
from registry.programme.kinds import Kind
from registry.programme.queries import get_programme
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_district, a_user
from tests.tally.anew import TOKEN, read_anew
from tests.tally.factories import a_filed_case, a_registered, allocate_shares

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PAGES = ("/tally", "/tally/entries", "/tally/changes")
WORKSHOP = Kind.SMART_WORKSHOP
SEALED = {
    "allocation",
    "application",  # only what filed and decided cases say, each step of which is sealed
    "cell",
    "check_result",
    "enterprise",  # only names, which nothing changes
    "entry",  # only registered ones
    "event",
    "goal",
    "goal_version",
    "plan_version",
    "posting",
    "release",
    "seal",
    "trend",
}
IN_THE_FRAME = {"district", "programme", "signed_in", '"user"', "user"}


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def person(app: Flask) -> User:
    a_registered(WORKSHOP, on=date(2026, 11, 20))
    a_filed_case(WORKSHOP)
    return a_user(Role.LEADER)


@pytest.fixture
def leader(person: User, sign_in: SignedIn) -> FlaskClient:
    browser = sign_in(person)
    browser.get("/tally")  # shows what sign-in said, and gives the session its token
    return browser


def ask(browser: FlaskClient, address: str = "/tally", *, kept: TestResponse) -> TestResponse:
    return browser.get(address, headers={"If-None-Match": kept.headers["ETag"]})


@pytest.mark.parametrize("address", PAGES)
def test_an_unchanged_page_is_not_sent_again(leader: FlaskClient, address: str) -> None:
    first = leader.get(address)
    again = ask(leader, address, kept=first)

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Cookie" in answer.headers["Vary"]


def test_pages_that_nobody_said_may_be_kept_are_not(leader: FlaskClient) -> None:
    answer = leader.get("/account")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_each_address_has_its_own_tag(leader: FlaskClient) -> None:
    addresses = [*PAGES, "/tally?order=smart_workshop", "/tally?as_of=2026-11-21"]

    tags = {leader.get(address).headers["ETag"] for address in addresses}

    assert len(tags) == len(addresses)


def _seal(_person: User) -> None:
    a_registered(WORKSHOP, on=date(2026, 11, 21))


def _file(_person: User) -> None:
    a_filed_case(WORKSHOP)


def _set_target(_person: User) -> None:
    goal = get_programme().goals[0]
    set_target(goal, 11, measures=("smart_factory",), effective_on=date(2026, 11, 1), by=None)  # type: ignore[arg-type]


def _allocate(_person: User) -> None:
    allocate_shares(WORKSHOP, {"320582": 2}, on=date(2026, 1, 1))


def _rename_programme(_person: User) -> None:
    get_programme().name_zh = "另一工程"


def _publish(_person: User) -> None:
    get_programme().is_public = True


def _rename(person: User) -> None:
    person.name = "改名"


def _promote(person: User) -> None:
    person.role = Role.ADMINISTRATOR


def _move(person: User) -> None:
    person.district_id = a_district("320582").id


CHANGES = (_seal, _file, _set_target, _allocate, _rename_programme, _publish, _rename, _promote)


@pytest.mark.parametrize("change", [*CHANGES, _move])
@pytest.mark.parametrize("address", PAGES)
def test_whatever_changes_is_seen_at_once(
    person: User,
    leader: FlaskClient,
    address: str,
    change: Callable[[User], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = leader.get(address)

    change(db.session.merge(person))
    db.session.commit()
    answer = ask(leader, address, kept=kept)

    assert answer.status_code == 200
    assert answer.headers["ETag"] != kept.headers["ETag"]
    assert TOKEN.sub("", answer.text) == read_anew(leader, address, monkeypatch)


def test_midnight_in_shanghai_makes_another_page(person: User, sign_in: SignedIn) -> None:
    last_second = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
    with clock.set_to(last_second):
        browser = sign_in(person)
        browser.get("/tally")
        kept = browser.get("/tally")
        assert ask(browser, kept=kept).status_code == 304
    with clock.set_to(last_second + timedelta(seconds=1)):
        answer = ask(browser, kept=kept)

    assert answer.status_code == 200
    assert 'value="2026-11-23"' in answer.text


def test_another_person_never_gets_it(
    leader: FlaskClient, sign_in: SignedIn, client: FlaskClient
) -> None:
    kept = leader.get("/tally")
    other = sign_in(a_user(Role.LEADER))
    other.get("/tally")

    assert ask(other, kept=kept).status_code == 200
    assert ask(client, kept=kept).status_code == 303


def test_a_visitor_of_the_public_page_has_one_of_his_own(
    leader: FlaskClient, client: FlaskClient
) -> None:
    get_programme().is_public = True
    db.session.commit()
    client.get("/tally")
    of_leader, of_visitor = leader.get("/tally"), client.get("/tally")

    assert ask(client, kept=of_leader).status_code == 200
    assert ask(leader, kept=of_visitor).status_code == 200
    assert ask(client, kept=of_visitor).status_code == 304


def test_a_second_session_of_the_same_person_has_its_own_forms(
    person: User, leader: FlaskClient, sign_in: SignedIn
) -> None:
    kept = leader.get("/tally")
    second = sign_in(db.session.merge(person))
    second.get("/tally")
    answer = ask(second, kept=kept)

    assert answer.status_code == 200
    assert not {*TOKEN.findall(kept.text)} & {*TOKEN.findall(answer.text)}
    for browser in (leader, second):  # the token of a page that was kept is as good as a new one
        words = {"language": "en", "next": "/tally", "csrf_token": csrf_of(browser, "/tally")}
        assert browser.post("/language", data=words).headers["Location"] == "/tally"


def test_forms_of_a_session_that_has_just_begun_are_its_own(
    leader: FlaskClient, app: Flask
) -> None:
    """The first page of a visitor makes the token of its session, so it is for nobody else."""
    get_programme().is_public = True
    db.session.commit()
    first, second = (app.test_client() for _ in range(2))

    tokens = [csrf_of(browser, "/tally") for browser in (first, second)]
    words = [{"language": "en", "next": "/tally", "csrf_token": token} for token in tokens]

    assert first.post("/language", data=words[1]).status_code == 400
    assert first.post("/language", data=words[0]).headers["Location"] == "/tally"


def test_the_other_language_is_another_page(leader: FlaskClient) -> None:
    kept = leader.get("/tally")
    token = csrf_of(leader, "/tally")
    leader.post("/language", data={"language": "en", "next": "/tally", "csrf_token": token})

    answer = ask(leader, kept=kept)

    assert answer.status_code == 200
    assert '<html lang="en">' in answer.text


def test_a_message_is_shown_once_and_never_kept(leader: FlaskClient) -> None:
    kept = leader.get("/tally")
    with leader.session_transaction() as session:
        session["_flashes"] = [("good", "Ein Satz")]

    with_message = ask(leader, kept=kept)
    after = ask(leader, kept=kept)

    assert (with_message.status_code, after.status_code) == (200, 304)
    assert "Ein Satz" in with_message.text
    assert "Ein Satz" not in leader.get("/tally").text
    assert with_message.headers["Cache-Control"] == "no-store"
    assert "ETag" not in with_message.headers


def test_signing_out_ends_it_and_clears_what_was_kept(leader: FlaskClient) -> None:
    kept = leader.get("/tally")
    token = csrf_of(leader, "/tally")
    left = leader.post("/sign-out", data={"csrf_token": token})

    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert ask(leader, kept=kept).status_code == 303


def test_a_faulty_question_is_never_kept(leader: FlaskClient) -> None:
    answer = leader.get("/tally?as_of=2099-01-01")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (422, "no-store")
    assert "ETag" not in answer.headers


def test_a_new_version_of_the_software_makes_other_pages(
    leader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = leader.get("/tally")
    monkeypatch.setattr(unchanged, "_read_version", lambda _root: "newer")

    assert ask(leader, kept=kept).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_a_page_reads_only_what_its_tag_knows_of(
    leader: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that is new on a page must be written by sealed deeds only, or be put in its key."""
    monkeypatch.setattr(frames, "frames", Parts())
    asked: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    leader.get(address)
    sa.event.remove(db.engine, "before_cursor_execute", note)

    words = re.findall(r"(?:FROM|JOIN) (\w+|\"user\")", " ".join(asked))
    tables = {word for word in words if word in {*db.metadata.tables, '"user"'}}
    assert tables <= SEALED | IN_THE_FRAME
    assert {"seal", "programme", "signed_in"} <= tables


@pytest.mark.parametrize("role", list(Role))
def test_what_stands_around_the_sections_asks_the_database_nothing(
    role: Role, person: User, sign_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept by what it is given and by who looks: an answer to a question would grow old."""
    browser = sign_in(a_user(role))
    asked: list[str] = []
    rendered: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    def render(template: str, **words: object) -> str:
        sa.event.listen(db.engine, "before_cursor_execute", note)
        rendered.append(render_template(template, **words))
        sa.event.remove(db.engine, "before_cursor_execute", note)
        return rendered[-1]

    monkeypatch.setattr(frames, "render_template", render)
    pages = [browser.get("/tally").text for _ in range(3)]

    assert len(rendered) == 2  # the first shows what sign-in said and is not kept
    assert pages[1] == pages[2]
    assert asked == []
