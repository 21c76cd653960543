"""The page of a case: who may see it, what it shows, notes that are kept, steps, lost races."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any  # fields of a form are words or lists of words

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.accounts.roles import Membership, Role
from registry.applications import service
from registry.applications.given import Given
from registry.applications.models import Application
from registry.applications.status import Status
from registry.applications.workflow import Action
from registry.core import clock
from registry.core.database import db
from registry.ledger.models import Posting
from registry.programme.kinds import Kind
from tests.applications.factories import (
    AT,
    a_claimed,
    a_filed,
    a_member,
    a_returned,
    a_robot_row,
    act,
    approval_of,
    file_it,
    robot_words,
)
from tests.approval.factories import an_officer, decide, everything_ticked, reload, save
from tests.conftest import SignedIn
from tests.factories import a_district, a_user
from tests.statements import counted_statements

pytestmark = pytest.mark.usefixtures("app")
NO_CASE = 999_999
REMARK: dict[str, Any] = {"remark-field:title": "请写全称。"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.set_to(AT):
        yield


def addresses(application: Application) -> list[tuple[str, str]]:
    case = f"/approval/cases/{application.id}"
    return [("GET", case), ("POST", f"{case}/notes"), ("POST", f"{case}/decide")]


@pytest.mark.parametrize("who", ["other_district", "stranger", "member", "other_leader"])
def test_to_who_may_not_see_it_a_case_does_not_exist(enter: SignedIn, who: str) -> None:
    case = a_claimed(an_officer())
    people: dict[str, Callable[[], User]] = {
        "other_district": lambda: an_officer("320505", Role.SUPERVISOR),
        "stranger": a_member,
        "member": lambda: a_member(case.enterprise),
        "other_leader": lambda: a_user(Role.LEADER, district=a_district("320505")),
    }
    browser = enter(people[who]())

    found = [browser.open(path, method=method) for method, path in addresses(case)]

    assert [answer.status_code for answer in found if answer.request.method == "GET"] == [404]
    assert all(answer.status_code in {400, 404} for answer in found)
    assert not any(case.number in answer.text for answer in found)


def test_another_districts_officer_finds_nothing_even_with_a_good_form(enter: SignedIn) -> None:
    case = a_claimed(an_officer())
    browser = enter(an_officer("320505"))

    answers = [decide(browser, case, "approve"), save(browser, case)]
    listed = browser.get("/approval/cases", query_string={"q": case.number}).text
    file = browser.get("/approval/cases.csv").text

    assert [answer.status_code for answer in answers] == [404, 404]
    assert case.enterprise.name not in listed + file


def test_leaders_read_without_personal_data_and_without_buttons(enter: SignedIn) -> None:
    case = a_claimed(an_officer())

    page = enter(a_user(Role.LEADER)).get(f"/approval/cases/{case.id}").text

    assert case.enterprise.name in page
    assert "13800000000" not in page
    assert case.holder is not None
    assert case.holder.name not in page
    assert 'name="action"' not in page


def test_administrators_read_everything_and_decide_nothing(enter: SignedIn) -> None:
    case = a_claimed(an_officer())
    browser = enter(a_user(Role.ADMINISTRATOR))

    alone = browser.get(f"/approval/cases/{case.id}").text
    a_user(Role.SUPERVISOR, district=case.district)
    db.session.commit()
    page = browser.get(f"/approval/cases/{case.id}").text

    assert "13800000000" in page
    assert re.findall('name="action" value="([^"]*)"', alone) == ["release"]  # as a supervisor does
    assert 'name="action"' not in page


@pytest.mark.parametrize("kind", [Kind.SMART_WORKSHOP, Kind.ROBOT_DEPLOYMENT])
def test_a_case_shows_all_that_was_filed(enter: SignedIn, kind: Kind) -> None:
    case = a_filed(kind=kind)

    page = enter(an_officer()).get(f"/approval/cases/{case.id}").text

    typed = [word for word in case.form["fields"].values() if isinstance(word, str)]
    codes = {case.form["fields"]["district"], "batch", "partial", "1200", "900"}
    assert [word for word in typed if word not in codes and word not in page] == []
    assert [row["serial_no"] for row in case.form["rows"] if row["serial_no"] not in page] == []


def test_what_changed_since_the_last_filing_is_marked_with_what_it_was(enter: SignedIn) -> None:
    officer, by = an_officer(), a_member()
    case = a_returned(officer, by=by)
    before = case.form["fields"]["title"]
    words = {"fields": {**case.form["fields"], "title": "全新的名称"}, "rows": case.form["rows"]}
    mended = service.save(case, words, by=by, at=AT, seen=case.version)
    again = file_it(mended, by=by, answers={remark.id: "已改" for remark in case.remarks})
    act(again, Action.CLAIM, by=officer)

    page = enter(officer).get(f"/approval/cases/{case.id}?view=changes").text

    assert page.count('name="verified"') == len(words["rows"])
    assert f"<s>{before}</s>" in page
    assert "已改" in page
    assert "俱进路" not in page


def test_notes_are_kept_until_the_return_sends_them(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    browser = enter(officer)

    kept = save(browser, case, **REMARK, verified="2", shown="1-3")
    page = browser.get(f"/approval/cases/{case.id}").text

    assert kept.status_code == 303
    assert "请写全称。" in page
    assert reload(case).review["verified"] == [2]

    sent = decide(browser, case, "return", answer_by="2026-06-20")

    case = reload(case)
    assert sent.status_code == 303
    assert (case.status, case.answer_by) == (Status.RETURNED, date(2026, 6, 20))
    assert [(remark.place, remark.text) for remark in case.remarks] == [
        ("field:title", "请写全称。")
    ]
    assert (case.review["remarks"], case.review["verified"]) == ({}, [2])


def test_a_link_to_a_remark_keeps_what_was_typed_and_opens_its_box(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    browser = enter(officer)

    answer = save(browser, case, open="field:site_address", **REMARK)
    page = browser.get(answer.location).text

    assert "remark=field:site_address" in answer.location
    assert 'name="remark-field:site_address"' in page
    assert "请写全称。" in page


def test_all_rows_without_doubt_are_ticked_at_once(enter: SignedIn) -> None:
    officer, row = an_officer(), a_robot_row(500)
    first = a_claimed(officer, words={**robot_words(1), "rows": [row]})
    again = a_robot_row(500, invoice_no="044205")
    rows = [a_robot_row(), again, a_robot_row(), a_robot_row(status="idle")]
    case = a_claimed(officer, words={**robot_words(1), "rows": rows})
    case.first_filed_at = AT.replace(hour=9)
    db.session.flush()
    assert first.id < case.id

    save(enter(officer), case, tick="clear", shown="1-4")

    assert reload(case).review["verified"] == [1, 3]


def test_approval_counts_the_ticked_rows_and_no_other(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer, words=robot_words(331))
    browser = enter(officer)
    ticked = [row for row in range(1, 332) if row != 7]

    answer = decide(browser, case, "approve", **everything_ticked(case, ticked))

    case = reload(case)
    posted = db.session.execute(
        sa.select(Posting.district_id, sa.func.sum(Posting.quantity)).group_by(Posting.district_id)
    ).all()
    assert (answer.status_code, case.status, case.quantity) == (303, Status.APPROVED, 330)
    assert [tuple(row) for row in posted] == [(case.district_id, 330)]


def test_the_same_approval_sent_twice_acts_once(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    browser, boxes = enter(officer), everything_ticked(case, [1, 2, 3])

    answers = [decide(browser, case, "approve", key="one-key", **boxes) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert db.session.scalar(sa.select(sa.func.sum(Posting.quantity))) == 3


def test_what_is_missing_is_said_and_nothing_is_lost(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    browser = enter(officer)

    answer = decide(browser, case, "reject", reject_reason="证明材料不足，逐条说明如下。")

    assert answer.status_code == 422
    assert "证明材料不足，逐条说明如下。" in answer.text
    assert reload(case).status is Status.IN_REVIEW


@pytest.mark.parametrize("word", ["2026-02-30", "明天", "2026-05-31"])
def test_an_answer_date_that_is_none_or_has_passed_is_refused(enter: SignedIn, word: str) -> None:
    officer = an_officer()
    case = a_claimed(officer)

    answer = decide(enter(officer), case, "return", answer_by=word, **REMARK)

    assert answer.status_code == 422
    assert word in answer.text
    assert "请写全称。" in answer.text


@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_who_does_not_hold_the_claim_reads_the_holders_name_and_keeps_the_words(
    enter: SignedIn, action: str
) -> None:
    holder = an_officer()
    case = a_claimed(holder)
    browser = enter(an_officer())

    words: dict[str, Any] = {"remark-field:title": "另一句话", "reject_reason": "写好的话"}
    answer = decide(browser, case, action, reject_code="other", **words)

    assert answer.status_code == 409
    assert holder.name in answer.text
    assert "另一句话" in answer.text
    assert reload(case).status is Status.IN_REVIEW


def test_the_loser_of_a_race_sees_what_happened(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    seen = case.version
    act(case, Action.APPROVE, by=officer, given=approval_of(case))

    answer = decide(enter(officer), case, "return", seen=seen, **REMARK)

    assert answer.status_code == 409
    assert "请写全称。" in answer.text
    assert 'class="story"' in answer.text
    assert reload(case).status is Status.APPROVED


def test_words_of_a_lost_race_can_be_used_again(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    browser = enter(officer)

    lost = decide(browser, case, "return", seen=0, **REMARK)
    kept = save(browser, case, shown="1-5000", **REMARK)

    assert lost.status_code == 409
    assert kept.status_code == 303
    assert reload(case).review["remarks"] == {"field:title": "请写全称。"}


def test_notes_save_themselves_and_say_when(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    browser = enter(officer)
    token = browser.get(f"/approval/cases/{case.id}").text.split('name="csrf_token" value="')[1]

    answer = browser.post(
        f"/approval/cases/{case.id}/notes",
        data={"csrf_token": token.split('"')[0], "remark-field:title": "自动保存"},
        headers={"X-Requested-With": "autosave"},
    )

    assert answer.json == {"saved_at": AT.isoformat()}
    assert reload(case).review["remarks"] == {"field:title": "自动保存"}


def test_licence_ticked_proves_who_filed(enter: SignedIn) -> None:
    officer = an_officer()
    by = a_member(membership=Membership.UNPROVEN)
    case = a_claimed(officer, by=by)
    browser = enter(officer)

    assert 'name="prove"' in browser.get(f"/approval/cases/{case.id}").text
    save(browser, case, prove="1")

    db.session.rollback()
    assert db.session.get_one(User, by.id).membership is Membership.PROVEN
    assert 'name="prove"' not in browser.get(f"/approval/cases/{case.id}").text


def test_cases_are_claimed_one_by_one_each_with_its_result(enter: SignedIn) -> None:
    officer, other = an_officer(), an_officer()
    free, gone = a_filed(), a_filed()
    chosen = [f"{free.id}.{free.version}", f"{gone.id}.{gone.version}", f"{NO_CASE}.1", "x"]
    act(gone, Action.CLAIM, by=other)
    browser = enter(officer)
    token = browser.get("/approval").text.split('name="csrf_token" value="')[1].split('"')[0]

    answer = browser.post(
        "/approval/claim", data={"csrf_token": token, "key": "k", "applications": chosen}
    )

    assert answer.status_code == 200
    assert other.name in answer.text
    assert (reload(free).holder_id, reload(gone).holder_id) == (officer.id, other.id)


def test_release_and_recall_need_a_reason_and_say_so(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_claimed(officer)
    browser = enter(officer)

    refused = decide(browser, case, "release")
    done = decide(browser, case, "release", release_reason="出差")

    assert (refused.status_code, done.status_code) == (422, 303)
    assert reload(case).status is Status.SUBMITTED


def test_returned_case_can_be_taken_back_with_a_reason(enter: SignedIn) -> None:
    officer = an_officer()
    case = a_returned(officer)

    answer = decide(enter(officer), case, "recall", recall_reason="已电话核实")

    assert answer.status_code == 303
    assert (reload(case).status, reload(case).holder_id) == (Status.IN_REVIEW, officer.id)


def test_a_case_needs_the_same_statements_for_three_rows_and_for_thirty(
    app: Flask, enter: SignedIn
) -> None:
    officer = an_officer()
    cases = [a_claimed(officer, words=robot_words(rows)) for rows in (3, 30)]
    browser = enter(officer)
    browser.get(f"/approval/cases/{cases[0].id}")
    counts = []
    for case in cases:
        with counted_statements() as statements:
            assert browser.get(f"/approval/cases/{case.id}").status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_withdrawn_while_read_tells_the_officer(enter: SignedIn) -> None:
    officer, by = an_officer(), a_member()
    case = a_claimed(officer, by=by)
    seen = case.version
    act(case, Action.WITHDRAW, by=by, given=Given(reason="重复申报"))

    answer = decide(enter(officer), case, "approve", seen=seen)

    assert answer.status_code == 409
    assert "重复申报" in answer.text
