"""Pages of the administrator: what they show, what they store, what they refuse in words."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import ApiToken, OneTimeLink, User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.ledger.models import Allocation, GoalVersion
from registry.ledger.queries import read_allocations, read_goals, read_head
from registry.programme.kinds import Kind, Measure
from registry.programme.models import Round
from registry.programme.queries import get_programme
from tests.administration.test_joining import a_pair
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_district, a_user
from tests.statements import counted_statements
from tests.tally.factories import a_registered

GOAL = "/programme/goals/robot_deployment"


@pytest.fixture
def city(app: Flask, sign_in: SignedIn) -> FlaskClient:
    return sign_in(a_user(Role.ADMINISTRATOR))


def post(browser: FlaskClient, path: str, page: str = "", **fields: str) -> TestResponse:
    token = csrf_of(browser, page or "/account")
    return browser.post(path, data={**fields, "csrf_token": token})


def set_language(browser: FlaskClient, language: str) -> None:
    post(browser, "/language", language=language)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_page_opens_in_both_languages(city: FlaskClient, language: str) -> None:
    set_language(city, language)
    post(city, GOAL + "/shares", shares_from="2026-01-01", share_320583="5")
    person = a_user(Role.OFFICER).id
    a_pair()
    db.session.commit()
    paths = (
        "/programme",
        "/programme/edit",
        GOAL,
        "/programme/rounds/new",
        "/programme/accounts",
        f"/programme/accounts/{person}",
        "/programme/accounts/invite",
        "/programme/tokens",
        "/programme/duplicates",
        "/patterns",
    )

    assert {path: city.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_pattern_page_is_unknown_to_a_real_register(app: Flask) -> None:
    real = app.config["SETTINGS"].__class__(
        **{**vars(app.config["SETTINGS"]), "testing": False, "demonstration": False}
    )
    app.config["SETTINGS"], kept = real, app.config["SETTINGS"]
    try:
        assert app.test_client().get("/patterns").status_code == 404
    finally:
        app.config["SETTINGS"] = kept


def test_programme_page_says_where_mails_lie(app: Flask, city: FlaskClient) -> None:
    assert str(app.config["SETTINGS"].data_dir / "mail") in city.get("/programme").text


def words(**changed: str) -> dict[str, str]:
    programme = get_programme()
    names = ("name_zh", "name_en", "city_zh", "city_en", "contact_zh", "contact_en")
    return {
        **{name: getattr(programme, name) for name in names},
        "starts_on": "2025-01-01",
        "ends_on": "2027-12-31",
        **changed,
    }


def test_words_dates_and_public_pages_are_stored(city: FlaskClient) -> None:
    changed = words(contact_zh="装备处 0512-65220000", ends_on="2028年1月31日", is_public="y")

    answer = post(city, "/programme/edit", **changed)

    programme = get_programme()
    assert answer.status_code == 303
    assert (programme.contact_zh, programme.ends_on, programme.is_public) == (
        "装备处 0512-65220000",
        date(2028, 1, 31),
        True,
    )


def test_first_day_is_no_field_once_a_figure_is_posted(city: FlaskClient) -> None:
    assert 'name="starts_on"' in city.get("/programme/edit").text
    a_registered(Kind.SMART_FACTORY, on=date(2025, 5, 1))
    db.session.commit()

    assert 'name="starts_on"' not in city.get("/programme/edit").text
    answer = post(city, "/programme/edit", **words(starts_on="2024-01-01", name_en="Another"))
    programme = get_programme()
    assert answer.status_code == 303
    assert (programme.starts_on, programme.name_en) == (date(2025, 1, 1), "Another")


def test_bad_date_keeps_the_words(city: FlaskClient) -> None:
    answer = post(city, "/programme/edit", **words(name_en="Another", ends_on="2099-13-40"))

    assert answer.status_code == 422
    assert 'value="Another"' in answer.text
    assert get_programme().ends_on == date(2027, 12, 31)


def test_target_is_a_version_and_mobile_robots_join_it(city: FlaskClient) -> None:
    answer = post(
        city,
        GOAL + "/target",
        target="12,000",
        target_from="2026-07-01",
        with_mobile_robot="y",
    )

    assert answer.status_code == 303
    head = read_head()
    before, after = (read_goals(day, head)[3] for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert (before.target, before.measures) == (10_000, (Measure.ROBOT,))
    assert (after.target, set(after.measures)) == (12_000, {Measure.ROBOT, Measure.MOBILE_ROBOT})


def test_same_key_sets_the_target_once(city: FlaskClient) -> None:
    fields = {"target": "12000", "target_from": "2026-07-01", "key": "k" * 32}

    answers = [post(city, GOAL + "/target", **fields).status_code for _ in range(2)]

    count = sa.select(sa.func.count()).where(GoalVersion.target == 12_000)
    assert (answers, db.session.scalar(count)) == ([303, 303], 1)


def test_shares_are_stored_and_the_difference_is_said(city: FlaskClient) -> None:
    fields = {"shares_from": "2026-01-01", "share_320583": "6,000", "share_320582": "3500"}

    answer = post(city, GOAL + "/shares", **fields)

    shares = read_allocations(date(2026, 1, 1), read_head())
    here = (a_district("320583").id, Kind.ROBOT_DEPLOYMENT)
    none = (a_district("320571").id, Kind.ROBOT_DEPLOYMENT)
    assert answer.status_code == 303
    assert (shares[here], shares[none]) == (6_000, None)
    assert "合计 9,500 台，比目标少 500" in city.get(GOAL).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"shares_from": "2024-01-01"}, "请填写期限内的日期"),
        ({"shares_from": "2026-01-01", "share_320583": "20+"}, "整数"),
        ({"shares_from": "2026-01-01", "share_320583": "1" * 31}, "整数"),
        ({"share_320583": "20"}, "请填写"),
    ],
)
def test_bad_shares_are_refused_in_words(
    city: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    answer = post(city, GOAL + "/shares", **fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Allocation)) == 0


def test_unknown_kind_is_not_found(city: FlaskClient) -> None:
    assert city.get("/programme/goals/ships").status_code == 404


def test_round_is_opened_and_changed(city: FlaskClient) -> None:
    fields = {"name": "2026年第一批", "opens_on": "2026-03-01", "closes_on": "2026-03-31"}
    post(city, "/programme/rounds/new", kind="smart_factory", **fields)
    made = db.session.scalars(sa.select(Round.id)).one()

    changed = {**fields, "closes_on": "2026-04-30"}
    answer = post(city, f"/programme/rounds/{made}", **changed)

    db.session.expire_all()
    assert answer.status_code == 303
    assert db.session.get_one(Round, made).closes_on == date(2026, 4, 30)
    refused = post(city, "/programme/rounds/new", kind="smart_factory", **fields)
    assert (refused.status_code, "同名批次" in refused.text) == (422, True)


def test_accounts_are_found_by_role_district_state_and_words(city: FlaskClient) -> None:
    officer = a_user(Role.OFFICER)
    member = a_user(Role.MEMBER)
    other = a_user(Role.OFFICER, district=a_district("320582"))
    other.closed_at = clock.now()
    db.session.commit()
    officer_id, member_id, other_id, email = officer.id, member.id, other.id, member.email

    def found(query: str) -> set[int]:
        page = city.get("/programme/accounts?" + query).text
        return {int(number) for number in re.findall(r'href="/programme/accounts/(\d+)"', page)}

    assert found("role=officer") == {officer_id, other_id}
    assert found("district=320583") == {officer_id, member_id}
    assert found("role=officer&state=closed") == {other_id}
    assert found("q=" + email) == {member_id}
    assert found("role=supervisor") == set()


def test_accounts_stand_on_pages_without_gap_or_double(city: FlaskClient) -> None:
    ids = [a_user(Role.OFFICER).id for _ in range(120)]
    db.session.commit()
    address, seen = "/programme/accounts?role=officer", list[int]()
    while address:
        page = city.get(address).text
        seen += [int(n) for n in re.findall(r'href="/programme/accounts/(\d+)"', page)]
        follow = re.search(r'href="([^"]+)" rel="next"', page)
        address = follow.group(1).replace("&amp;", "&") if follow else ""

    assert seen == sorted(ids, reverse=True)


def test_link_of_an_invitation_is_shown_once(city: FlaskClient) -> None:
    fields = {"email": "lu@kunshan.example.test", "role": "officer", "district": "320583"}

    answer = post(city, "/programme/accounts/invite", key="k" * 32, **fields)
    again = post(city, "/programme/accounts/invite", key="k" * 32, **fields)

    assert "http://localhost/links/" in answer.text
    assert (again.status_code, again.location) == (303, "/programme/accounts")
    assert db.session.scalars(sa.select(OneTimeLink.email)).all() == ["lu@kunshan.example.test"]
    assert "lu@kunshan.example.test" in city.get("/programme/accounts").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody", "role": "officer", "district": "320583"}, "邮箱"),
        ({"email": "a@b.example.test", "role": "officer"}, "板块"),
        ({"email": "a@b.example.test", "role": "member"}, "有效"),
        ({"email": "a@b.example.test", "role": "administrator", "district": "320583"}, "板块"),
    ],
)
def test_bad_invitations_are_refused(
    city: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    answer = post(city, "/programme/accounts/invite", **fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{fields["email"]}"' in answer.text
    assert db.session.scalars(sa.select(OneTimeLink)).all() == []


def test_closed_person_is_out_at_once(app: Flask, city: FlaskClient, sign_in: SignedIn) -> None:
    officer = a_user(Role.OFFICER)
    officer_id = officer.id
    theirs = sign_in(officer)
    assert theirs.get("/account").status_code == 200

    post(city, f"/programme/accounts/{officer_id}/close")

    assert theirs.get("/account").status_code == 303
    post(city, f"/programme/accounts/{officer_id}/reopen")
    db.session.expire_all()
    assert db.session.get_one(User, officer_id).closed_at is None


def test_own_account_stays_open(app: Flask, sign_in: SignedIn) -> None:
    administrator = a_user(Role.ADMINISTRATOR)
    own_id = administrator.id
    city = sign_in(administrator)

    assert post(city, f"/programme/accounts/{own_id}/close").status_code == 409


def test_person_moves_to_another_district(city: FlaskClient) -> None:
    officer_id = a_user(Role.OFFICER).id
    db.session.commit()
    path = f"/programme/accounts/{officer_id}/move"

    assert post(city, path, role="supervisor", district="").status_code == 422
    assert post(city, path, role="administrator", district="").status_code == 422
    assert post(city, path, role="supervisor", district="320582").status_code == 303
    db.session.expire_all()
    moved = db.session.get_one(User, officer_id)
    assert (moved.role, moved.district) == (Role.SUPERVISOR, a_district("320582"))


def test_token_is_shown_once_and_reads_the_tally(app: Flask, city: FlaskClient) -> None:
    page = post(city, "/programme/tokens", label="大数据中心").text
    key = re.search(r"Bearer ([\w-]+)", page)
    assert key is not None
    assert "Bearer" not in city.get("/programme/tokens").text

    header = {"Authorization": f"Bearer {key.group(1)}"}
    visitor = app.test_client()
    assert visitor.get("/api/v1/tally", headers=header).status_code == 200

    token = db.session.scalars(sa.select(ApiToken)).one()
    post(city, f"/programme/tokens/{token.id}/end")
    assert visitor.get("/api/v1/tally", headers=header).status_code == 401


def test_firms_are_joined_on_the_page(city: FlaskClient) -> None:
    old, firm = (record.id for record in a_pair())
    db.session.commit()

    answer = post(city, "/programme/duplicates", duplicate=str(old), survivor=str(firm))

    db.session.expire_all()
    assert answer.status_code == 303
    assert db.session.get_one(Enterprise, old).merged_into_id == firm
    assert post(city, "/programme/duplicates", duplicate="x", survivor="1").status_code == 400


@pytest.mark.parametrize("path", ["/programme/accounts", "/programme/duplicates"])
def test_lists_need_the_same_statements_for_one_row_and_for_three(
    city: FlaskClient, path: str
) -> None:
    counts = []
    for more in (1, 2):
        for number in range(more):
            a_pair(f"昆山名单{more}{number}有限公司")
            a_user(Role.OFFICER)
        db.session.commit()
        with counted_statements() as statements:
            assert city.get(path).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]
