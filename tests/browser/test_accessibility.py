"""Every page in every role, wide and narrow: no axe finding (WCAG 2.2 AA), nothing cut off."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NARROW, ROLES, WIDE, Filled, read_axe
from tests.browser.pages import NO_PAGE
from tests.look.catalogues import left_in_english

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """tags => axe.run(
    document, {runOnly: tags, resultTypes: ['violations']}).then(found => found.violations.map(
    one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(' | ')))"""
LAYOUT = """() => ({
    wide: document.documentElement.scrollWidth - window.innerWidth,
    headings: Array.from(document.querySelectorAll('h1'), h => h.textContent.trim()),
    title: document.title,
    lines: Math.max(0, ...Array.from(document.querySelectorAll('h1'), h =>
        Math.round(h.offsetHeight / parseFloat(getComputedStyle(h).lineHeight)))),
})"""
HEADING_LINES_MOST = 4
REFUSED = (
    "/tally?as_of=x&known_at=y",
    "/tally/changes?since=2026-99-99&as_of=x&known_at=y",
    "/tally/changes?by=known&as_of=x&known_since=y&known_at=z",
    "/tally/entries?kind=robot_deployment&as_of=x&known_at=y",
)
UNFOLD = "() => document.querySelectorAll('details').forEach(part => { part.open = true })"
BROKEN_DAYS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange(), broken = [];
    while (walker.nextNode())
        for (const day of walker.currentNode.textContent.matchAll(/\\d{4}-\\d{2}-\\d{2}/g)) {
            range.setStart(walker.currentNode, day.index);
            range.setEnd(walker.currentNode, day.index + day[0].length);
            const lines = Array.from(range.getClientRects(), box => Math.round(box.top));
            if (new Set(lines).size > 1)
                broken.push(walker.currentNode.textContent.trim());
        }
    return broken;
}"""
TEXTS = """() => {
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode())
        if (!walker.currentNode.parentElement.closest('[lang="en"]:not(html), script, style'))
            texts.push(walker.currentNode.textContent);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        for (const node of document.querySelectorAll(`[${name}]`))
            texts.push(node.getAttribute(name));
    return texts.filter(text => text.trim() !== '');
}"""
LIST = """类别,企业名称,统一社会信用代码,板块,项目名称,认定日期,数量
智能车间,苏州无名测试有限公司,,相城区,测试车间,2025-03,
机器人应用,苏州无名测试有限公司,,相城区,测试产线,2025-03,20+
"""


def look_at(page: Page, address: str) -> list[str]:
    """Open a page and return all that is wrong with it."""
    answer = page.goto(address)
    if answer is None or answer.status not in {200, 410}:
        return [f"{address}: {answer.status if answer else 'no answer'}"]
    return [f"{address}: {fault}" for fault in judge(page)]


def judge(page: Page) -> list[str]:
    """Return what axe finds, and headings and widths that are not as they should be."""
    page.evaluate(read_axe())
    faults: list[str] = page.evaluate(RUN_AXE, TAGS)
    page.evaluate(UNFOLD)
    faults += [f"a day on two lines: {text}" for text in page.evaluate(BROKEN_DAYS)]
    layout = page.evaluate(LAYOUT)
    if layout["wide"] > 0:
        faults.append(f"{layout['wide']} px wider than the window")
    if layout["lines"] > HEADING_LINES_MOST:
        faults.append(f"a heading of {layout['lines']} lines")
    if len(layout["headings"]) != 1:
        faults.append(f"headings: {layout['headings']}")
    elif not layout["title"].startswith(layout["headings"][0]):
        faults.append(f"title {layout['title']!r}, heading {layout['headings'][0]!r}")
    return faults


@pytest.mark.parametrize("role", ROLES)
def test_no_page_has_a_finding_or_a_word_of_english(
    role: str, filled: Filled, enter: Callable[..., Page]
) -> None:
    page, faults = enter(role, WIDE), list[str]()

    for _, address in filled.pages[role]:
        faults += look_at(page, address)
        faults += [f"{address}: {text}" for text in left_in_english(page.evaluate(TEXTS))]

    assert faults == []


@pytest.mark.parametrize("role", ROLES)
def test_no_narrow_page_has_a_finding(
    role: str, filled: Filled, enter: Callable[..., Page]
) -> None:
    page = enter(role, NARROW)

    assert [fault for _, address in filled.pages[role] for fault in look_at(page, address)] == []


@pytest.mark.parametrize("role", ["visitor", "member", "officer", "administrator"])
def test_no_english_page_has_a_finding(
    role: str, filled: Filled, enter: Callable[..., Page]
) -> None:
    page = enter(role, NARROW, language="en")

    assert [fault for _, address in filled.pages[role] for fault in look_at(page, address)] == []


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_question_that_is_refused_has_no_finding(
    viewport: dict[str, int], language: str, enter: Callable[..., Page]
) -> None:
    page, faults = enter("leader", viewport, language=language), list[str]()

    for address in REFUSED:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 422
        faults += [f"{address}: {fault}" for fault in judge(page)]

    assert faults == []


def test_a_list_that_was_sent_in_has_no_finding(enter: Callable[..., Page], tmp_path: Path) -> None:
    page = enter("administrator", WIDE)
    file = tmp_path / "名单.csv"
    file.write_text(LIST, encoding="utf-8")
    page.goto("/programme/imports")
    page.set_input_files("main input[type=file]", file)
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_url("**/checks/**")

    assert "20+" in page.inner_text("main")
    assert judge(page) == []


def test_every_page_is_looked_at(filled: Filled) -> None:
    looked_at = {endpoint for pages in filled.pages.values() for endpoint, _ in pages}
    endpoints = {
        rule.endpoint for rule in filled.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }

    assert endpoints - NO_PAGE - looked_at == set()
    assert json.dumps(sorted(looked_at - endpoints)) == "[]"
