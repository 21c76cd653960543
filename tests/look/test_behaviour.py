"""What the small modules do, on the pattern page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser
HEAD = "出厂编号\t品牌\t结构\t本体单价\t备注"
PASTE = """text => {
  const cell = document.getElementById("units-3-brand");
  cell.focus();
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  cell.dispatchEvent(new ClipboardEvent("paste", how));
}"""


FOLD = """() => {
  document.getElementById("units-20-brand").closest("td").classList.add("is-bad");
  return import("/static/js/fold.js");
}"""


@pytest.fixture
def page(open_browser: Callable[..., Page]) -> Page:
    page = open_browser()
    page.goto("/patterns")
    return page


def cell(page: Page, name: str) -> str:
    return page.locator(f"#units-{name}").input_value()


def test_a_block_from_excel_goes_into_the_grid(page: Page) -> None:
    rows = [f"SN-{number}\t库卡\t移动\t16.20\t旧" for number in range(331)]
    page.evaluate(PASTE, "\n".join([HEAD, *rows]))

    expect(page.locator("[data-sum=rows]")).to_have_text("334")
    expect(page.locator("[data-sum='rows:type=agv']")).to_have_text("331")
    expect(page.locator("[data-sum=price]")).to_have_text("5,419.40")
    assert [
        cell(page, f"333-{name}") for name in ("brand", "serial", "type", "price", "invoice")
    ] == [
        "库卡",
        "SN-330",
        "agv",
        "16.20",
        "",
    ]
    expect(page.locator("[data-sheet-status]")).to_contain_text("备注")


def test_long_runs_of_rows_without_a_fault_fold_away(page: Page) -> None:
    page.evaluate(PASTE, "\n".join(f"库卡\tSN-{number}" for number in range(30)))
    page.evaluate(FOLD)

    gaps = page.locator("tr.gap")
    expect(gaps).to_contain_text(["第 5 至 20 行，都没有问题", "第 23 至 31 行，都没有问题"])
    expect(page.locator("#units-10-brand")).to_be_hidden()
    gaps.first.get_by_role("button", name="展开").click()
    expect(page.locator("#units-4-brand")).to_be_focused()
    expect(page.locator("#units-10-brand")).to_be_visible()
    page.locator("#units-21-brand").press("ArrowDown")
    expect(page.locator("#units-22-brand")).to_be_focused()
    expect(gaps).to_have_count(0)
    assert cell(page, "30-serial") == "SN-27"


def test_a_paste_can_be_taken_back(page: Page) -> None:
    page.evaluate(PASTE, "甲\t1\n乙\t2")
    expect(page.locator("[data-sum=rows]")).to_have_text("5")
    page.locator("[data-sheet-undo]").click()

    expect(page.locator("[data-sum=rows]")).to_have_text("3")
    assert cell(page, "3-brand") == ""


def test_quotes_and_line_breaks_stay_in_their_cell(page: Page) -> None:
    page.evaluate(PASTE, '"发那科 ""M""\n10"\tE21\n')

    assert cell(page, "3-brand") == '发那科 "M"10'
    assert cell(page, "3-serial") == "E21"


def test_arrows_walk_the_column_and_the_last_row_grows(page: Page) -> None:
    page.locator("#units-3-serial").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#units-2-serial")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    expect(page.locator("#units-4-serial")).to_be_focused()


def test_keys_walk_the_queue_and_choose(page: Page) -> None:
    page.evaluate(
        "document.querySelectorAll('[data-next], [data-previous]').forEach((a) => a.remove())"
    )
    page.keyboard.press("j")
    expect(page.locator("tr.is-current .no")).to_have_text("320583-2026-0412")
    page.keyboard.press("x")

    expect(page.locator("p [data-chosen=batch]")).to_contain_text("2")
    expect(page.locator("button[data-chosen=batch]")).to_contain_text("2")


def test_keys_sleep_while_typing_and_when_switched_off(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("jx")
    assert page.locator("#search").input_value() == "jx"
    page.locator("[data-keys-switch]").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")

    assert page.locator("tr.is-current").count() == 0


def test_the_bar_hides_while_nothing_is_chosen(page: Page) -> None:
    bar = page.locator("[data-chosen-bar]")
    expect(bar).to_be_visible()
    page.locator("[data-chosen-none]").click()

    expect(bar).to_be_hidden()


def test_a_double_click_sends_once(page: Page) -> None:
    sent: list[str] = []

    def hold(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/withdraw", hold)
    page.evaluate(
        """() => {
          const form = document.querySelector(".confirm__form");
          form.action = "/withdraw";
          const button = form.querySelector("button");
          button.click();
          button.click();
        }"""
    )
    page.wait_for_timeout(300)

    assert sent == ["POST"]


def test_a_link_of_the_list_leads_into_its_field(page: Page) -> None:
    expect(page.locator("[data-error-summary]").first).to_be_focused()
    page.locator("[data-error-summary] a").first.click()

    focused = page.evaluate("document.activeElement.matches('input, select, textarea')")
    assert focused is True


def test_picked_files_are_named_in_our_words(page: Page, tmp_path: Path) -> None:
    control, said = page.locator("input[type=file]").first, page.locator("[data-picked]").first
    one, other = tmp_path / "甲.pdf", tmp_path / "乙.pdf"
    for file in (one, other):
        file.write_bytes(b"%PDF")

    expect(said).to_have_text("尚未选择文件")
    control.set_input_files([one])
    expect(said).to_have_text("甲.pdf")
    control.set_input_files([one, other])
    expect(said).to_have_text("已选 2 个文件：甲.pdf · 乙.pdf")
    control.set_input_files([])
    expect(said).to_have_text("尚未选择文件")


def test_the_button_for_files_takes_clicks_and_keys(page: Page) -> None:
    face = page.locator(".filepick__face").first
    with page.expect_file_chooser():
        face.click(force=True)

    page.locator("input[type=file]").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert face.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
