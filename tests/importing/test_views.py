"""The pages of importing, as the city administrator uses them."""

from __future__ import annotations

import re
import time
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.roles import Role
from registry.core.database import db
from registry.entries.models import Entry, Standing
from registry.ledger.models import Seal
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_user
from tests.importing.factories import FACTORY, FAULTY, OFFICIAL, ROBOTS, a_csv, import_lines

HOME = "/programme/imports"


@pytest.fixture
def browser(app: Flask, sign_in: SignedIn) -> FlaskClient:
    """The browser of a city administrator."""
    return sign_in(a_user(Role.ADMINISTRATOR))


def send(
    browser: FlaskClient, data: bytes, *, name: str = "list.csv", source: str = ""
) -> TestResponse:
    form = {"csrf_token": csrf_of(browser, HOME), "source": source, "file": (BytesIO(data), name)}
    return browser.post(HOME, data=form, content_type="multipart/form-data")


def press(browser: FlaskClient, page: str, action: str) -> TestResponse:
    """Press the button of the form with this address."""
    text = browser.get(page).text
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    assert form is not None, text
    fields = dict(re.findall(r'name="(csrf_token|key)" value="([^"]*)"', form[0]))
    return browser.post(action, data=fields)


def entries() -> int:
    db.session.rollback()
    found = sa.select(sa.func.count()).where(Entry.standing == Standing.REGISTERED)
    return db.session.scalar(found) or 0


def seals() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Seal)) or 0


def test_a_list_is_looked_at_confirmed_and_taken_back(browser: FlaskClient) -> None:
    sent = send(browser, OFFICIAL.read_bytes(), name="官方名单.csv", source="市工信局")
    check = sent.location
    assert sent.status_code == 303
    page = browser.get(check).text
    assert "导入全部 16 行" in page
    assert entries() == 0

    imported = press(browser, check, check)

    assert imported.status_code == 303
    assert entries() == 16
    batch = browser.get(imported.location).text
    assert ("市工信局" in batch, "官方名单.csv" in batch, "奇瑞捷豹路虎汽车有限公司" in batch) == (
        True,
    ) * 3
    undone = press(browser, imported.location, f"{imported.location}/undo")
    assert (undone.status_code, entries()) == (303, 0)
    assert "本次导入已撤回" in browser.get(imported.location).text
    assert "已撤回" in browser.get(HOME).text


def test_confirming_twice_imports_once(browser: FlaskClient) -> None:
    check = send(browser, a_csv(FACTORY)).location
    text = browser.get(check).text
    fields = dict(re.findall(r'name="(csrf_token|key)" value="([^"]*)"', text))
    before = seals()

    first, second = (browser.post(check, data=fields) for _click in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert (entries(), seals()) == (1, before + 1)
    assert browser.get(second.location, follow_redirects=True).status_code == 200


def test_taking_back_twice_acts_once(browser: FlaskClient) -> None:
    report = import_lines(FACTORY)
    db.session.commit()
    page = f"{HOME}/{report.batch_id}"
    fields = dict(re.findall(r'name="(csrf_token|key)" value="([^"]*)"', browser.get(page).text))

    first, second = (browser.post(f"{page}/undo", data=fields) for _click in range(2))
    third = browser.post(f"{page}/undo", data=fields | {"key": "another"})

    assert (first.status_code, second.status_code, third.status_code) == (303, 303, 409)


def test_faults_stand_in_a_table_and_in_a_file(browser: FlaskClient) -> None:
    check = send(browser, FAULTY.read_bytes()).location

    page, file = browser.get(check).text, browser.get(f"{check}/faults.csv")

    assert page.count('<tr><th scope="row"') == 9
    assert "只有机器人应用填写数量" in page
    assert "what is wrong" in page
    assert file.mimetype == "text/csv"
    assert file.data.startswith(b"\xef\xbb\xbf")
    assert len(file.get_data(as_text=True).splitlines()) == 10
    assert press_is_absent(browser, check)
    assert entries() == 0


def press_is_absent(browser: FlaskClient, check: str) -> bool:
    return f'action="{check}"' not in browser.get(check).text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "请选择名单文件"),
        (b"%PDF\0", "这既不是 CSV 文件，也不是 .xlsx 工作簿"),
        (b"PK\x03\x04bomb", "工作簿已损坏"),
    ],
)
def test_what_is_no_list_comes_back_on_its_field(
    browser: FlaskClient, data: bytes, sentence: str
) -> None:
    answer = send(browser, data, source="市工信局")

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "市工信局" in answer.text


