"""The wall in a real browser: it turns, pauses, comes up to date, and keeps its figures offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from registry.core import clock
from registry.core.database import db
from registry.programme.kinds import Kind, Measure
from registry.programme.queries import get_programme
from tests.browser.conftest import serve
from tests.conftest import make_settings
from tests.tally.factories import a_registered, allocate_shares, revoke

HD, UHD = {"width": 1920, "height": 1080}, {"width": 3840, "height": 2160}
TURN, REFRESH = 15_000, 60_000
DATA = "**/tally/screen/data"
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
CUT_OFF = """() => {
    const all = selector => Array.from(document.querySelectorAll(selector));
    const isOut = node => {
        const box = node.getBoundingClientRect();
        return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
    };
    const isCut = node => node.scrollWidth > node.clientWidth + 1;
    const lines = ".wgoal h2, .wgoal dd, .wchanges li, .wall__foot p";
    return [
        ...all(".wall *").filter(node => !node.closest(".sr") && isOut(node)),
        ...all(lines).filter(isCut),
    ].map(node => node.textContent.trim());
}"""
OVERLAP = """() => {
    const all = selector => Array.from(document.querySelectorAll(selector));
    const top = node => node.getBoundingClientRect().top;
    const bottom = node => node.getBoundingClientRect().bottom;
    const foot = top(document.querySelector(".wall__foot"));
    const parts = all(".wall__top, .timebar, .wgoals, .wall__low, .wall__foot");
    return [
        ...all(".wall__low > section:not([hidden]) > *").filter(node => bottom(node) > foot + 1),
        ...parts.slice(1).filter((node, at) => top(node) < bottom(parts[at]) - 1),
    ].map(node => `${node.className} ${bottom(node)} > ${foot}`);
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """A public programme on a wall, with more changes of late than there is room for."""
    folder = tmp_path_factory.mktemp("screen")
    yield from serve(make_settings(f"sqlite:///{folder / 'registry.sqlite'}", folder), _fill)


def _fill() -> None:
    get_programme().is_public = True
    today = clock.today()
    shares = {"320582": 1200, "320581": 1150, "320585": 800, "320583": 2100, "320508": 50}
    allocate_shares(ROBOTS, shares, on=date(2025, 1, 1))
    for code in shares:
        a_registered(ROBOTS, on=today, district=code, robots={Measure.ROBOT: 1201})
        a_registered(WORKSHOP, on=today, district=code)
    revoke(a_registered(FACTORY, on=date(2025, 1, 2)), on=today)
    for _ in range(8):
        a_registered(FACTORY, on=date(2025, 3, 1))
    db.session.commit()


Open = Callable[..., Page]


@pytest.fixture
def wall(open_browser: Open) -> Page:
    """The wall at 1080p, with a clock that the test moves on."""
    page = open_browser(viewport=HD)
    page.clock.install()
    page.goto("/tally/screen")
    expect(page.locator("[data-screen-pause]")).to_be_visible()
    return page


def on_turn(page: Page) -> str:
    """Return the kind whose map and ranking are seen, and see that its figure is marked."""
    (shown,) = page.locator("[data-screen-view]:visible").all()
    (marked,) = page.locator(".wgoal.is-shown").all()
    kind = shown.get_attribute("data-screen-view")
    assert kind == marked.get_attribute("data-screen-goal")
    return kind or ""


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("viewport", [HD, UHD], ids=["1080p", "4k"])
def test_nothing_is_cut_off(
    viewport: dict[str, int], locale: str, open_browser: Open, tmp_path: Path
) -> None:
    page = open_browser(viewport=viewport, locale=locale)

    for kind in Kind:
        page.goto(f"/tally/screen?kind={kind.value}")
        assert on_turn(page) == kind.value
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(OVERLAP) == []


def test_4k_is_the_same_design_twice_as_large(open_browser: Open) -> None:
    sizes = []
    for viewport in (HD, UHD):
        page = open_browser(viewport=viewport)
        page.goto("/tally/screen")
        box = page.locator(".wgoal__fig b").first.bounding_box()
        assert box is not None
        sizes.append((box["x"], box["y"], box["height"]))

    (x, y, height), large = sizes
    assert [round(value) for value in large] == [round(2 * value) for value in (x, y, height)]


def test_it_turns_from_kind_to_kind(wall: Page) -> None:
    seen = [on_turn(wall)]
    for _ in range(4):
        wall.clock.run_for(TURN)
        seen.append(on_turn(wall))

    assert seen == [*(kind.value for kind in Kind), FACTORY.value]


def test_space_pauses_and_goes_on(wall: Page) -> None:
    wall.keyboard.press(" ")
    expect(wall.locator("[data-screen-next]")).to_have_text("已暂停")
    wall.clock.run_for(4 * TURN)
    paused = on_turn(wall)
    wall.keyboard.press(" ")
    expect(wall.locator("[data-screen-next]")).to_contain_text("秒后换到智能车间")
    wall.clock.run_for(TURN)

    assert (paused, on_turn(wall)) == (FACTORY.value, WORKSHOP.value)


def test_the_button_pauses_by_mouse_and_by_key_once(wall: Page) -> None:
    button = wall.locator("[data-screen-pause]")
    button.click()
    expect(button).to_have_text("空格键：继续")
    button.press(" ")
    expect(button).to_have_text("空格键：暂停")


def test_who_prefers_less_motion_begins_with_a_pause(open_browser: Open) -> None:
    page = open_browser(viewport=HD)
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto("/tally/screen")
    expect(page.locator("[data-screen-next]")).to_have_text("已暂停")
    page.clock.run_for(2 * TURN)

    assert on_turn(page) == FACTORY.value


def test_new_figures_come_by_themselves(wall: Page, served: tuple[Flask, str]) -> None:
    figure = wall.locator(".wgoal__fig b").first
    before = int(figure.inner_text())
    with served[0].test_request_context():
        a_registered(FACTORY, on=date(2025, 3, 1))
        db.session.commit()
        db.session.remove()
    wall.clock.run_for(REFRESH)

    expect(figure).to_have_text(str(before + 1))
    assert on_turn(wall) == FACTORY.value


def test_the_same_figures_are_asked_for_by_their_tag(wall: Page) -> None:
    """The clock stands until the answer is read whole: its patience is counted by it, too."""
    wall.locator("[data-screen-part='figures']").evaluate("part => { part.dataset.old = '' }")
    with wall.expect_response(DATA) as first:
        wall.clock.run_for(REFRESH)
    expect(wall.locator("[data-old]")).to_have_count(0)
    with wall.expect_response(DATA) as second:
        wall.clock.run_for(REFRESH)

    assert [first.value.status, second.value.status] == [200, 304]


def test_without_the_network_the_figures_stay_with_their_time(wall: Page) -> None:
    figures = wall.locator(".wgoals").inner_text()
    at = wall.locator("[data-screen-at]").inner_text()
    trouble = wall.locator("[data-screen-trouble]")
    wall.route(DATA, lambda route: route.abort())
    wall.clock.run_for(REFRESH)
    expect(trouble).to_contain_text(f"自 {at} 起未更新")
    expect(wall.locator("[data-screen-well]")).to_be_hidden()
    assert wall.locator(".wgoals").inner_text() == figures
    wall.clock.run_for(TURN)
    assert on_turn(wall) == WORKSHOP.value

    wall.unroute(DATA)
    wall.clock.run_for(REFRESH)
    expect(wall.locator("[data-screen-well]")).to_be_visible()
    expect(trouble).to_be_hidden()


def test_a_refusal_of_the_server_is_said_too(wall: Page) -> None:
    wall.route(DATA, lambda route: route.fulfill(status=503))
    wall.clock.run_for(REFRESH)

    expect(wall.locator("[data-screen-trouble]")).to_contain_text("起未更新")


def test_who_is_signed_out_is_told(wall: Page, served: tuple[Flask, str]) -> None:
    with served[0].test_request_context():
        get_programme().is_public = False
        db.session.commit()
        db.session.remove()
    try:
        wall.clock.run_for(REFRESH)
        expect(wall.locator("[data-screen-trouble]")).to_contain_text("请在本机重新登录")
    finally:
        with served[0].test_request_context():
            get_programme().is_public = True
            db.session.commit()
            db.session.remove()


def test_it_works_without_scripts(chromium: Browser, served: tuple[Flask, str]) -> None:
    context = chromium.new_context(
        base_url=served[1],
        java_script_enabled=False,
        locale="zh-CN",
        viewport=HD,  # type: ignore[arg-type]  # a typed dictionary of the same keys
    )
    page = context.new_page()
    page.goto("/tally/screen")

    assert on_turn(page) == FACTORY.value
    assert page.locator("[data-screen-pause]:visible").count() == 0
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
    context.close()
