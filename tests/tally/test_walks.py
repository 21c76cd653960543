"""Every figure on the tally page is the sum of the list that it opens, whoever looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.ledger.heads import read_head
from registry.programme.kinds import Kind
from registry.programme.queries import get_programme
from tests.conftest import SignedIn
from tests.factories import a_district, a_user
from tests.importing.factories import import_lines
from tests.ledger.test_services import play
from tests.tally.factories import allocate_shares
from tests.tally.walking import Amount, Shown, figures_of, open_figure, read_amount

HISTORIES, SHARE = 8, 3
NOW = datetime(2026, 12, 14, 2, 0, tzinfo=UTC)
OLD = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
EARLIER = "2026-11-27"  # a day of acts
PIPELINE_FACT = re.compile(r'<a href="#pipeline">([\d,]+) ([^<]+)</a>')
PIPELINE_SUM = re.compile(r'<td class="n" data-l="[^"]*">([\d,]+)<span class="u">([^<]+)</span>')
WEEK = re.compile(r'<dl class="deltas">(.*?)</dl>.*?', re.DOTALL)
DELTA = re.compile(r'<span class="num">([+−]?[\d,]+)<span class="u">([^<]*)</span>')
ALL_OF_WEEK = re.compile(r'<div class="links tools"><a href="(/tally/changes[^"]+)"')

Asked = Mapping[str, str]


@pytest.fixture
def known(app: Flask) -> Iterator[int]:
    """Random histories through the services, and lists of more lines than a page holds.

    Gives a record before the last third; after it much is corrected.
    """
    allocate_shares(Kind.SMART_WORKSHOP, {"320582": 30, "320583": 5}, on=NOW.date().replace(day=1))
    with clock.set_to(OLD):
        import_lines(*_long_list("320582", 60, last=OLD), at=OLD)
        db.session.commit()
    play(HISTORIES)
    later = read_head().sequence * 2 // 3
    with clock.set_to(NOW):
        import_lines(*_long_list("320581", 55, last=NOW), at=NOW)
        db.session.commit()
        yield later


def _long_list(district: str, lines: int, *, last: datetime) -> list[dict[str, object]]:
    return [
        {
            "kind": Kind.SMART_WORKSHOP.value,
            "enterprise": f"长名单{district}-{number}有限公司",
            "district": district,
            "title": f"车间{number}",
            "decided_on": (last - timedelta(days=7 * (number % 40))).date(),
        }
        for number in range(lines)
    ]


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


def test_every_figure_is_the_sum_of_its_list(known: int, leader: FlaskClient) -> None:
    earlier = {"as_of": EARLIER, "known_at": f"#{known}"}
    for address, asked in (("/tally", {}), ("/tally", earlier), ("/tally/screen", {})):
        lists = _lists_of(leader.get(address, query_string=asked).text)

        opened = {url: open_figure(leader, url) for url, _ in lists}
        assert [(url, opened[url]) for url, amount in lists if opened[url] != {amount}] == []
        for url, _ in lists:
            words = parse_qs(urlsplit(url).query)
            assert {name: words[name] for name in asked} == {n: [w] for n, w in asked.items()}


def test_the_page_has_figures_to_open(known: int, leader: FlaskClient) -> None:
    lists = _lists_of(leader.get("/tally").text)

    paths = [urlsplit(url).path for url, _ in lists]
    assert paths.count("/tally/entries") >= 44 + 4 + 2
    assert paths.count("/tally/changes") >= 11 * 4 * 2
    assert sum(1 for _, amount in lists if amount.value) > 30


def _lists_of(page: str) -> list[Shown]:
    """Return the figures that lead to another page."""
    return [shown for shown in figures_of(page) if not shown.url.startswith("#")]


def test_everybody_who_sees_the_page_is_led_to_the_same(
    known: int, leader: FlaskClient, client: FlaskClient, sign_in: SignedIn
) -> None:
    get_programme().is_public = True
    browsers = {role.value: sign_in(a_user(role)) for role in Role if role is not Role.LEADER}
    browsers |= {"leader of a district": sign_in(_a_district_leader()), "visitor": client}
    asked = {"as_of": EARLIER, "known_at": f"#{known}"}
    lists = _lists_of(leader.get("/tally", query_string=asked).text)

    for turn, (who, browser) in enumerate(browsers.items()):
        assert _lists_of(browser.get("/tally", query_string=asked).text) == lists, who
        for url, amount in lists[turn % SHARE :: SHARE]:  # together they open every one
            assert open_figure(browser, url, pages=1) == {amount}, (who, url)


def _a_district_leader() -> User:
    leader = a_user(Role.LEADER)
    leader.district_id = a_district().id
    return leader


def test_the_week_is_the_sum_of_the_changes_that_it_opens(known: int, leader: FlaskClient) -> None:
    page = leader.get("/tally").text
    week, link = WEEK.search(page), ALL_OF_WEEK.search(page)
    assert week is not None
    assert link is not None
    deltas = [read_amount(*found) for found in DELTA.findall(week[1])]

    assert any(delta.value for delta in deltas)
    for kind, delta in zip(Kind, deltas, strict=True):
        url = f"{link[1].replace('&amp;', '&')}&kind={kind.value}"
        assert open_figure(leader, url) == {delta}, kind


def test_what_is_under_way_is_the_sum_of_its_stages(known: int, leader: FlaskClient) -> None:
    page = leader.get("/tally").text
    part = page[page.index('id="pipeline"') : page.index('id="method"')]
    body, foot = part.split("<tfoot>")
    rows = [read_amount(*found) for found in PIPELINE_SUM.findall(body)]
    totals = [read_amount(*found) for found in PIPELINE_SUM.findall(foot)]

    facts = [read_amount(*found) for found in PIPELINE_FACT.findall(page)]

    assert facts == totals
    for at, kind in enumerate(Kind):
        stages = rows[at :: len(Kind)]
        added = Amount(sum(stage.value for stage in stages), stages[0].unit)
        assert added == totals[at], kind
