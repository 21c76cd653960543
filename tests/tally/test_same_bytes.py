"""What is kept and brought up to date gives the very bytes of what is read and made anew."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any  # words of an address

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from markupsafe import Markup

from registry.accounts.roles import Role
from registry.app import create_app
from registry.applications.models import Application
from registry.applications.workflow import EVENTS, Action
from registry.core import clock, frames, kept, sections
from registry.core.database import db, reading
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryDistrict, RobotDeployment, RobotLot, Standing
from registry.ledger import growing
from registry.ledger.goals import set_target
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Seal
from registry.ledger.service import deed
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from registry.tally.links import write_query
from tests.conftest import SignedIn
from tests.factories import a_user
from tests.tally.anew import read, read_anew
from tests.tally.factories import (
    a_filed_case,
    a_registered,
    allocate_shares,
    retire_robots,
    revoke,
)

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SEEDS = range(3)
STEPS = 14
PAGES = ("/tally", "/tally?order=robot_deployment&map=smart_factory", "/tally?as_of=2026-10-31")
MADE_MOST, WRITTEN_MOST = 65, 30
CODES = ("320582", "320583", "320585")


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> Iterator[FlaskClient]:
    with clock.set_to(NOW):
        yield sign_in(a_user(Role.LEADER))


def _register(chance: random.Random) -> None:
    kind = chance.choice(list(Kind))
    robots = {Measure.ROBOT: chance.randrange(1, 90), Measure.MOBILE_ROBOT: chance.randrange(1, 5)}
    a_registered(
        kind,
        on=TODAY - timedelta(days=chance.choice([0, 0, 0, 3, 40, 400])),
        district=chance.choice(CODES),
        robots=robots if kind is Kind.ROBOT_DEPLOYMENT else None,
        enterprise=chance.choice([None, *db.session.scalars(sa.select(Enterprise))]),
    )


def _file(chance: random.Random) -> None:
    case = a_filed_case(chance.choice(list(Kind)), quantity=chance.randrange(1, 9))
    _step(case, "submit", "submitted", quantity=case.quantity)


def _decide(chance: random.Random) -> None:
    """Take any step with a case; approve its entry as the desk does, from today."""
    cases = db.session.scalars(sa.select(Application).order_by(Application.id)).all()
    if not cases:
        return
    case = chance.choice(cases)
    is_open = case.entry.standing is Standing.UNREGISTERED
    action = chance.choice(["approve", "approve", "reject", "return", "claim", "submit", "recall"])
    _step(case, action if is_open else "claim", EVENTS[Action(action)] if is_open else "claimed")


def _step(case: Application, action: str, event: str, **payload: int) -> None:
    with deed(by=None, cause=action) as opened:
        if action == "approve":
            entry = case.entry
            entry.standing, entry.effective_on = Standing.REGISTERED, TODAY
            entry.rank = 10_000 + case.id
            entry.number = f"SZ-A-{case.id:05d}"
            db.session.add(
                EntryDistrict(entry_id=entry.id, from_on=TODAY, district_id=case.district_id)
            )
            if entry.kind is Kind.ROBOT_DEPLOYMENT:
                _deploy(entry, quantity=case.quantity)
            db.session.flush()
            opened.touch([entry.id])
        opened.record(event, payload, application_id=case.id, entry_id=case.entry_id)


def _deploy(entry: Entry, *, quantity: int) -> None:
    db.session.add(RobotDeployment(entry_id=entry.id))
    db.session.flush()
    for measure in (Measure.ROBOT, Measure.MOBILE_ROBOT):
        lot = RobotLot(entry_id=entry.id, measure=measure, quantity=quantity, from_on=TODAY)
        db.session.add(lot)


def _revoke(chance: random.Random) -> None:
    found = [entry for entry in _registered() if (entry.effective_on or TODAY) < TODAY]
    if found:
        revoke(chance.choice(found), on=TODAY - timedelta(days=chance.choice([0, 0])))


def _retire(chance: random.Random) -> None:
    found = [entry for entry in _registered() if entry.kind is Kind.ROBOT_DEPLOYMENT]
    if found:
        retire_robots(chance.choice(found), on=TODAY)


def _registered() -> list[Entry]:
    found = sa.select(Entry).where(
        Entry.standing == Standing.REGISTERED, Entry.revoked_on.is_(None)
    )
    return list(db.session.scalars(found.order_by(Entry.id)))


def _allocate(chance: random.Random) -> None:
    kind = chance.choice(list(Kind))
    allocate_shares(kind, {chance.choice(CODES): chance.randrange(1, 9)}, on=date(2026, 1, 1))


def _set_target(chance: random.Random) -> None:
    goal = get_programme().goals[0]
    measures = (Measure.SMART_FACTORY,)
    set_target(goal, chance.randrange(1, 30), measures=measures, effective_on=TODAY, by=None)


DEEDS: tuple[Callable[[random.Random], None], ...] = (
    _register,
    _register,
    _register,
    _file,
    _file,
    _decide,
    _revoke,
    _retire,
    _allocate,
    _set_target,
)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_page_after_every_deed(
    leader: FlaskClient, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    for step in range(STEPS):
        at = NOW + timedelta(minutes=step)
        with clock.set_to(at):
            acts = chance.choices(DEEDS, k=chance.choice([1, 1, 1, 3]))
            for act in acts:
                act(chance)
                db.session.commit()
            address = chance.choice([PAGES[0], PAGES[0], *PAGES, _known_then(chance)])
            assert read(leader, address) == read_anew(leader, address, monkeypatch), (step, acts)


def test_a_decision_is_seen_wherever_it_shows(
    leader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, action in zip(Kind, ("approve", "reject", "approve", "approve"), strict=True):
        filed = a_filed_case(kind, quantity=3).id
        for name in ("claim", action):
            case = db.session.get_one(Application, filed)
            _step(case, name, EVENTS[Action(name)])
            db.session.commit()
            for page in PAGES:
                assert read(leader, page) == read_anew(leader, page, monkeypatch), (kind, name)


def _known_then(chance: random.Random) -> str:
    """Ask for a day by what was known at some head; some of these are asked again and again."""
    newest = db.session.scalar(sa.select(sa.func.max(Seal.sequence))) or 1
    known = chance.choice([2, newest // 2, newest - 1, newest])
    day = TODAY - timedelta(days=chance.choice([0, 0, 30]))
    return f"/tally?as_of={day}&known_at=%23{max(known, 1)}"


def test_each_language_has_its_own_words(
    app: Flask, sign_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    with clock.set_to(NOW):
        for act in (_register, _register, _file):
            act(chance)
        people = [a_user(Role.LEADER), a_user(Role.LEADER)]
        people[1].language = "en"
        db.session.commit()
        browsers = [sign_in(db.session.merge(person)) for person in people]
        for step in range(3):
            _register(chance)
            db.session.commit()
            pages = [read(browser, "/tally") for browser in browsers]
            anew = [read_anew(browser, "/tally", monkeypatch) for browser in browsers]
            assert pages == anew, step
            assert ['<html lang="en">' in page for page in pages] == [False, True]


def test_two_servers_of_one_register_show_the_same(
    app: Flask, leader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps answers of its own, and grows them by what the other has recorded."""
    chance = random.Random(11)
    other = create_app(app.config["SETTINGS"])
    name = app.config["SESSION_COOKIE_NAME"]
    read(leader, "/tally")
    cookie = leader.get_cookie(name)
    assert cookie is not None
    browser = other.test_client()
    browser.set_cookie(name, cookie.value)
    for step in range(STEPS):
        with app.app_context():
            chance.choice(DEEDS)(chance)
            db.session.commit()
        if chance.random() < 0.7:  # now and then one of them is left behind
            assert read(browser, "/tally") == read_anew(browser, "/tally", monkeypatch), step
        if chance.random() < 0.7:
            assert read(leader, "/tally") == read(browser, "/tally"), step
    with other.app_context():
        db.engine.dispose()


