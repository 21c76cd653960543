"""Pages of amendments: begun beside the entry, written, read; what others see of them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.roles import Membership, Role
from registry.applications.amendment import find_open
from registry.applications.models import Application
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import new_key
from registry.entries.catalogue import CATALOGUE
from registry.entries.workbook import write_template
from registry.programme.kinds import Kind
from tests.applications.amendments import (
    LATER,
    a_claimed_amendment,
    a_registered,
    adding,
    amend,
    an_amendment,
    edit_words,
    owner_of,
    setting,
    units_of,
)
from tests.applications.factories import a_member, a_robot_row
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_user
from tests.statements import counted_statements


@pytest.fixture(autouse=True)
def _today(app: Flask) -> Iterator[None]:
    with clock.set_to(LATER):
        yield


@pytest.fixture
def case(app: Flask) -> Application:
    return a_registered(3)


def press(browser: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    """Post a form of the page with my applications; return the status and where it leads."""
    data = {"csrf_token": csrf_of(browser, "/applications/"), **fields}
    answer = browser.post(path, data=data)
    return answer.status_code, answer.location or answer.text


def test_it_begins_beside_the_entry_with_all_that_is_registered(
    case: Application, enter: SignedIn
) -> None:
    number, serials = case.entry.number, list(units_of(case.entry))
    browser = enter(owner_of(case))
    assert f"/applications/amend/{number}" in browser.get(f"/register/{number}").text
    key = new_key()

    first = press(browser, f"/applications/amend/{number}", key=key)
    again = press(browser, f"/applications/amend/{number}", key=key)

    draft = find_open(case.entry_id)
    assert draft is not None
    assert first == again == (303, f"/applications/{draft.id}/edit/amendment")
    page = browser.get(f"/applications/{draft.id}/edit/rows").text
    assert [serial in page for serial in serials] == [True] * 3
    assert f"/applications/amend/{number}" not in browser.get(f"/register/{number}").text


def test_a_second_one_is_refused_with_a_plain_sentence(case: Application, enter: SignedIn) -> None:
    draft = an_amendment(case.entry, by=owner_of(case))
    number = case.entry.number
    browser = enter(owner_of(case))

    status, location = press(browser, f"/applications/amend/{number}", key=new_key())

    assert (status, location) == (303, f"/register/{number}")
    page = browser.get(location).text
    assert "尚未办结" in page
    assert f"/applications/{draft.id}" in page


def test_who_is_not_of_the_firm_or_not_proven_finds_nothing(
    case: Application, enter: SignedIn
) -> None:
    unproven = a_user(Role.MEMBER, enterprise=case.enterprise, membership=Membership.UNPROVEN)
    draft = an_amendment(case.entry, by=owner_of(case))
    number, draft_id = case.entry.number, draft.id

    for person in (unproven, a_member()):
        browser = enter(person)
        status, _text = press(browser, f"/applications/amend/{number}", key=new_key())
        assert status == 404
        assert browser.get(f"/applications/{draft_id}").status_code == 404
        assert draft.number not in browser.get(f"/register/{number}").text


def test_put_afresh_it_keeps_sort_and_reason(case: Application, enter: SignedIn) -> None:
    draft = an_amendment(case.entry, by=owner_of(case), reason="原因。", edit=adding(2))
    draft_id, version = draft.id, draft.version
    browser = enter(owner_of(case))

    press(browser, f"/applications/{draft_id}/afresh", seen=version)

    db.session.expire_all()
    form = db.session.get_one(Application, draft_id).form
    assert (len(form["rows"]), form["fields"]["amend_reason"]) == (3, "原因。")
    assert press(browser, f"/applications/{draft_id}/afresh", seen=version)[0] == 409


def test_an_uploaded_list_takes_the_place_of_rows_it_names(
    case: Application, enter: SignedIn
) -> None:
    draft = an_amendment(case.entry, by=owner_of(case))
    draft_id, version, rows = draft.id, draft.version, draft.form["rows"]
    browser = enter(owner_of(case))
    fresh = a_robot_row()
    lines = [{**rows[1], "status": "sold"}, fresh]
    names = [column.name for column in CATALOGUE[Kind.ROBOT_DEPLOYMENT].sheet.columns]  # type: ignore[union-attr]  # robots have a sheet
    text = "\n".join(",".join(line.get(name, "") for name in names) for line in lines)

    press(
        browser,
        f"/applications/{draft_id}/rows",
        seen=version,
        how="put_in",
        file=(BytesIO(f"{','.join(names)}\n{text}".encode()), "rows.csv"),
    )

    db.session.expire_all()
    found = db.session.get_one(Application, draft_id).form["rows"]
    assert [row["serial_no"] for row in found] == [
        *(row["serial_no"] for row in rows),
        fresh["serial_no"],
    ]
    assert [row["status"] for row in found] == ["in_use", "sold", "in_use", "in_use"]


def test_the_officer_reads_the_difference_and_what_it_does(
    case: Application, enter: SignedIn
) -> None:
    def edit(words: dict[str, list[dict[str, str]]]) -> None:
        words["rows"][0]["status"] = "scrapped"
        words["rows"] += [a_robot_row(), a_robot_row()]

    amendment = a_claimed_amendment(case.entry, by=owner_of(case), edit=edit)
    amendment.review = {"filing": 1, "verified": [4, 5]}
    officer, number = amendment.holder, case.entry.number
    assert officer is not None
    browser = enter(officer)

    page = browser.get(f"/approval/cases/{amendment.id}").text

    assert page.count('name="verified"') == 2  # what is registered is not ticked again
    assert "认定变更" in page
    assert ">+2</span> −1 台</button>" in page
    table = page[page.index("对统计数字的影响") :]
    assert [word in table for word in ("2026-09-01", "+1", "昆山市")] == [True] * 3
    assert f'/register/{number}">{number}</a>' in page
    assert f"变更 {number}" in browser.get("/approval").text
    assert f"变更 {number}" in browser.get("/approval/cases").text
    assert browser.get("/approval/cases.csv").text.splitlines()[1].endswith(f",{number}")


def test_the_officer_is_told_when_the_entry_was_changed_meanwhile(
    case: Application, enter: SignedIn
) -> None:
    amendment = a_claimed_amendment(case.entry, by=owner_of(case), edit=adding(1))
    next(iter(units_of(case.entry).values())).model = "M-99"
    officer = amendment.holder
    assert officer is not None

    page = enter(officer).get(f"/approval/cases/{amendment.id}").text

    assert "提交之后该项目的登记内容又有改动" in page


def test_decided_it_stands_beside_the_entry_and_on_the_certificate(
    case: Application, client: FlaskClient, enter: SignedIn
) -> None:
    decided = amend(case.entry, by=owner_of(case), edit=setting(1, model="M-30"))
    number, code = case.entry.number, case.entry.certificate_code
    browser = enter(owner_of(case))

    page = browser.get(f"/register/{number}").text
    certificate = client.get(f"/certificates/{code}").text
    shown = browser.get(f"/applications/{decided.id}").text

    assert f'href="/applications/{decided.id}">{decided.number}</a>' in page
    assert "登记已变更" in page
    assert "最近变更日期" in certificate
    assert "1 行有改动" in shown
    assert "原登记：" in shown
    assert f"变更 {number}" in browser.get(f"/applications/{decided.id}/receipt").text


def _statements(browser: FlaskClient) -> int:
    browser.get("/applications/")
    with counted_statements() as statements:
        browser.get("/applications/")
    return len(statements)


def test_my_applications_cost_the_same_with_one_entry_and_with_three(
    case: Application, enter: SignedIn
) -> None:
    one, three = owner_of(case), a_member()
    an_amendment(case.entry, by=one, edit=adding(1))
    for _ in range(3):
        an_amendment(a_registered(1, by=three).entry, by=three, edit=adding(1))
    counts = [_statements(browser) for browser in (enter(one), enter(three))]

    assert counts[0] == counts[1]


def test_a_new_list_of_words_is_what_is_filed(case: Application) -> None:
    draft = an_amendment(case.entry, by=owner_of(case), edit=adding(2))

    assert draft.quantity == 2
    draft = edit_words(draft, by=owner_of(case), edit=lambda words: words["rows"].pop())
    assert draft.quantity == 1
    assert write_template(draft.facts.sheet, title="") != b""  # type: ignore[arg-type]  # robots have a sheet


def test_a_pasted_block_comes_after_what_is_registered(case: Application, enter: SignedIn) -> None:
    draft = an_amendment(case.entry, by=owner_of(case))
    browser, fresh = enter(owner_of(case)), a_robot_row()
    cells = {
        f"rows-{place}-{name}": word
        for place, row in enumerate(draft.form["rows"])
        for name, word in row.items()
    }
    block = "\t".join(fresh) + "\n" + "\t".join(fresh.values())

    press(browser, f"/applications/{draft.id}/edit/rows", seen=draft.version, block=block, **cells)

    found = db.session.get_one(Application, draft.id).form["rows"]
    assert [row["serial_no"] for row in found][3:] == [fresh["serial_no"]]
    assert (len(found), db.session.get_one(Application, draft.id).quantity) == (4, 1)
