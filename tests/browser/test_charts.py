"""Charts in a real browser: drawn under the strict policy, by keys too; there without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from registry.core import clock
from registry.core.database import db
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from tests.browser.conftest import NARROW, WIDE, read_axe, serve
from tests.conftest import make_settings
from tests.tally.factories import (
    a_filed_case,
    a_registered,
    allocate_shares,
    retire_robots,
    revoke,
)

FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
CHARTS, EMPTY = 15, 4  # upgrades in months and districts, factories in districts, days to decide
PAGE = "/tally/charts"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LISTEN = """document.addEventListener('securitypolicyviolation', event =>
    console.error(`policy: ${event.violatedDirective} ${event.sample}`));"""
RUN_AXE = """tags => axe.run(
    document, {runOnly: tags, resultTypes: ['violations']}).then(found => found.violations.map(
    one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(' | ')))"""
STYLED = "() => document.querySelectorAll('[data-plot-live] [style]').length"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """A public programme with something on every chart."""
    folder = tmp_path_factory.mktemp("charts")
    yield from serve(make_settings(f"sqlite:///{folder / 'registry.sqlite'}", folder), _fill)


def _fill() -> None:
    get_programme().is_public = True
    allocate_shares(ROBOTS, {"320582": 1200, "320583": 2100}, on=date(2025, 1, 1))
    for month in range(1, 10):
        a_registered(ROBOTS, on=date(2025, month, 3), robots={Measure.ROBOT: 40 * month})
        a_registered(WORKSHOP, on=date(2025, month, 4))
    retire_robots(
        a_registered(ROBOTS, on=date(2025, 2, 3), robots={Measure.ROBOT: 300}),
        on=date(2026, 2, 3),
    )
    revoke(a_registered(FACTORY, on=date(2025, 1, 2)), on=date(2026, 1, 9))
    a_filed_case(ROBOTS, quantity=47)
    a_filed_case(ROBOTS, quantity=5, then="returned")
    a_filed_case(ROBOTS, quantity=9, then="claimed")
    db.session.commit()


Open = Callable[..., Page]


def open_charts(
    open_browser: Open, *, language: str = "zh_CN", viewport: dict[str, int] | None = None
) -> Page:
    """Open the page, look at all of it, and wait until every chart is drawn."""
    page = open_browser(viewport=viewport or WIDE)
    page.add_init_script(LISTEN)
    page.goto(PAGE)
    if language != "zh_CN":
        page.click("form[action$='/language'] button")
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.wait_for_load_state()  # its last chart, too, has come
    for figure in page.locator("[data-plot]:not([data-plot-empty])").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("[data-plot-live] svg")).to_be_visible()
    return page


def figure_of(page: Page, name: str) -> Locator:
    return page.locator(f"#{name}")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_chart_is_drawn_without_a_word_of_the_policy(
    language: str, viewport: dict[str, int], open_browser: Open
) -> None:
    page = open_charts(open_browser, language=language, viewport=viewport)

    assert page.locator("[data-plot-live] svg").count() == CHARTS - EMPTY
    assert page.locator(".plot__none").count() == EMPTY
    assert page.locator("svg.plot__still:visible").count() == 0
    assert page.evaluate(STYLED) > 0  # set by property, which the policy allows; faults are none
    page.evaluate(read_axe())
    assert page.evaluate(RUN_AXE, TAGS) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_library_is_loaded_where_there_are_charts_and_nowhere_else(open_browser: Open) -> None:
    page = open_browser()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/tally")
    on_tally = [url for url in asked if "echarts" in url]
    page.goto(PAGE)

    assert on_tally == []
    assert len([url for url in asked if "/static/vendor/echarts/echarts.js?v=" in url]) == 1
    assert {url.split("/")[2] for url in asked} == {page.url.split("/")[2]}


def test_keys_go_from_figure_to_figure_and_say_what_the_table_says(open_browser: Open) -> None:
    page = open_charts(open_browser)
    figure = figure_of(page, "stock-robot-deployment")
    live, said = figure.locator("[data-plot-live]"), figure.locator("[data-plot-said]")
    live.focus()

    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("2025-01-31, 在用 40 台, 累计投用 40 台, 已退出在用 0 台")
    page.keyboard.press("End")
    today = clock.today().isoformat()
    expect(said).to_have_text(f"{today}, 在用 1,800 台, 累计投用 2,100 台, 已退出在用 300 台")
    expect(live.locator("svg text", has_text=today)).to_be_visible()
    page.keyboard.press("Escape")
    expect(said).to_have_text("")


def test_a_tip_has_the_figures_with_their_units_and_the_day(open_browser: Open) -> None:
    page = open_charts(open_browser)
    live = figure_of(page, "districts-robot-deployment").locator("[data-plot-live]")
    live.scroll_into_view_if_needed()
    live.hover(position={"x": 200, "y": 14})

    for words in ("已认定 1,800 台", "任务 2,100 台", "占本板块任务 85.7%"):
        expect(live.locator("svg text", has_text=words)).to_be_visible()


def test_a_chart_describes_itself_in_the_language_of_the_page(open_browser: Open) -> None:
    page = open_charts(open_browser, language="en")
    label = (
        figure_of(page, "stages").locator("[data-plot-live] [role=img]").get_attribute("aria-label")
    )

    assert label is not None
    assert label.startswith("Under way, in no figure above: Smart factory 0 + 0 + 0 = 0 ")
    assert "Robot deployment 47 + 9 + 5 = 61 robots" in label


def test_a_chart_follows_the_width_of_the_window(open_browser: Open) -> None:
    page = open_charts(open_browser)
    drawn = figure_of(page, "months-robot-deployment").locator("[data-plot-live] svg")
    wide = drawn.bounding_box()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # the same keys

    expect(drawn).to_have_attribute("width", "358")
    assert wide is not None
    assert wide["width"] > 600
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_on_paper_stands_the_picture_of_the_server(open_browser: Open) -> None:
    page = open_charts(open_browser)
    page.emulate_media(media="print")

    assert page.locator("svg.plot__still:visible").count() == CHARTS - EMPTY
    assert page.locator("[data-plot-live]:visible").count() == 0


def test_without_scripts_every_chart_is_there_with_its_table(
    chromium: Browser, served: tuple[Flask, str]
) -> None:
    context = chromium.new_context(
        base_url=served[1],
        java_script_enabled=False,
        locale="zh-CN",
        viewport=WIDE,  # type: ignore[arg-type]  # a typed dictionary of the same keys
    )
    page = context.new_page()
    page.goto(PAGE)

    assert page.locator("svg.plot__still:visible").count() == CHARTS - EMPTY
    assert page.locator("[data-plot-live]:visible").count() == 0
    page.goto(f"{PAGE}?tables=open")
    assert page.locator("[data-plot-table]:visible").count() == CHARTS
    with page.expect_download() as told:
        page.locator("#stages a", has_text="PNG").click()
    assert Path(told.value.path()).read_bytes().startswith(b"\x89PNG")
    context.close()
