"""From signing up to the leader's figure: 331 robots, in Chinese, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from registry.core import clock
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind
from tests.factories import PASSWORD, a_credit_code
from tests.journeys.people import (
    OpenBrowser,
    attach_all,
    make_people,
    paste,
    press,
    read_link,
    save,
    sign_in,
)

EMAIL = "wang.siyuan@sunmao.example"
HEADER = (
    "品牌\t型号\t出厂编号\t结构类型\t轴数\t额定负载\t应用\t国产/进口\t国别\t本体单价"
    "\t发票代码\t发票号\t发票日期\t投用日期\t全新\t状态"
)
FAULTY_DATE, FAULTY_AXES = 204, 118
ROBOTS, VERIFIED = 331, 330


def _block() -> str:
    """Write 331 rows as Excel copies them; two cells are wrong."""
    bought = (clock.today() - timedelta(days=60)).isoformat()
    used = (clock.today() - timedelta(days=30)).isoformat()
    lines = [HEADER]
    for number in range(1, ROBOTS + 1):
        axes = "六轴" if number == FAULTY_AXES else "6"
        day = "2099-10-20" if number == FAULTY_DATE else used
        lines.append(
            f"发那科\tM-10iD/12\tE21-{511200 + number}\t关节\t{axes}\t12\t装配\t进口\t日本\t18.60"
            f"\t3200264130\t04631022\t{bought}\t{day}\t是\t在用"
        )
    return "\n".join(lines)


@pytest.fixture
def people(served: tuple[Flask, str]) -> dict[str, str]:
    return make_people(served[0])


def test_331_robots_are_filed_returned_mended_and_330_approved(
    served: tuple[Flask, str], people: dict[str, str], open_browser: OpenBrowser
) -> None:
    leader = sign_in(open_browser(), people["leader"])
    before = _figures(leader)

    firm = _sign_up(served[0], open_browser())
    case = _fill_in(firm)
    _file(firm, case)
    officer = sign_in(open_browser(), people["officer"])
    _return(officer, case)
    _mend(firm, case)
    _approve(officer, case)

    after = _figures(leader)
    assert after == (before[0] + VERIFIED, before[1] + VERIFIED)
    _hidden_from_others(case, people, open_browser, attachment=_attachment(firm, case))


def _sign_up(app: Flask, page: Page) -> Page:
    page.goto("/sign-up")
    expect(page.locator("h1")).to_have_text("注册")
    code = a_credit_code()
    page.fill("[name=uscc]", code[:-1] + "O")
    _fill_person(page)
    page.click("main button[type=submit]")
    expect(page.locator("#uscc-error, [id*=uscc][class*=error]").first).to_contain_text("O")
    assert page.input_value("[name=enterprise]") == "昆山榫卯传动科技有限公司"
    page.fill("[name=uscc]", code)
    page.click("main button[type=submit]")
    page.goto(read_link(app, EMAIL))
    expect(page.locator("main")).to_contain_text("昆山榫卯传动科技有限公司")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    sign_in(page, EMAIL)
    _fill_record(page)
    return page


def _fill_person(page: Page) -> None:
    page.fill("[name=enterprise]", "昆山榫卯传动科技有限公司")
    page.select_option("[name=district]", "320583")
    page.select_option("[name=industry]", "C34")
    page.fill("[name=name]", "王思远")
    page.fill("[name=phone]", "13900000001")
    page.fill("[name=email]", EMAIL)


def _fill_record(page: Page) -> None:
    page.goto("/enterprise/record")
    words = {
        "address": "张浦镇俱进路 218 号",
        "employees": "412",
        "revenue_wan": "38620.50",
        "founded_on": "2010-05-01",
        "legal_representative": "沈若渔",
        "contact_name": "王思远",
        "contact_phone": "13900000001",
    }
    for name, word in words.items():
        page.fill(f"[name={name}]", word)
    page.click("main button[type=submit]")
    expect(page.locator("main")).to_contain_text("412")


def _fill_in(page: Page) -> int:
    page.goto("/applications/")
    expect(page.locator("h1")).to_have_text("我的申报")
    page.locator("form:has(input[value=robot_deployment]) button").click()
    page.wait_for_url("**/applications/*/edit/**")
    case = int(page.url.split("/applications/")[1].split("/")[0])
    page.goto(f"/applications/{case}/edit/project")
    page.fill("[name=title]", "谐波产线机器人三期")
    page.fill("[name=site_address]", "昆山市张浦镇俱进路 218 号")
    save(page)
    page.goto(f"/applications/{case}/edit/rows")
    paste(page, _block())
    expect(page.locator("[name='rows-330-serial_no']")).to_have_value("E21-511531")
    save(page)
    _mend_cells(page)
    page.goto(f"/applications/{case}/edit/attachments")
    attach_all(page, Kind.ROBOT_DEPLOYMENT)
    return case


def _mend_cells(page: Page) -> None:
    summary = page.locator("[role=alert]").filter(has_text="第 118 行")
    expect(summary).to_be_visible()
    expect(summary).to_contain_text("第 204 行")
    axes = page.locator(f"[name='rows-{FAULTY_AXES - 1}-axes']")
    day = page.locator(f"[name='rows-{FAULTY_DATE - 1}-commissioned_on']")
    expect(axes).to_have_value("六轴")
    expect(day).to_have_value("2099-10-20")
    axes.fill("6")
    day.fill((clock.today() - timedelta(days=30)).isoformat())
    save(page)
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)


def _file(page: Page, case: int) -> None:
    page.goto(f"/applications/{case}/edit/pledge")
    page.check("[name=pledged]")
    page.click("form[action$='/submit'] button[type=submit]")
    page.wait_for_url(f"**/applications/{case}")
    expect(page.locator("main")).to_contain_text("等受理")


def _return(page: Page, case: int) -> None:
    page.goto("/approval")
    page.locator(f"a[href='/approval/cases/{case}']").first.click()
    press(page, page.locator("button[name=action][value=claim]"))
    for place, words in (
        ("field:site_address", "地址请补到楼层。"),
        ("field:title", "请写明是哪一期。"),
    ):
        press(page, page.locator(f"button[name=open][value='{place}']"))
        page.fill(f"[name='remark-{place}']", words)
        remark = page.locator(f"[id='remark-{place}']").locator(
            "xpath=ancestor::*[contains(@class,'remark')][1]"
        )
        press(page, remark.locator("button").first)
    page.locator("summary.btn--heed").click()
    page.click("button[name=action][value=return]")
    expect(page.locator("main")).to_contain_text("退回补正")


def _mend(page: Page, case: int) -> None:
    page.goto(f"/applications/{case}/edit/project")
    page.fill("[name=title]", "谐波产线机器人三期(2026)")
    page.fill("[name=site_address]", "昆山市张浦镇俱进路 218 号 3 号厂房二层")
    for answer in page.locator("textarea[name^=answer-]").all():
        answer.fill("已补正。")
    save(page)
    _file(page, case)


def _approve(page: Page, case: int) -> None:
    page.goto(f"/approval/cases/{case}")
    press(page, page.locator("button[name=action][value=claim]"))
    expect(page.locator("main")).to_contain_text("3 号厂房二层")
    press(page, page.locator("button[name=tick][value=clear]"))
    page.uncheck(f"input[name=verified][value='{ROBOTS}']")
    for item in CATALOGUE[Kind.ROBOT_DEPLOYMENT].checklist:
        page.check(f"input[name=checks][value={item.code}]")
    expect(page.locator("button[name=action][value=approve]")).to_contain_text("330")
    page.click("button[name=action][value=approve]")
    expect(page.locator("main")).to_contain_text("已认定")


def _figures(page: Page) -> tuple[int, int]:
    """Return the robots of Kunshan and of the city, as the interface tells the same leader."""
    page.goto("/tally")
    expect(page.locator("h1")).to_have_text("工程进度")
    tally = page.request.get("/api/v1/tally").json()
    districts = {line["code"]: line["counted"]["robot_deployment"] for line in tally["districts"]}
    goals = {goal["kind"]: goal["counted"] for goal in tally["goals"]}
    expect(page.locator("main")).to_contain_text(f"{goals['robot_deployment']:,}")
    return districts["320583"], goals["robot_deployment"]


def _attachment(page: Page, case: int) -> str:
    page.goto(f"/applications/{case}")
    href = page.locator(f"a[href*='/applications/{case}/attachments/']").first.get_attribute("href")
    assert href is not None
    assert page.request.get(href).status == 200
    return href


def _hidden_from_others(
    case: int, people: dict[str, str], open_browser: OpenBrowser, *, attachment: str
) -> None:
    sections = [section.code for section in CATALOGUE[Kind.ROBOT_DEPLOYMENT].sections]
    addresses = [
        f"/applications/{case}",
        f"/applications/{case}/receipt",
        f"/applications/{case}/template.xlsx",
        f"/approval/cases/{case}",
        attachment,
        *(f"/applications/{case}/edit/{section}" for section in sections),
    ]
    for name in ("stranger", "other_officer"):
        page = sign_in(open_browser(), people[name])
        answers = {address: page.request.get(address).status for address in addresses}
        assert answers == dict.fromkeys(addresses, 404)
