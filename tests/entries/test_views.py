"""The public register and the check of a certificate: who sees what, found how, shown how."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.models import User
from registry.accounts.roles import Membership, Role
from registry.core.database import db
from registry.entries.models import Entry, EntryTitle, Precision
from registry.importing.models import Batch
from registry.programme.kinds import Kind, Level
from registry.programme.queries import get_programme
from tests.conftest import SignedIn
from tests.entries.factories import a_form, a_registered, a_robot, an_entry
from tests.factories import AT, a_district, a_user, an_enterprise
from tests.statements import counted_statements

ROBOTS, WORKSHOP = Kind.ROBOT_DEPLOYMENT, Kind.SMART_WORKSHOP


def make_public() -> None:
    get_programme().is_public = True
    db.session.commit()


def listed(page: str) -> list[str]:
    """Return the registration numbers in the order the page lists them."""
    return [part.split('"')[0] for part in page.split('href="/register/')[1:]]


def test_visitors_are_sent_to_sign_in_unless_the_city_shows_the_register(
    app: Flask, client: FlaskClient
) -> None:
    entry = a_registered(ROBOTS)
    db.session.commit()
    addresses = ("/register", "/register.csv", f"/register/{entry.number}")

    before = [client.get(address).status_code for address in addresses]
    make_public()
    after = [client.get(address).status_code for address in addresses]

    assert (before, after) == ([303] * 3, [200] * 3)


def test_only_what_is_registered_is_listed_the_newest_decision_first(
    app: Flask, client: FlaskClient
) -> None:
    old = a_registered(WORKSHOP, effective_on=date(2025, 3, 1))
    new = a_registered(ROBOTS, effective_on=date(2026, 3, 1))
    an_entry(ROBOTS)
    numbers = [new.number, old.number]
    make_public()

    assert listed(client.get("/register").text) == numbers


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=榫卯", ["robots"]),
        ("q=%25", []),
        ("q=91320583MA9999991", []),
        ("kind=smart_workshop", ["workshop"]),
        ("district=320582", ["workshop"]),
        ("year=2025", ["workshop"]),
        ("year=99999&kind=nothing", ["robots", "workshop"]),
        ("standing=revoked", ["workshop"]),
        ("standing=valid", ["robots"]),
        ("after=nonsense", ["robots", "workshop"]),
    ],
)
def test_the_register_is_searched_and_filtered(
    app: Flask, client: FlaskClient, query: str, found: list[str]
) -> None:
    firm = an_enterprise("昆山榫卯传动科技有限公司")
    entries = {
        "robots": a_registered(ROBOTS, enterprise=firm, effective_on=date(2026, 3, 1)),
        "workshop": a_registered(
            WORKSHOP, effective_on=date(2025, 3, 1), district=a_district("320582")
        ),
    }
    entries["workshop"].revoked_on = date(2026, 1, 1)
    numbers = [entries[name].number for name in found]
    make_public()

    page = client.get(f"/register?{query}").text

    assert listed(page) == numbers


def test_an_entry_is_found_by_its_whole_number_and_credit_code(
    app: Flask, client: FlaskClient
) -> None:
    entry = a_registered(ROBOTS)
    a_registered(WORKSHOP)
    number, code = entry.number, entry.enterprise.uscc
    make_public()

    for words in (number, code):
        assert listed(client.get(f"/register?q={words}").text) == [number]


def person(name: str, entry: Entry) -> User:
    """Return a person who stands in one of several ways to an entry."""
    elsewhere = a_district("320582")
    return {
        "own firm": lambda: a_user(Role.MEMBER, enterprise=entry.enterprise),
        "unproven": lambda: a_user(
            Role.MEMBER, enterprise=entry.enterprise, membership=Membership.UNPROVEN
        ),
        "other firm": lambda: a_user(Role.MEMBER),
        "own district": lambda: a_user(Role.OFFICER, district=entry.district),
        "other district": lambda: a_user(Role.OFFICER, district=elsewhere),
        "leader": lambda: a_user(Role.LEADER),
        "administrator": lambda: a_user(Role.ADMINISTRATOR),
    }[name]()


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("own firm", True),
        ("unproven", False),
        ("other firm", False),
        ("own district", True),
        ("other district", False),
        ("leader", False),
        ("administrator", True),
    ],
)
def test_serials_and_business_figures_are_seen_by_those_concerned_only(
    app: Flask, sign_in: SignedIn, name: str, sees: bool
) -> None:
    form = a_form(ROBOTS) | {"rows": [a_robot(serial_no="ZX-9-77")]}
    entry = a_registered(ROBOTS, form=form)
    number = entry.number
    browser = sign_in(person(name, entry))

    page = browser.get(f"/register/{number}").text
    found = listed(browser.get("/register?q=zx977").text)

    assert ("ZX-9-77" in page, "昆山市前进东路" in page, bool(found)) == (sees, sees, sees)
    assert "发那科" in page


def test_an_entry_shows_its_titles_places_and_robots(app: Flask, client: FlaskClient) -> None:
    rows = [a_robot(), a_robot(), a_robot(brand="新松", model="SR", robot_type="agv", axes="")]
    entry = a_registered(ROBOTS, form=a_form(ROBOTS) | {"rows": rows})
    db.session.add(EntryTitle(entry_id=entry.id, level=Level.CITY, document="苏工信〔2026〕8号"))
    make_public()

    page = client.get(f"/register/{entry.number}").text

    for words in ("苏工信〔2026〕8号", "市级", "2026-06-01", "移动（AGV/AMR）", "3<span"):
        assert words in page, words


def test_a_day_that_is_not_known_is_not_invented(app: Flask, client: FlaskClient) -> None:
    entry = a_registered(WORKSHOP, effective_on=date(2025, 12, 31), precision=Precision.YEAR)
    number = entry.number
    make_public()

    page = client.get("/register").text

    assert "2025 年（具体日期不详）" in page
    assert listed(page) == [number]


def test_what_is_not_registered_is_not_found(app: Flask, client: FlaskClient) -> None:
    make_public()

    assert client.get("/register/320583-2026-J-0001").status_code == 404
    assert client.get("/certificates/ABCDEFGHJKLMNPQRSTUVWXYZ23").status_code == 404


def test_the_file_can_be_opened_in_a_spreadsheet_without_harm(
    app: Flask, client: FlaskClient
) -> None:
    firm = an_enterprise('=HYPERLINK("http://example.test")', code="913205837000000013")
    a_registered(ROBOTS, enterprise=firm)
    make_public()

    content = client.get("/register.csv").data

    assert content.startswith(b"\xef\xbb\xbf")
    (_head, row) = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert row[3:5] == ['\'=HYPERLINK("http://example.test")', "\t913205837000000013"]
    assert row[-1] == "3"


def test_a_page_holds_fifty_and_the_next_begins_where_it_ended(
    app: Flask, client: FlaskClient
) -> None:
    numbers = [a_registered(WORKSHOP).number for _ in range(52)]
    make_public()

    first = client.get("/register").text
    address = first.split('rel="next"')[0].rpartition('href="')[2].split('"')[0]
    second = client.get(address.replace("&amp;", "&")).text

    assert [*listed(first), *listed(second)] == numbers[::-1]
    assert len(listed(first)) == 50


def test_a_certificate_says_whether_it_is_valid_today(app: Flask, client: FlaskClient) -> None:
    entry = a_registered(ROBOTS)
    db.session.commit()
    address = f"/certificates/{entry.certificate_code}"

    entry_id = entry.id
    valid = client.get(address)
    db.session.get_one(Entry, entry_id).revoked_on = date(2026, 7, 1)
    db.session.commit()
    revoked = client.get(address)

    assert (valid.status_code, revoked.status_code) == (200, 200)
    assert ("有效" in valid.text, "已撤销" in valid.text) == (True, False)
    assert ("自 2026-07-01 起" in revoked.text, "已撤销" in revoked.text) == (True, True)
    assert "<svg" in valid.text


def test_a_code_may_be_typed_in_groups_and_small_letters(app: Flask, client: FlaskClient) -> None:
    entry = a_registered(ROBOTS)
    db.session.commit()
    code = entry.certificate_code or ""
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()

    right = client.get("/certificates", query_string={"code": typed})
    wrong = client.get("/certificates", query_string={"code": "ABCD"})

    assert (right.status_code, right.location) == (303, f"/certificates/{code}")
    assert wrong.status_code == 422
    assert 'value="ABCD"' in wrong.text


@pytest.mark.parametrize("address", ["/register", "/register.csv"])
def test_a_list_asks_the_same_with_one_entry_and_with_three(
    app: Flask, client: FlaskClient, address: str
) -> None:
    a_registered(ROBOTS)
    make_public()
    client.get(address)
    with counted_statements() as one:
        client.get(address)
    for kind in (WORKSHOP, ROBOTS):
        a_registered(kind)
    db.session.commit()

    with counted_statements() as three:
        client.get(address)

    assert len(three) == len(one)


def test_an_imported_entry_says_whose_list_it_came_from(app: Flask, client: FlaskClient) -> None:
    entry = a_registered(WORKSHOP)
    batch = Batch(
        source="市工信局 2025 年名单",
        file_name="a.csv",
        file_hash="0" * 64,
        row_count=1,
        imported_at=AT,
    )
    db.session.add(batch)
    db.session.flush()
    entry.batch_id, number = batch.id, entry.number
    make_public()

    assert "市工信局 2025 年名单" in client.get(f"/register/{number}").text
