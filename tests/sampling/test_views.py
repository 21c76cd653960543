"""The pages of sample checks: the list, a draw, the proof, a result, and who sees what of them."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Role
from registry.core.database import db
from registry.core.deeds import new_key
from registry.sampling.models import CheckResult, Draw, Outcome
from tests.applications.test_race import enter
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_district, a_user
from tests.sampling.factories import (
    KUNSHAN,
    ROBOTS,
    ZHANGJIAGANG,
    a_draw,
    a_result,
    administrator,
    drawn,
    officer,
    robots,
    workshops,
)
from tests.statements import counted_statements

WORDS = "现场少两台。"


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def numbers(app: Flask) -> list[str]:
    """Draw number 1, two robot deployments of Kunshan: their numbers in the order of the draw."""
    robots(12, 30)
    found = [row.entry.number or "" for row in drawn(a_draw("2", kind=ROBOTS))]
    db.session.commit()
    return found


def one_draw() -> Draw:
    return db.session.scalars(sa.select(Draw)).one()


def a_form(browser: FlaskClient, address: str, **given: str) -> dict[str, str]:
    return {"csrf_token": csrf_of(browser, address), "key": new_key(), **given}


def a_look(browser: FlaskClient, address: str, **given: str) -> dict[str, str]:
    words = {"checked_on": "2026-11-15", "checkers": "王核查", "words": "", "seen": "1"}
    return a_form(browser, address, **{**words, "outcome": "in_order", "found": "12", **given})


def test_the_city_draws_from_a_page(app: Flask, sign_in: SignedIn) -> None:
    workshops(8)
    city = sign_in(administrator())
    form = a_form(
        city, "/checks/new", purpose="半年抽查", kind="smart_workshop", district="city", size="25%"
    )

    answer, again = city.post("/checks/new", data=form), city.post("/checks/new", data=form)

    assert (answer.status_code, answer.location) == (303, "/checks/1")
    assert again.location == "/checks/1"
    assert one_draw().size == 2
    page = text_of(city.get("/checks/1").text)
    assert "抽中 2 个，尚未核查。" in page
    assert one_draw().seed in page


def test_bad_words_come_back_with_all_that_was_typed(app: Flask, sign_in: SignedIn) -> None:
    workshops(2)
    city = sign_in(administrator())
    form = a_form(
        city, "/checks/new", purpose="半年抽查", kind="smart_workshop", district="city", size="9"
    )

    answer = city.post("/checks/new", data=form)

    assert answer.status_code == 422
    assert "可抽取的项目有 2 个：请填写 1 至 2。" in answer.text
    assert 'value="半年抽查"' in answer.text
    assert 'value="9"' in answer.text


def test_a_supervisor_is_offered_the_own_district_only(app: Flask, sign_in: SignedIn) -> None:
    workshops(2)
    supervisor = sign_in(officer(role=Role.SUPERVISOR))
    offered = supervisor.get("/checks/new").text
    other = str(a_district(ZHANGJIAGANG).id)
    words = {"purpose": "抽查", "kind": "smart_workshop", "size": "1"}

    answers = [
        supervisor.post(
            "/checks/new", data=a_form(supervisor, "/checks/new", district=place, **words)
        ).status_code
        for place in ("city", other, str(a_district(KUNSHAN).id))
    ]

    assert "全市" not in offered
    assert answers == [422, 422, 303]


def test_the_order_can_be_repeated_from_the_page_and_the_file(
    numbers: list[str], sign_in: SignedIn
) -> None:
    leader = sign_in(a_user(Role.LEADER))

    page = leader.get("/checks/1/population").text
    rows = list(
        csv.reader(io.StringIO(leader.get("/checks/1/population.csv").data.decode("utf-8-sig")))
    )

    assert list(re.findall(r'class="nw">([^<]+)</th>', page)) == numbers
    assert [row[2] for row in rows[-2:]] == numbers
    assert all(len(row[3]) == 64 for row in rows[-2:])


def test_an_officer_records_what_was_found(numbers: list[str], sign_in: SignedIn) -> None:
    desk = sign_in(officer())
    address = f"/checks/1/entries/{numbers[0]}"
    form = a_look(desk, address)

    answer, again = desk.post(address, data=form), desk.post(address, data=form)

    assert (answer.status_code, answer.location) == (303, "/checks/1")
    assert again.location == "/checks/1"
    page = text_of(desk.get("/checks/1").text)
    assert "抽中 2 个，已核查 1 个：符合 1 个。" in page
    assert "本板块有 1 个抽中项目待核查" in text_of(desk.get("/checks").text)
    assert db.session.scalars(sa.select(CheckResult.found)).all() == [12]


def test_a_deviation_leads_to_what_mends_the_register(
    numbers: list[str], sign_in: SignedIn
) -> None:
    desk = sign_in(officer())
    address = f"/checks/1/entries/{numbers[0]}"
    form = a_look(desk, address, outcome="deviation", words=WORDS, found="10")

    answer = desk.post(address, data=form)

    assert answer.location == address
    page = desk.get(address).text
    assert "核查结果不改变数字" in page
    assert f'href="/register/{numbers[0]}/revoke"' in page
    assert f'href="/register/{numbers[0]}/retire"' in page


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"found": "十二"}, "请用数字填写整数"),
        ({"outcome": "perfect"}, "请选择"),
        ({"outcome": "deviation"}, "请写明现场情况"),
        ({"checked_on": "2099-01-01"}, "该日期尚未到来"),
    ],
)
def test_a_bad_result_comes_back_with_what_was_typed(
    numbers: list[str], sign_in: SignedIn, given: dict[str, str], says: str
) -> None:
    desk = sign_in(officer())
    address = f"/checks/1/entries/{numbers[0]}"

    answer = desk.post(address, data=a_look(desk, address, checkers="王某某", **given))

    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="王某某"' in answer.text


def test_the_loser_of_a_race_keeps_the_words(numbers: list[str], sign_in: SignedIn) -> None:
    desk = sign_in(officer())
    address = f"/checks/1/entries/{numbers[0]}"
    form = a_look(desk, address, words="我的说明")
    a_result(drawn(one_draw())[0], found=12)
    db.session.commit()

    answer = desk.post(address, data=form)

    assert answer.status_code == 409
    assert "其间已有人登记了核查结果" in answer.text
    assert "我的说明" in answer.text
    assert 'name="seen" value="2"' in answer.text


def test_another_desk_reads_the_outcome_and_not_the_words(app: Flask, numbers: list[str]) -> None:
    a_result(drawn(one_draw())[0], Outcome.DEVIATION, found=10)
    address = f"/checks/1/entries/{numbers[0]}"
    kunshan, zhangjiagang = a_district(KUNSHAN), a_district(ZHANGJIAGANG)
    readers = {
        "here": a_user(Role.OFFICER, district=kunshan).email,
        "there": a_user(Role.OFFICER, district=zhangjiagang).email,
        "leader": a_user(Role.LEADER).email,
        "leader there": a_user(Role.LEADER, district=zhangjiagang).email,
        "city": a_user(Role.ADMINISTRATOR).email,
    }
    db.session.commit()
    pages = (address, "/checks/1?show=all", "/checks/1.csv")

    def read(email: str) -> list[bool]:
        browser = enter(app, email)
        return [WORDS in browser.get(page).get_data(as_text=True) for page in pages]

    reads = {name: read(email) for name, email in readers.items()}

    assert reads == {
        "here": [True, True, True],
        "there": [False, False, False],
        "leader": [True, True, True],
        "leader there": [False, False, False],
        "city": [True, True, True],
    }


def test_another_desk_does_not_see_the_form_nor_post_it(
    numbers: list[str], sign_in: SignedIn
) -> None:
    desk = sign_in(officer(ZHANGJIAGANG))
    address = f"/checks/1/entries/{numbers[0]}"

    assert 'name="outcome"' not in desk.get(address).text
    form = a_form(desk, "/account", outcome="in_order")
    assert desk.post(address, data=form).status_code == 404


def test_a_draw_of_another_district_is_not_found(app: Flask, sign_in: SignedIn) -> None:
    workshops(3)
    number = drawn(a_draw("1", district_id=a_district(KUNSHAN).id))[0].entry.number
    desk = sign_in(officer(ZHANGJIAGANG))

    pages = ("", ".csv", "/print", "/population", "/population.csv", f"/entries/{number}")

    assert [desk.get(f"/checks/1{page}").status_code for page in pages] == [404] * len(pages)
    assert "还没有抽查。" in desk.get("/checks").text


def test_what_was_not_drawn_has_no_page(numbers: list[str], sign_in: SignedIn) -> None:
    city = sign_in(administrator())

    assert city.get("/checks/1/entries/none").status_code == 404
    assert city.get("/checks/2").status_code == 404


def test_the_register_shows_the_firm_its_outcome_without_words(
    numbers: list[str], sign_in: SignedIn
) -> None:
    row = drawn(one_draw())[0]
    a_result(row, Outcome.DEVIATION, found=10)
    firm = a_user(Role.MEMBER, enterprise=row.entry.enterprise)
    address = f"/register/{numbers[0]}"

    mine, ours = sign_in(firm).get(address).text, sign_in(officer()).get(address).text
    strangers = sign_in(a_user(Role.MEMBER)).get(address).text

    assert "经抽查核查" in mine
    assert "有出入" in mine
    assert (WORDS in mine, WORDS in ours) == (False, True)
    assert "王核查" not in mine
    assert "有出入" not in strangers


def test_the_tally_shows_the_share_beside_each_figure(
    numbers: list[str], sign_in: SignedIn
) -> None:
    row = drawn(one_draw())[0]
    a_result(row, found=row.quantity)
    quantity = row.quantity
    leader, member = sign_in(a_user(Role.LEADER)), sign_in(a_user(Role.MEMBER))

    page, theirs = leader.get("/tally").text, member.get("/tally").text

    says = f"{quantity} 台 共 42 台；其中符合 {quantity} 台"
    assert says in text_of(page)
    assert says in text_of(theirs)
    assert ('href="/checks"' in page, 'href="/checks"' in theirs) == (True, False)


def test_the_list_to_take_along_has_every_entry_of_the_desk(
    numbers: list[str], sign_in: SignedIn
) -> None:
    here = sign_in(officer()).get("/checks/1/print").text
    there = sign_in(officer(ZHANGJIAGANG)).get("/checks/1/print").text

    assert [number in here for number in numbers] == [True, True]
    assert [number in there for number in numbers] == [False, False]


def test_pages_ask_the_database_as_often_for_few_as_for_many(app: Flask, sign_in: SignedIn) -> None:
    workshops(30)
    few, many = drawn(a_draw("1")), drawn(a_draw("25"))
    a_result(few[0])
    for row in many[:12]:
        a_result(row)
    desk = sign_in(officer())

    counts = {
        page: [count(desk, f"/checks/{number}{page}") for number in (1, 2)]
        for page in ("", "?show=open", "/print", "/population", ".csv")
    }

    assert all(first == second for first, second in counts.values()), counts


def count(browser: FlaskClient, address: str) -> int:
    browser.get(address)
    with counted_statements() as statements:
        browser.get(address)
    return len(statements)
