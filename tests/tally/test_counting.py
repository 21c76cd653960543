"""Beside an entry: what made it count, and the way on to changes, case and list, within rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from tests.conftest import SignedIn
from tests.factories import a_district, a_user, an_enterprise
from tests.tally.factories import a_filed_case, a_registered, revoke

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


def section(browser: FlaskClient, number: str) -> str:
    """Return the part of the entry's page on how it counts."""
    page = browser.get(f"/register/{number}").text
    found = re.search(
        r'<section class="part" aria-labelledby="counting">.*?</section>', page, re.DOTALL
    )
    assert found is not None, page
    return found[0]


def amounts(text: str) -> list[str]:
    rows = re.findall(r'data-l="增减">(.*?)</td>', text)
    return [re.sub(r"<span.*?</span>|<[^>]+>", "", row) for row in rows]


def test_each_plus_and_minus_is_told_and_leads_to_the_changes(
    app: Flask, sign_in: SignedIn
) -> None:
    entry = a_registered(WORKSHOP, on=date(2025, 5, 1))
    revoke(entry, on=date(2026, 2, 1))
    number = str(entry.number)
    db.session.commit()
    leader = sign_in(a_user(Role.LEADER))

    shown = section(leader, number)

    assert amounts(shown) == ["−1 个", "+1 个"]
    assert "目前计入 0 个" in shown
    for url in re.findall(r'href="(/tally/changes[^"]+)"', shown):
        assert number in leader.get(unescape(url)).text
    assert len(re.findall(r'href="(/tally/changes[^"]+)"', shown)) == 2


def test_robots_apart_are_told_and_lead_nowhere(app: Flask, sign_in: SignedIn) -> None:
    robots = {Measure.ROBOT: 31, Measure.MOBILE_ROBOT: 4}
    number = str(a_registered(ROBOTS, on=date(2025, 5, 1), robots=robots).number)
    db.session.commit()

    shown = section(sign_in(a_user(Role.LEADER)), number)

    assert sorted(amounts(shown)) == ["+31 台", "+4 台"]
    assert "目前计入 31 台" in shown
    assert shown.count('href="/tally/changes') == 1


def test_a_further_upgrade_leads_to_the_one_that_counts(app: Flask, sign_in: SignedIn) -> None:
    firm = an_enterprise()
    days = (date(2025, 5, 1), date(2025, 8, 1))
    first, second = (str(a_registered(UPGRADE, on=day, enterprise=firm).number) for day in days)
    db.session.commit()

    shown = section(sign_in(a_user(Role.LEADER)), second)

    assert amounts(shown) == []
    assert f'href="/register/{first}"' in shown


def test_what_was_decided_before_the_programme_says_that_it_adds_nothing(
    app: Flask, sign_in: SignedIn
) -> None:
    number = str(a_registered(FACTORY, on=date(2024, 5, 1)).number)
    db.session.commit()

    assert "未计入本工程任何数字" in section(sign_in(a_user(Role.LEADER)), number)


def test_the_case_is_open_to_who_may_see_it_and_to_nobody_else(
    app: Flask, sign_in: SignedIn
) -> None:
    firm = an_enterprise(district=a_district("320583"))
    entry = a_registered(FACTORY, on=date(2025, 5, 1), enterprise=firm)
    case = a_filed_case(FACTORY, enterprise=firm)
    case.entry_id, case.filings_count = entry.id, 1
    get_programme().is_public = True
    people = {
        "leader": a_user(Role.LEADER),
        "officer": a_user(Role.OFFICER, district=a_district("320583")),
        "other officer": a_user(Role.OFFICER, district=a_district("320582")),
        "member": a_user(Role.MEMBER, enterprise=firm),
        "other member": a_user(Role.MEMBER, enterprise=an_enterprise()),
        "administrator": a_user(Role.ADMINISTRATOR),
    }
    number, ids = str(entry.number), {name: person.id for name, person in people.items()}
    desk, own = f"/approval/cases/{case.id}", f"/applications/{case.id}"
    db.session.commit()
    browsers = {name: sign_in(db.session.get_one(User, key)) for name, key in ids.items()}

    seen = {
        name: [url for url in (desk, own) if f'href="{url}"' in section(browser, number)]
        for name, browser in {**browsers, "visitor": app.test_client()}.items()
    }

    assert seen == {
        "leader": [desk],
        "officer": [desk],
        "other officer": [],
        "member": [own],
        "other member": [],
        "administrator": [desk],
        "visitor": [],
    }