def test_no_file_and_a_source_too_long(browser: FlaskClient) -> None:
    form = {"csrf_token": csrf_of(browser, HOME), "source": ""}

    assert "请选择名单文件" in browser.post(HOME, data=form).text
    assert "来源超过 100 个字" in send(browser, a_csv(FACTORY), source="甲" * 101).text


def test_a_list_that_is_there_already_says_so(browser: FlaskClient) -> None:
    import_lines(FACTORY)
    db.session.commit()

    page = browser.get(send(browser, a_csv(FACTORY)).location).text

    assert "没有新内容" in page


def test_what_changed_meanwhile_is_shown_instead(browser: FlaskClient) -> None:
    check = send(browser, a_csv(FACTORY)).location
    fields = dict(re.findall(r'name="(csrf_token|key)" value="([^"]*)"', browser.get(check).text))
    import_lines(FACTORY)
    db.session.commit()

    answer = browser.post(check, data=fields, follow_redirects=True)

    assert "登记库在此期间有变化" in answer.text
    assert "没有新内容" in answer.text


def test_a_long_list_is_worked_on_beside_the_request(browser: FlaskClient) -> None:
    lines = [{**ROBOTS, "title": f"第 {number} 线"} for number in range(5_200)]
    check = send(browser, a_csv(*lines)).location
    wait_for(browser, check)
    assert "导入全部 5,200 行" in browser.get(check).text

    press(browser, check, check)
    wait_for(browser, check)

    assert entries() == 5_200
    assert browser.get(check).status_code == 303


def wait_for(browser: FlaskClient, check: str) -> None:
    for _moment in range(600):
        answer = browser.get(f"{check}/progress").get_json()
        if not answer["working"]:
            return
        time.sleep(0.1)
    raise TimeoutError(check)


def test_a_long_list_that_is_no_list_says_why(browser: FlaskClient) -> None:
    check = send(browser, b'kind,"\n' + b"x\n" * 6_000).location
    wait_for(browser, check)

    assert "引号位置有误" in browser.get(check).text


def test_an_unknown_check_is_not_found(browser: FlaskClient) -> None:
    for address in ("0" * 32, "..", "secret-key", "0" * 31):
        assert browser.get(f"{HOME}/checks/{address}").status_code == 404


def test_lists_take_the_same_statements_with_one_row_and_with_three(browser: FlaskClient) -> None:
    import_lines(FACTORY)
    db.session.commit()
    one = statements_of(browser, HOME), statements_of(browser, f"{HOME}/1")
    import_lines(
        {**FACTORY, "title": "二"}, {**FACTORY, "title": "三", "enterprise": "乙厂"}, ROBOTS
    )
    import_lines({**FACTORY, "title": "五"})
    db.session.commit()

    assert (statements_of(browser, HOME), statements_of(browser, f"{HOME}/2")) == one


def statements_of(browser: FlaskClient, page: str) -> int:
    seen: list[object] = []

    def note(*args: object) -> None:
        seen.append(args[2])

    db.session.rollback()
    engine = db.engine
    browser.get(page)
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get(page).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_only_administrators_may_enter(app: Flask, sign_in: SignedIn) -> None:
    for role in (Role.MEMBER, Role.OFFICER, Role.SUPERVISOR, Role.LEADER):
        assert sign_in(a_user(role)).get(HOME).status_code == 404
