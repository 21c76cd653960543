"""The pages of releases: the list, one release with its revisions, its files, and the form."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from registry.accounts.roles import Role
from registry.core.database import db
from registry.core.deeds import new_key
from registry.ledger.heads import read_head
from registry.programme.queries import get_programme
from registry.releases.models import Release
from registry.releases.queries import list_every
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_user
from tests.releases.factories import (
    NOW,
    WORKSHOP,
    a_history,
    a_release,
    kept,
    later_changes,
    signed,
)
from tests.statements import counted_statements
from tests.tally.factories import a_registered

CELL = re.compile(r"<(?:td|th)[^>]*>(.*?)</(?:td|th)>", re.DOTALL)
NEW = "/tally/releases/new/2026-10"


def texts(page: str, label: str) -> list[list[str]]:
    """Return the rows of the table of a name, as a person reads them."""
    table = page.split(f'aria-label="{label}"')[1].partition("</table>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    return [
        [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in CELL.findall(row)]
        for row in rows
    ]


@pytest.fixture
def release(app: Flask) -> Release:
    """A release of October after which three things were recorded, two of them for October."""
    _, there = a_history()
    release = a_release()
    later_changes(there)
    return kept(release)


@pytest.fixture
def leader(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.LEADER))


@pytest.fixture
def city(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.ADMINISTRATOR))


def form_of(browser: FlaskClient, *, seen: int, **given: str) -> dict[str, str]:
    words = signed()
    return {
        "name": words.name,
        "signer_name": words.signer_name,
        "signer_office": words.signer_office,
        "reason": "",
        "seen": str(seen),
        "key": new_key(),
        "csrf_token": csrf_of(browser, NEW),
        **given,
    }


def test_a_release_stands_beside_what_it_is_now(release: Release, leader: FlaskClient) -> None:
    page = leader.get(f"/tally/releases/{release.sequence}").text

    assert texts(page, "定稿与现在的数字")[1:] == [
        ["智能工厂", "2 家", "10 家", "1 家", "−1 家"],
        ["智能车间", "1 个", "100 个", "2 个", "+1 个"],
        ["智能装备升级", "0 家", "1,000 家", "0 家", "0 家"],
        ["机器人应用", "331 台", "10,000 台", "331 台", "0 台"],
    ]


def test_its_revisions_by_cause_add_up_to_the_difference(
    release: Release, leader: FlaskClient
) -> None:
    page = leader.get(f"/tally/releases/{release.sequence}").text

    assert texts(page, "修订按原因汇总")[1:] == [
        ["导入认定名单", "0 家", "+1 个", "0 家", "0 台", "1"],
        ["撤销", "−1 家", "0 个", "0 家", "0 台", "1"],
        ["合计", "−1 家", "+1 个", "0 家", "0 台", "2"],
    ]
    assert [row[:4] for row in texts(page, "定稿以后的每一笔增减，按原因")[1:]] == [
        ["导入认定名单"],
        ["2026-10-15", "+1 个", "智能车间", "昆山市"],
        ["撤销"],
        ["2026-10-20", "−1 家", "智能工厂", "张家港市"],
    ]
    assert texts(page, "各板块：现在减定稿")[1:] == [
        ["张家港市", "−1 家", "0 个", "0 家", "0 台"],
        ["昆山市", "0 家", "+1 个", "0 家", "0 台"],
    ]


def test_one_cause_can_be_looked_at_alone(release: Release, leader: FlaskClient) -> None:
    page = leader.get(f"/tally/releases/{release.sequence}?cause=revoke.0").text

    assert [row[:2] for row in texts(page, "定稿以后的每一笔增减，按原因")[1:]] == [
        ["撤销"],
        ["2026-10-20", "−1 家"],
    ]
    assert texts(page, "修订按原因汇总")[-1] == ["合计", "−1 家", "+1 个", "0 家", "0 台", "2"]


def test_a_release_after_which_nothing_was_recorded_says_so(
    app: Flask, leader: FlaskClient
) -> None:
    release = a_release()
    db.session.commit()

    page = leader.get(f"/tally/releases/{release.sequence}").text

    assert "定稿以后没有变动：2026-10-31 的数字与定稿一致。" in page


def test_the_tally_says_that_its_day_was_released(release: Release, leader: FlaskClient) -> None:
    address = "/tally?as_of=2026-10-31"
    head = f"{release.head_sequence:,}"

    now, then = leader.get(address).text, leader.get(f"{address}&known_at=%23{head}").text

    assert (
        f"已定稿为“2026年10月月报”（截至 #{head}）；此后：智能工厂 −1 家、智能车间 +1 个。" in now
    )
    assert f"这就是“2026年10月月报”定稿的数字，#{head}。" in then
    assert "定稿为" not in leader.get("/tally?as_of=2026-10-30").text


def test_a_newer_revision_leads_on_and_the_earlier_stays(
    release: Release, leader: FlaskClient
) -> None:
    newer = kept(a_release(at=NOW, name="第二版", reason="补录了迟报的车间。"))

    earlier = leader.get(f"/tally/releases/{release.sequence}").text
    later = leader.get(f"/tally/releases/{newer.sequence}").text

    assert f'href="/tally/releases/{newer.sequence}">第二版</a>' in earlier
    assert "补录了迟报的车间。" in earlier
    assert "补录了迟报的车间。" in later
    assert texts(later, "定稿与现在的数字")[1] == ["智能工厂", "1 家", "10 家", "1 家", "0 家"]


def test_the_list_shows_each_month_and_what_changed_since(
    release: Release, leader: FlaskClient, city: FlaskClient
) -> None:
    page = leader.get("/tally/releases").text

    rows = texts(page, "各月定稿")
    assert [row[0] for row in rows[1:]] == [
        f"{day}" for day in sorted((each for each in ends_of_2026()), reverse=True)
    ]
    assert rows[1][2:] == ["2 家 此后 −1 家", "1 个 此后 +1 个", "0 家", "331 台"]
    assert "9 个已结束的月份未定稿。" in page
    assert "定稿本月…" not in page
    assert city.get("/tally/releases").text.count("定稿本月…") == 9
    assert "2025-12-31" in leader.get("/tally/releases?year=2025").text


def ends_of_2026() -> list[date]:
    return [date.fromordinal(date(2026, month + 1, 1).toordinal() - 1) for month in range(1, 11)]


def test_the_city_releases_a_month_from_the_list(
    app: Flask, city: FlaskClient, leader: FlaskClient
) -> None:
    a_history()
    db.session.commit()
    form = form_of(city, seen=read_head().sequence)

    answer = city.post(NEW, data=form)
    again = city.post(NEW, data=form)

    found = list_every()
    assert [each.release.name for each in found] == ["2026年10月月报"]
    assert answer.status_code == 303
    assert answer.location == f"/tally/releases/{found[0].release.sequence}"
    assert again.location == answer.location
    assert leader.get(answer.location).status_code == 200


def test_the_form_suggests_the_name_and_who_signed_last(
    release: Release, city: FlaskClient
) -> None:
    other = city.get("/tally/releases/new/2026-09").text
    again = city.get(NEW).text

    assert 'value="2026年9月月报"' in other
    assert 'value="周副局长"' in other
    assert 'value="2026年10月月报（第 2 版）"' in again
    assert 'name="reason"' not in other
    assert 'name="reason"' in again


def test_bad_words_come_back_with_all_that_was_typed(app: Flask, city: FlaskClient) -> None:
    form = form_of(city, seen=read_head().sequence, name="", signer_name="孙局长")

    answer = city.post(NEW, data=form)

    assert answer.status_code == 422
    assert 'value="孙局长"' in answer.text
    assert "请填写" in answer.text


def test_figures_that_changed_meanwhile_are_shown_again(app: Flask, city: FlaskClient) -> None:
    form = form_of(city, seen=read_head().sequence, signer_name="孙局长")
    a_registered(WORKSHOP, on=date(2026, 10, 2))
    db.session.commit()

    answer = city.post(NEW, data=form)

    assert answer.status_code == 409
    assert "2026-10-31 的数字在您查看期间有变动" in answer.text
    assert 'value="孙局长"' in answer.text
    assert f'name="seen" value="{read_head().sequence}"' in answer.text
    assert city.post(NEW, data={**form, "seen": str(read_head().sequence)}).status_code == 303


@pytest.mark.parametrize("month", ["2026-11", "2024-12", "2026-13", "x", "0000-01"])
def test_a_month_that_cannot_be_released_is_not_found(
    app: Flask, city: FlaskClient, month: str
) -> None:
    assert city.get(f"/tally/releases/new/{month}").status_code == 404


def test_the_file_has_the_figures_and_every_revision(release: Release, leader: FlaskClient) -> None:
    content = leader.get(f"/tally/releases/{release.sequence}.csv").data.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(content)))
    assert ["智能工厂", "家", "2", "10", "1", "-1"] in rows
    assert [row[4] for row in rows[-2:]] == ["1", "-1"]


def test_the_paper_has_name_and_signer_and_the_figures_of_then(
    release: Release, leader: FlaskClient
) -> None:
    content = leader.get(f"/tally/releases/{release.sequence}.pdf").data

    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "2026年10月月报" in text
    assert "周副局长" in text
    assert "2 家" in text
    assert release.head_hash in text.replace("\n", "")


def test_visitors_see_releases_only_where_the_city_shows_figures(
    release: Release, client: FlaskClient
) -> None:
    address = f"/tally/releases/{release.sequence}"
    assert client.get(address).status_code == 303

    get_programme().is_public = True
    db.session.commit()

    assert client.get(address).status_code == 200
    assert client.get("/tally/releases").status_code == 200


def test_pages_ask_the_database_as_often_for_few_lines_as_for_many(
    release: Release, leader: FlaskClient
) -> None:
    """Of the two ways to an earlier total the ledger takes the shorter: here the same each time."""
    addresses = (f"/tally/releases/{release.sequence}", "/tally/releases")
    for day in range(1, 20):
        a_registered(WORKSHOP, on=date(2026, 10, day))
    db.session.commit()
    few = [count(leader, address) for address in addresses]
    for day in range(20, 32):
        a_registered(WORKSHOP, on=date(2026, 10, day))
    for month in range(1, 10):
        a_release(date(2026, month, 1), at=NOW)
    db.session.commit()

    assert [count(leader, address) for address in addresses] == few


def count(browser: FlaskClient, address: str) -> int:
    browser.get(address)
    with counted_statements() as statements:
        browser.get(address)
    return len(statements)


def test_programs_are_given_releases_and_their_revisions(
    release: Release, leader: FlaskClient
) -> None:
    listed = leader.get("/api/v1/releases").get_json()
    told = leader.get(f"/api/v1/releases/{release.sequence}").get_json()

    assert [each["id"] for each in listed["releases"]] == [release.sequence]
    assert listed["releases"][0]["signer"]["name"] == "周副局长"
    assert told["figures"] == release.frozen
    assert [line["quantity"] for line in told["revisions"]] == [1, -1]
    assert [goal["counted"] for goal in told["now"]["figures"]["goals"]] == [1, 2, 0, 331]
    assert leader.get("/api/v1/releases/999").status_code == 404
