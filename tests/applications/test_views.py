"""The enterprise's pages: filling in, saving, filing, reading."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.applications.models import Application
from registry.applications.queries import list_attachments
from registry.applications.service import start
from registry.applications.status import Status
from registry.core import clock
from registry.core.database import db
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind
from tests.applications.factories import (
    AT,
    a_claimed,
    a_draft,
    a_filed,
    a_member,
    a_returned,
    an_approved,
    robot_words,
)
from tests.conftest import SignedIn, csrf_of
from tests.factories import a_district, a_user

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def post(browser: FlaskClient, path: str, **data: object):  # type: ignore[no-untyped-def]  # werkzeug's answer
    token = csrf_of(browser, "/applications/")
    return browser.post(path, data={"csrf_token": token, **data})


@dataclass(frozen=True)
class Known:
    """What a test knows of an application; a request ends the session the row came from."""

    id: int
    version: int
    form: dict[str, Any]
    remarks: tuple[int, ...]


def known(application: Application) -> Known:
    remarks = tuple(remark.id for remark in application.remarks)
    return Known(application.id, application.version, application.form, remarks)


def again(draft: Known) -> Application:
    db.session.remove()
    return db.session.get_one(Application, draft.id)


def test_an_empty_list_says_what_can_be_applied_for(app: Flask, sign_in: SignedIn) -> None:
    page = sign_in(a_member()).get("/applications/")
    assert page.status_code == 200
    assert page.text.count('action="/applications/start"') == len(Kind)


def test_beginning_leads_to_the_first_part(app: Flask, sign_in: SignedIn) -> None:
    browser = sign_in(a_member())
    key = "k" * 32
    first = post(browser, "/applications/start", kind="robot_deployment", key=key)
    second = post(browser, "/applications/start", kind="robot_deployment", key=key)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location == "/applications/1/edit/project"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_part_of_every_kind_opens(app: Flask, sign_in: SignedIn, kind: Kind) -> None:
    member = a_member()
    draft = known(start(kind, by=member, at=AT))
    browser = sign_in(member)
    for section in CATALOGUE[kind].sections:
        page = browser.get(f"/applications/{draft.id}/edit/{section.code}?check=1")
        assert page.status_code == 200, page.text
    assert browser.get(f"/applications/{draft.id}/receipt").status_code == 200


def test_what_is_typed_is_kept_whatever_it_is(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    browser = sign_in(member)
    answer = post(
        browser,
        f"/applications/{draft.id}/edit/project",
        seen=str(draft.version),
        title="机器人 🤖 三期",
        district="320583",
        site_address="张浦镇",
    )
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert "机器人 🤖 三期" in page.text
    assert "表情" in page.text or "Emoji" in page.text


def test_rows_are_pasted_as_a_block_and_each_faulty_cell_is_named(
    app: Flask, sign_in: SignedIn
) -> None:
    member = a_member()
    draft = known(a_draft(member, words={"fields": {}, "rows": []}, with_files=False))
    good = (
        "发那科\tM-20\tS-{}\t关节\t6\t25\t装配\t进口\t日本\t18.6\t\t0463"
        "{}\t2026-03-14\t2026-04-08\t是\t在用"
    )
    lines = [good.format(number, number) for number in range(1, 332)]
    lines[117] = lines[117].replace("S-118", "S-117")
    lines[203] = lines[203].replace("2026-04-08", "2099-10-20")
    browser = sign_in(member)
    answer = post(
        browser,
        f"/applications/{draft.id}/edit/rows",
        seen=str(draft.version),
        block="\n".join(lines),
    )
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert again(draft).quantity == 331
    assert page.text.count('class="is-bad"') == 2
    assert 'id="rows-117-serial_no-error"' in page.text
    assert 'id="rows-203-commissioned_on-error"' in page.text


def test_331_rows_are_saved_from_the_grid(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = known(a_draft(member, words=robot_words(331), with_files=False))
    rows = draft.form["rows"]
    cells = {
        f"rows-{number}-{name}": word
        for number, row in enumerate(rows)
        for name, word in row.items()
    }
    cells["rows-330-brand"] = "库卡"
    browser = sign_in(member)
    answer = post(browser, f"/applications/{draft.id}/edit/rows", seen=str(draft.version), **cells)
    assert answer.status_code == 303
    kept = again(draft).form["rows"]
    assert len(kept) == 331
    assert kept[330]["brand"] == "库卡"
    assert {k: v for k, v in kept[0].items() if v} == {k: v for k, v in rows[0].items() if v}


def test_it_saves_itself_and_says_the_version(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    browser = sign_in(member)
    token = csrf_of(browser, "/applications/")
    answer = browser.post(
        f"/applications/{draft.id}/edit/project",
        data={"csrf_token": token, "seen": draft.version, "title": "四期"},
        headers={"X-Requested-With": "autosave"},
    )
    told = answer.get_json()
    assert told["version"] == draft.version + 1
    assert again(draft).form["fields"]["title"] == "四期"


def test_a_second_tab_keeps_the_words_and_can_save_them_on_top(
    app: Flask, sign_in: SignedIn
) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    browser = sign_in(member)
    path, seen = f"/applications/{draft.id}/edit/project", str(draft.version)
    first = post(browser, path, seen=seen, title="第一扇窗", district="320583")
    second = post(browser, path, seen=seen, title="第二扇窗", district="320583")
    assert (first.status_code, second.status_code) == (303, 409)
    assert "第一扇窗" in second.text
    assert 'name="title" value="第二扇窗"' in second.text
    now = again(draft)
    on_top = post(browser, path, seen=str(now.version), title="第二扇窗", district="320583")
    assert on_top.status_code == 303
    assert again(draft).form["fields"]["title"] == "第二扇窗"


def test_a_double_click_saves_once(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    browser = sign_in(member)
    path, seen = f"/applications/{draft.id}/edit/project", str(draft.version)
    words = {"title": "同一次点击", "district": "320583", "site_address": "张浦镇"}
    statuses = [post(browser, path, seen=seen, **words).status_code for _ in range(2)]
    assert statuses == [303, 303]
    assert again(draft).version == int(seen) + 1


def upload(browser: FlaskClient, draft: Known, name: str, content: bytes):  # type: ignore[no-untyped-def]  # werkzeug's answer
    return post(
        browser,
        f"/applications/{draft.id}/attachments",
        slot="contract",
        file=(io.BytesIO(content), name),
    )


def test_a_file_is_taken_and_given_out_as_a_download(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    browser = sign_in(member)
    assert upload(browser, draft, "采购合同.pdf", PDF).status_code == 303
    [number] = [file.id for file in list_attachments(draft.id)]
    given = browser.get(f"/applications/{draft.id}/attachments/{number}")
    assert given.data == PDF
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Content-Disposition"].startswith("attachment")
    given.close()
    stranger = sign_in(a_member())
    assert stranger.get(f"/applications/{draft.id}/attachments/{number}").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("setup.exe", b"MZ\x90\x00" + b"\x00" * 100),
        ("现场.jpg", b"MZ\x90\x00" + b"\x00" * 100),
        ("合同.pdf", b"<html></html>"),
        ("空.pdf", b""),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    app: Flask, sign_in: SignedIn, name: str, content: bytes
) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    answer = upload(sign_in(member), draft, name, content)
    assert answer.status_code == 422
    assert name in answer.text
    assert list(list_attachments(draft.id)) == []


def test_too_much_at_once_is_refused_and_nothing_else_is_lost(
    app: Flask, sign_in: SignedIn
) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    browser = sign_in(member)
    path, body = f"/applications/{draft.id}/attachments", b"x" * (30 * 1024 * 1024)
    plain = browser.post(path, data=body, content_type="multipart/form-data; boundary=x")
    script = browser.post(
        path,
        data=body,
        content_type="multipart/form-data; boundary=x",
        headers={"X-Requested-With": "upload"},
    )
    assert (plain.status_code, script.status_code) == (413, 413)
    assert "20 MB" in script.get_json()["message"]
    assert again(draft).form["fields"]["title"]


def test_filing_shows_all_that_is_missing_then_files(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = known(a_draft(member))
    browser = sign_in(member)
    path = f"/applications/{draft.id}/submit"
    refused = post(browser, path, seen=str(draft.version), key="a" * 32)
    assert refused.status_code == 422
    filed = post(browser, path, seen=str(draft.version), key="b" * 32, pledged="y")
    assert filed.location == f"/applications/{draft.id}"
    assert again(draft).status is Status.SUBMITTED
    twice = post(browser, path, seen=str(draft.version), key="b" * 32, pledged="y")
    assert twice.location == f"/applications/{draft.id}"
    assert browser.get(filed.location).status_code == 200
    assert browser.get(f"/applications/{draft.id}/receipt").status_code == 200


def test_remarks_are_answered_where_they_stand_and_it_is_filed_again(
    app: Flask, sign_in: SignedIn
) -> None:
    member = a_member()
    case = known(
        a_returned(by=member, places=("field:title", "section:attachments"), at=clock.now())
    )
    first, second = case.remarks
    browser = sign_in(member)
    assert browser.get(f"/applications/{case.id}").status_code == 200
    for section, remark in (("project", first), ("attachments", second)):
        path = f"/applications/{case.id}/edit/{section}"
        assert f'name="answer-{remark}"' in browser.get(path).text
        fields = case.form["fields"] if section == "project" else {}
        answer = post(
            browser,
            path,
            seen=str(again(case).version),
            **{**fields, f"answer-{remark}": "已改。"},
        )
        assert answer.status_code == 303
    filed = post(
        browser,
        f"/applications/{case.id}/submit",
        seen=str(again(case).version),
        key="c" * 32,
        pledged="y",
    )
    assert filed.status_code == 303, filed.text
    assert again(case).status is Status.SUBMITTED


def test_what_no_database_holds_is_shown_and_named(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    browser = sign_in(member)
    token = csrf_of(browser, "/applications/")
    body = f"csrf_token={token}&seen={draft.version}&title=A%ED%A0%80B%00C&district=320583"
    path = f"/applications/{draft.id}/edit/project"
    kind = "application/x-www-form-urlencoded"
    answer = browser.post(path, data=body.encode(), content_type=kind)
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert page.status_code == 200
    assert 'id="title-error"' in page.text


PATHS = (
    ("GET", ""),
    ("GET", "/edit/project"),
    ("POST", "/edit/project"),
    ("POST", "/submit"),
    ("POST", "/withdraw"),
    ("GET", "/template.xlsx"),
    ("POST", "/rows"),
    ("POST", "/attachments"),
    ("GET", "/attachments/{file}"),
    ("POST", "/attachments/{file}/remove"),
    ("GET", "/receipt"),
)


def test_a_case_does_not_exist_for_strangers(app: Flask, sign_in: SignedIn) -> None:
    case = a_filed()
    number, file = case.id, list_attachments(case.id)[0].id
    strangers = (a_member(), a_user(Role.OFFICER, district=a_district("320505")))
    for person in [stranger.id for stranger in strangers]:
        browser = sign_in(db.session.get_one(User, person))
        token = csrf_of(browser, "/tally")
        for method, path in PATHS:
            address = f"/applications/{number}{path.format(file=file)}"
            answer = browser.open(address, method=method, data={"csrf_token": token})
            assert (address, answer.status_code) == (address, 404)


def test_withdrawing_wants_a_reason(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    case = known(a_filed(member))
    browser = sign_in(member)
    path = f"/applications/{case.id}/withdraw"
    bare = post(browser, path, seen=str(case.version), key="a" * 32, reason="")
    done = post(browser, path, seen=str(case.version), key="b" * 32, reason="项目停了。")
    assert (bare.status_code, done.status_code) == (422, 303)
    assert again(case).status is Status.WITHDRAWN
    assert "项目停了。" in browser.get(f"/applications/{case.id}").text


def statements(app: Flask, browser: FlaskClient, path: str) -> int:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    assert browser.get(path).status_code == 200
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def one_of_each(member: User) -> None:
    a_draft(member, with_files=False)
    a_returned(by=member)
    a_claimed(by=member)
    an_approved(by=member)


def test_the_list_costs_the_same_however_long(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    one_of_each(member)
    number = member.id
    browser = sign_in(member)
    short = statements(app, browser, "/applications/")
    for _ in range(2):
        one_of_each(db.session.get_one(User, number))
    db.session.commit()
    assert statements(app, browser, "/applications/") == short
