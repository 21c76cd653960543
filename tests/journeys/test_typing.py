"""Typing and going on at once: the form that saves itself never stands in its own way."""

from __future__ import annotations

import io
from typing import Any  # a form as typed is nested JSON

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from registry.accounts.models import SignedIn
from registry.applications.models import Application
from registry.core import clock
from registry.core.database import db
from registry.demo.papers import make_photo
from registry.entries.catalogue import CATALOGUE
from registry.entries.workbook import write_template
from registry.programme.kinds import Kind
from tests.applications.factories import a_draft, a_member, a_robot_row
from tests.journeys.people import OpenBrowser, save, sign_in

HEAD = "main h1"
PHOTO = [{"name": "a.png", "mimeType": "image/png", "buffer": make_photo(1)}]


@pytest.fixture
def draft(served: tuple[Flask, str], open_browser: OpenBrowser) -> tuple[Page, int]:
    """A member's window, and the number of a draft."""
    with served[0].test_request_context():
        member = a_member()
        case_id = a_draft(member, with_files=False, at=clock.now()).id
        email = member.email
        db.session.commit()
    return sign_in(open_browser(), email), case_id


def stored(app: Flask, case_id: int) -> dict[str, Any]:
    with app.test_request_context():
        form: dict[str, Any] = db.session.get_one(Application, case_id).form
        db.session.remove()
        return form


def hold_saves(page: Page) -> None:
    """Let nothing save itself before the page is left: the worst moment for it."""
    page.add_init_script("window.setTimeout = () => 0;")


def test_the_next_part_is_opened_after_the_last_words_were_kept(
    served: tuple[Flask, str], draft: tuple[Page, int]
) -> None:
    page, case = draft
    hold_saves(page)
    page.goto(f"/applications/{case}/edit/project")
    page.fill("[name=title]", "打了字就走")
    page.locator(f".apply a[href='/applications/{case}/edit/rows']").click()
    page.wait_for_url("**/edit/rows")
    assert stored(served[0], case)["fields"]["title"] == "打了字就走"

    page.locator("[name='rows-0-brand']").fill("库卡")
    page.locator(f".apply a[href='/applications/{case}/edit/project']").click()
    page.wait_for_url("**/edit/project")
    expect(page.locator("[name=title]")).to_have_value("打了字就走")
    page.fill("[name=site_address]", "张浦镇")
    save(page)

    expect(page.locator(HEAD)).to_have_text("申报：机器人应用")
    form = stored(served[0], case)
    assert (form["rows"][0]["brand"], form["fields"]["site_address"]) == ("库卡", "张浦镇")


def test_a_template_is_taken_over_after_the_grid_saved_itself(
    served: tuple[Flask, str], draft: tuple[Page, int]
) -> None:
    page, case = draft
    hold_saves(page)
    page.goto(f"/applications/{case}/edit/rows")
    page.locator("[name='rows-0-brand']").fill("库卡")
    file = {
        "name": "模板.xlsx",
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "buffer": filled_template(a_robot_row(brand="新松")),
    }
    page.set_input_files("#rows-file", file)  # type: ignore[arg-type]  # the same keys
    with page.expect_navigation():
        page.click("form:has(#rows-file) button[type=submit]")

    expect(page.locator(HEAD)).to_be_visible()
    expect(page.locator("[name='rows-0-brand']")).to_have_value("新松")
    assert [row["brand"] for row in stored(served[0], case)["rows"]] == ["新松"]


def filled_template(row: dict[str, str]) -> bytes:
    sheet = CATALOGUE[Kind.ROBOT_DEPLOYMENT].sheet
    assert sheet is not None
    book = openpyxl.load_workbook(io.BytesIO(write_template(sheet, title="模板")))
    for at, column in enumerate(sheet.columns, start=1):
        book.worksheets[0].cell(3, at, row.get(column.name) or None)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_after_signing_in_elsewhere_the_page_goes_on_saving_and_sending_files(
    served: tuple[Flask, str], draft: tuple[Page, int]
) -> None:
    page, case = draft
    email = end_sessions(served[0], case)
    sign_in(page, email)
    page.goto(f"/applications/{case}/edit/attachments")
    files = page.locator("form[data-upload]").first
    end_sessions(served[0], case)

    files.locator("input[type=file]").set_input_files(PHOTO)  # type: ignore[arg-type]  # the same keys
    files.locator("button[type=submit]").click()
    expect(files.locator("[data-upload-fault]")).to_contain_text("登录")
    sign_in(page.context.new_page(), email)
    with page.expect_navigation():
        files.locator("button[type=submit]").click()
    expect(page.locator("a[href*='/attachments/']")).to_have_count(1)

    page.goto(f"/applications/{case}/edit/project")
    end_sessions(served[0], case)
    page.fill("[name=title]", "登录过期时还在写")
    line = page.locator("[data-autosave-status]")
    expect(line).to_have_attribute("data-state", "failed")
    expect(line).to_contain_text("登录")
    sign_in(page.context.new_page(), email)
    expect(line).to_have_attribute("data-state", "saved")
    assert stored(served[0], case)["fields"]["title"] == "登录过期时还在写"


def end_sessions(app: Flask, case_id: int) -> str:
    """End every session, as time does; return the address of who writes the draft."""
    with app.test_request_context():
        email = db.session.get_one(Application, case_id).started_by.email
        db.session.execute(sa.delete(SignedIn))
        db.session.commit()
        db.session.remove()
    return email