def test_only_what_a_record_changes_is_made_anew(
    leader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is found again: a value of a sort that is never kept would not be seen else."""
    monkeypatch.setattr(kept, "parts", kept.Parts())
    monkeypatch.setattr(sections, "sections", kept.Parts())
    monkeypatch.setattr(sections, "rows", kept.Parts())
    monkeypatch.setattr(frames, "frames", kept.Parts())
    chance = random.Random(3)
    for _ in range(8):
        _register(chance)
        db.session.commit()
        read(leader, "/tally")
    read(leader, "/tally")
    made: list[object] = []
    written: list[object] = []
    keep = kept.Parts.keep

    def note(parts: kept.Parts[Any], key: object, part: object) -> None:
        if key not in parts.older:  # what was found there is kept for longer
            made.append(key)
            written.extend([key] if parts in (kept.parts, sections.sections, sections.rows) else ())
        keep(parts, key, part)

    monkeypatch.setattr(kept.Parts, "keep", note)

    read(leader, "/tally")
    unchanged = len(made)
    a_registered(Kind.SMART_WORKSHOP, on=TODAY, district=CODES[0])
    db.session.commit()
    read(leader, "/tally")

    assert unchanged == 0
    assert len(made) < MADE_MOST
    assert len(written) < WRITTEN_MOST


def test_what_is_remembered_is_told_apart_by_its_arguments() -> None:
    asked: list[tuple[object, ...]] = []

    @kept.remembered
    def make(*words: object) -> object:
        asked.append(words)
        return kept.Settled()

    first, second = make("a", 1), make("a", 2)

    assert make("a", 1) is first
    assert make("a", 2) is second
    assert asked == [("a", 1), ("a", 2)]
    assert kept.values_of((first, second)) == kept.values_of([make("a", 1), make("a", 2)])
    assert kept.values_of(first) != kept.values_of(second)


def test_answers_of_earlier_heads_are_bounded_and_read_once(app: Flask) -> None:
    fixed: growing.Fixed[int] = growing.Fixed()
    heads = [Head(number + 1, NOW, f"{number:064}") for number in range(growing.FIXED_MOST + 1)]
    reads: list[Head] = []

    def ask(head: Head) -> int:
        def whole() -> int:
            reads.append(head)
            return head.sequence

        return fixed.read("asked", head, whole=whole)

    with reading():
        answers = [ask(head) for head in (*heads, heads[-1], heads[0])]
        db.session.rollback()

    assert answers == [head.sequence for head in (*heads, heads[-1], heads[0])]
    assert reads == [*heads, heads[0]]


def test_no_sign_is_left_on_a_page(leader: FlaskClient) -> None:
    _register(random.Random(1))
    db.session.commit()

    page = read(leader, "/tally")

    assert re.findall(r"known_at=([^&\"]*)", page) == re.findall(r"known_at=(%23\d+)", page)
    assert re.search(r"[aw][0-9a-f]{24}", page.replace(page[page.rindex("<footer") :], "")) is None


def test_another_history_of_the_same_length_is_not_grown(leader: FlaskClient) -> None:
    """Where the database was replaced, the head that was kept is not in its chain."""
    _register(random.Random(1))
    db.session.commit()

    with reading():
        head = read_head()
        first = Head(1, NOW, _hash_of(1))
        assert growing.read_since(first, head) is not None
        assert growing.read_since(Head(1, NOW, "f" * 64), head) is None
        assert growing.read_since(first, Head(head.sequence, NOW, "f" * 64)) is None
        db.session.rollback()


def _hash_of(sequence: int) -> str:
    return db.session.scalars(sa.select(Seal.hash).where(Seal.sequence == sequence)).one()


def test_parts_that_differ_in_anything_are_told_apart() -> None:
    same: list[Any] = [
        (1, "a"),
        ("1", "a"),
        (1.0, "a"),
        (True, "a"),
        (Decimal("1.0"), "a"),
        (Decimal(1), "a"),
    ]
    same += [(1, Markup("a")), (1, "a", None), (None, "a"), ((1,), "a"), (TODAY, "a"), (NOW, "a")]

    assert len({kept.values_of(values) for values in same}) == len(same)
    with pytest.raises(kept.NotPlain):
        kept.values_of((object(),))


def test_the_parts_that_are_kept_are_bounded() -> None:
    parts: kept.Parts[str] = kept.Parts(most=10)
    for number in range(100):
        parts.keep(number, str(number))

    assert len(parts.newer) + len(parts.older) <= 10
    assert parts.find(99) == "99"
    assert parts.find(0) is None


@pytest.mark.parametrize(
    "words",
    [
        {"kind": Kind.ROBOT_DEPLOYMENT, "district": None, "as_of": "2026-11-22"},
        {"measure": ["robot", "mobile_robot"], "known_at": "#12"},
        {"known_at": "2026-11-22T08:00:00+08:00", "kind": None},
        {"known_at": "", "district": "320583"},
    ],
)
def test_addresses_are_those_of_flask(app: Flask, words: dict[str, Any]) -> None:
    assert f"/tally/entries?{write_query(words)}" == url_for("tally.behind", **words)
