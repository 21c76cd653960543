"""Parts of one form, each saved by itself: what was done in one is no conflict in another."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.applications.factories import a_draft, a_member, a_returned
from tests.applications.test_views import Known, again, known, post
from tests.conftest import SignedIn


def hidden(browser: FlaskClient, path: str) -> dict[str, str]:
    """Return what a page's form carries of what was seen."""
    page = browser.get(path).text
    fields = page[page.index("data-autosave-url=") :]
    return {
        name: fields.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
        for name in ("seen", "was")
    }


def open_draft(sign_in: SignedIn) -> tuple[FlaskClient, Known, str]:
    member = a_member()
    draft = known(a_draft(member, with_files=False))
    return sign_in(member), draft, f"/applications/{draft.id}/edit"


def test_a_part_is_saved_though_another_was_changed_meanwhile(
    app: Flask, sign_in: SignedIn
) -> None:
    browser, draft, path = open_draft(sign_in)
    project, rows = hidden(browser, f"{path}/project"), hidden(browser, f"{path}/rows")

    first = post(browser, f"{path}/project", **project, title="甲", district="320583")
    second = post(browser, f"{path}/rows", **rows, **{"rows-0-brand": "库卡"})

    form = again(draft).form
    assert (first.status_code, second.status_code) == (303, 303)
    assert (form["fields"]["title"], [row["brand"] for row in form["rows"]]) == ("甲", ["库卡"])
    assert again(draft).version == draft.version + 2


def test_the_same_part_in_two_windows_is_a_conflict(app: Flask, sign_in: SignedIn) -> None:
    browser, draft, path = open_draft(sign_in)
    seen = hidden(browser, f"{path}/project")

    statuses = [
        post(browser, f"{path}/project", **seen, title=title, district="320583").status_code
        for title in ("甲", "乙")
    ]

    assert statuses == [303, 409]
    assert again(draft).form["fields"]["title"] == "甲"


def test_an_answer_given_in_another_window_is_a_conflict(app: Flask, sign_in: SignedIn) -> None:
    member = a_member()
    case = known(a_returned(by=member))
    browser, path = sign_in(member), f"/applications/{case.id}/edit/project"
    seen, name = hidden(browser, path), f"answer-{case.remarks[0]}"
    fields = case.form["fields"]

    statuses = [
        post(browser, path, **seen, **fields, **{name: answer}).status_code
        for answer in ("已改。", "没改。")
    ]

    assert statuses == [303, 409]
    assert again(case).remarks[0].answer == "已改。"


def test_what_a_script_saved_it_can_save_again(app: Flask, sign_in: SignedIn) -> None:
    browser, draft, path = open_draft(sign_in)
    held, script = hidden(browser, f"{path}/project"), {"X-Requested-With": "autosave"}
    page = browser.get("/account").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]

    answers = []
    for title in ("甲", "乙"):
        fields = {**held, "title": title, "district": "320583", "csrf_token": token}
        answer = browser.post(f"{path}/project", data=fields, headers=script).get_json()
        answers.append(answer["version"])
        held = {"seen": str(draft.version), "was": answer["was"]}

    assert answers == [draft.version + 1, draft.version + 2]
    assert again(draft).form["fields"]["title"] == "乙"
