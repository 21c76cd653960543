"""From 307 robots to 331, in Chinese, in a real browser: +24 from the day of the decision."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from playwright.sync_api import Page, expect

from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.demo.papers import make_pdf
from registry.entries.catalogue import AMENDED
from registry.programme.kinds import Kind
from tests.applications.factories import a_robot_row, an_approved, robot_words
from tests.factories import a_user
from tests.journeys.people import OpenBrowser, attach, paste, press, save, sign_in
from tests.journeys.test_robots import HEADER

BEFORE, AFTER = 307, 331
AGO = timedelta(days=90)


def _register(app: Flask) -> dict[str, str]:
    """Put a deployment of 307 robots into the register, decided some time ago."""
    with app.test_request_context(), clock.set_to(clock.now() - AGO):
        member = a_user(Role.MEMBER)
        words = robot_words(0)
        words["rows"] = [
            a_robot_row(700_000 + number, invoice_on="2026-01-14", commissioned_on="2026-02-08")
            for number in range(BEFORE)
        ]
        case = an_approved(by=member, words=words, at=clock.now())
        people = {"member": member, "officer": a_user(Role.OFFICER), "leader": a_user(Role.LEADER)}
        found = {name: person.email for name, person in people.items()}
        number = case.entry.number or ""
        db.session.commit()
    return {**found, "number": number}


def test_24_more_robots_are_filed_and_approved(
    served: tuple[Flask, str], open_browser: OpenBrowser
) -> None:
    known = _register(served[0])
    leader = sign_in(open_browser(), known["leader"])
    today = clock.today()
    before = [_figure(leader, today - timedelta(days=1)), _figure(leader, today)]

    firm = sign_in(open_browser(), known["member"])
    case = _write(firm, known["number"])
    _file(firm, case)
    assert _pipeline(leader) == AFTER - BEFORE
    _approve(sign_in(open_browser(), known["officer"]), case)

    after = [_figure(leader, today - timedelta(days=1)), _figure(leader, today)]
    assert after == [before[0], before[1] + AFTER - BEFORE]
    firm.goto(f"/register/{known['number']}")
    expect(firm.locator("main")).to_contain_text(f"{AFTER}台")


def _write(page: Page, number: str) -> int:
    page.goto(f"/register/{number}")
    page.locator(f"form[action$='/amend/{number}'] button").click()
    page.wait_for_url("**/edit/amendment")
    case = int(page.url.split("/applications/")[1].split("/")[0])
    page.select_option("[name=amend_sort]", "change")
    page.fill("[name=amend_reason]", "二期 24 台已投用。")
    save(page)
    page.wait_for_load_state("networkidle")
    page.goto(f"/applications/{case}/edit/rows")
    expect(page.locator(f"[name='rows-{BEFORE - 1}-serial_no']")).to_have_value("E21-700306")
    paste(page, _block(), row=BEFORE)
    expect(page.locator(f"[name='rows-{AFTER - 1}-serial_no']")).to_have_value("E21-800023")
    save(page)
    page.wait_for_load_state("networkidle")
    page.goto(f"/applications/{case}/edit/attachments")
    for slot in AMENDED[Kind.ROBOT_DEPLOYMENT].slots:
        if slot.required:
            file = {"name": f"{slot.code}.pdf", "mimeType": "application/pdf"}
            attach(page, slot.code, [{**file, "buffer": make_pdf(slot.code)}])
    return case


def _block() -> str:
    day = (clock.today() - timedelta(days=10)).isoformat()
    lines = [
        f"发那科\tM-10iD/12\tE21-{800_000 + number}\t关节\t6\t12\t装配\t进口\t日本\t18.60"
        f"\t3200264130\t04639999\t{day}\t{day}\t是\t在用"
        for number in range(AFTER - BEFORE)
    ]
    return "\n".join([HEADER, *lines])


def _file(page: Page, case: int) -> None:
    page.wait_for_load_state("networkidle")
    page.goto(f"/applications/{case}/edit/pledge")
    expect(page.locator("main")).to_contain_text("新增 24 行")
    page.check("[name=pledged]")
    page.click("form[action$='/submit'] button[type=submit]")
    page.wait_for_url(f"**/applications/{case}")
    expect(page.locator("main")).to_contain_text("等受理")


def _approve(page: Page, case: int) -> None:
    page.goto(f"/approval/cases/{case}")
    press(page, page.locator("button[name=action][value=claim]"))
    press(page, page.locator("button[name=tick][value=clear]"))
    expect(page.locator("input[name=verified]:checked")).to_have_count(AFTER - BEFORE)
    expect(page.locator("section:has(#changes) table")).to_contain_text("+24")
    for item in AMENDED[Kind.ROBOT_DEPLOYMENT].checklist:
        page.check(f"input[name=checks][value={item.code}]")
    button = page.locator("button[name=action][value=approve]")
    expect(button).to_have_text("认定变更 +24 台")
    button.click()
    expect(page.locator("main")).to_contain_text("已认定变更")


def _figure(page: Page, on: object) -> int:
    tally = page.request.get(f"/api/v1/tally?as_of={on}").json()
    found: int = next(
        goal["counted"] for goal in tally["goals"] if goal["kind"] == "robot_deployment"
    )
    return found


def _pipeline(page: Page) -> int:
    tally = page.request.get("/api/v1/tally").json()
    found: int = next(
        goal["pipeline"] for goal in tally["goals"] if goal["kind"] == "robot_deployment"
    )
    return found
