"""What a briefing printed is given again, exactly, after a correction that reaches back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.cli.ledger import verify_command
from registry.core import clock
from registry.core.database import db
from registry.districts.queries import list_districts
from registry.entries.models import Entry
from registry.programme.kinds import Kind, Measure
from registry.standing.models import Act
from tests.conftest import SignedIn
from tests.factories import a_district, a_user, an_enterprise
from tests.importing.factories import import_lines
from tests.standing.factories import a_proposal, asking, asking_to_move, settle
from tests.tally.answers import CITY, KINDS, Figures, ask_everywhere, briefing_text
from tests.tally.factories import a_registered, allocate_shares

LAST_MONTH = datetime(2026, 10, 22, 2, 0, tzinfo=UTC)
TODAY = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
KUNSHAN, TAICANG = "320583", "320585"
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
AS_OF = re.compile(r"截至 (\d{4}-\d\d-\d\d)")
SEQUENCE = re.compile(r"台账序号 ([\d,]+)")
HEAD = re.compile(r"链首 ([0-9a-f]{64})")


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    settings = app.config["SETTINGS"]
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    with clock.set_to(TODAY):
        return sign_in(a_user(Role.LEADER))


@pytest.fixture
def workshop(app: Flask) -> int:
    """A workshop of Kunshan, beside what else was counted by last month."""
    with clock.set_to(LAST_MONTH):
        a_registered(FACTORY, on=date(2025, 2, 3))
        a_registered(UPGRADE, on=date(2026, 3, 2), enterprise=an_enterprise("甲有限公司"))
        a_registered(ROBOTS, on=date(2026, 1, 5), robots={Measure.ROBOT: 1_812})
        allocate_shares(WORKSHOP, {KUNSHAN: 20, TAICANG: 30}, on=date(2025, 1, 1))
        entry_id = a_registered(WORKSHOP, on=date(2026, 5, 6)).id
        db.session.commit()
    return entry_id


def correct(workshop: Entry) -> None:
    """Move the past in every way there is: a list, a revocation, a district, a share."""
    old = {"decided_on": "2026-02-02", "district": TAICANG, "kind": "equipment_upgrade"}
    import_lines({**old, "enterprise": "甲有限公司", "title": "老项目"}, at=TODAY)
    place = a_district(TAICANG)
    asked = asking_to_move(place.id, reason_code="recorded_wrongly", effective_on=None)
    giver = a_user(Role.SUPERVISOR, district=workshop.district)
    proposal = a_proposal(workshop, Act.RELOCATE, by=giver, asked=asked, at=TODAY)
    settle(proposal, by=a_user(Role.SUPERVISOR, district=place), at=TODAY)
    factory = db.session.query(Entry).filter_by(kind=FACTORY).one()
    asked = asking(effective_on=date(2026, 9, 1))
    proposal = a_proposal(factory, by=a_user(Role.OFFICER), asked=asked, at=TODAY)
    settle(proposal, by=a_user(Role.ADMINISTRATOR), at=TODAY)
    allocate_shares(WORKSHOP, {KUNSHAN: 1}, on=date(2025, 1, 1))
    db.session.commit()


def print_briefing(browser: FlaskClient, **asked: str) -> bytes:
    answer = browser.get("/tally.pdf", query_string=asked)
    assert answer.status_code == 200
    return bytes(answer.data)


def read_off(text: str) -> tuple[dict[str, str], str]:
    """Return what a reader of the paper asks for, and the head printed on it."""
    found = [pattern.search(text) for pattern in (AS_OF, SEQUENCE, HEAD)]
    as_of, sequence, head = [match[1] for match in found if match]
    number = sequence.replace(",", "")
    return {"as_of": as_of, "known_at": f"#{number}"}, f"{number}:{head}"


def figures(**by_place: tuple[int, ...]) -> Figures:
    """Return the figures of all districts; those that are not given have none."""
    none = {place.code: (0,) * KINDS for place in list_districts()}
    codes = {"kunshan": KUNSHAN, "taicang": TAICANG, "city": CITY}
    return {**none, **{codes[name]: line for name, line in by_place.items()}}


def test_what_was_printed_last_month_is_given_again_after_a_correction(
    workshop: int, leader: FlaskClient
) -> None:
    with clock.set_to(LAST_MONTH):
        paper, shown = print_briefing(leader), ask_everywhere(leader, {})
    asked, head = read_off(briefing_text(paper))

    with clock.set_to(TODAY):
        correct(db.session.get_one(Entry, workshop))
        now = ask_everywhere(leader, {"as_of": asked["as_of"]})
        again = ask_everywhere(leader, asked)
        printed_again = print_briefing(leader, **asked)
        proof = CliRunner().invoke(verify_command, ["--expect", head])

    before = figures(kunshan=(1, 1, 1, 1_812), city=(1, 1, 1, 1_812))
    after = figures(kunshan=(0, 0, 0, 1_812), taicang=(0, 1, 1, 0), city=(0, 1, 1, 1_812))
    assert shown == dict.fromkeys(shown, before)
    assert now == dict.fromkeys(now, after)
    assert again == dict.fromkeys(again, before)
    assert printed_again == paper
    assert (proof.exit_code, proof.stderr) == (0, "")
