"""Nothing moves once it is seen: neither when scripts arrive, nor on the way to a place of a page.

What moves is clicked wrongly. Each page is painted first and gets its scripts afterwards, in the
order in which a slow machine sees them; the window is as high as the page, so that the browser
tells of all that moves.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NARROW, ROLES, WIDE, Filled

HIGH = {"wide": {"width": 1440, "height": 4000}, "narrow": {"width": 390, "height": 9000}}
SCRIPTS = re.compile(r"/static/(?:js|vendor)/.*\.js")
WALL = "/tally/screen"  # nobody presses anything on it, and it is made to change
BEFORE_PAINT = re.compile(r"/(?:scripted|fold)\.js")  # the first paint waits for them
READ = """() => new Promise((seen) => {
  const look = () => (document.readyState === 'loading' ? requestAnimationFrame(look) : seen());
  look();
})"""
PAINTED = """() => new Promise((seen) => new PerformanceObserver((list) => {
  if (list.getEntriesByName('first-contentful-paint').length) seen();
}).observe({ type: 'paint', buffered: true }))"""
WATCH = """() => {
  window.moves = [];
  const nameOf = (node) =>
    node?.nodeType === 1 ? `${node.tagName}.${node.className}#${node.id}` : node?.textContent;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      for (const { node, previousRect: from, currentRect: to } of entry.sources)
        window.moves.push(`${nameOf(node)}: ${[from.x, from.y]} to ${[to.x, to.y]}`);
  }).observe({ type: 'layout-shift' });
}"""
TWO_FRAMES = "() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))"
GO_TO = """(place) => new Promise((seen) => {
  const places = [];
  const look = () => {
    places.push(Math.round(document.getElementById(place).getBoundingClientRect().top));
    if (places.length < 40) requestAnimationFrame(look);
    else seen(Array.from(new Set(places)));
  };
  places.push(Math.round(document.getElementById(place).getBoundingClientRect().top));
  window.location.hash = place;
  requestAnimationFrame(look);
})"""
BOXES = """() => Array.from(
  document.querySelectorAll(':is(main, .bar) :is(a, button, label, select, textarea, summary)'),
  (control) => {
    const { x, y } = control.getBoundingClientRect();
    return [x, y + window.scrollY];
  })"""
KEPT = "[data-autosave-status][data-state=saved] [data-autosave-words]:not(:empty)"


class Late:
    """Scripts that come after the first paint."""

    def __init__(self, page: Page) -> None:
        self.page, self.waiting, self.is_holding = page, list[Route](), False
        page.route(SCRIPTS, self.take)

    def take(self, route: Route) -> None:
        if self.is_holding and not BEFORE_PAINT.search(route.request.url):
            self.waiting.append(route)
        else:
            route.continue_()

    def open(self, address: str, *, meanwhile: Callable[[], None] | None = None) -> list[str]:
        """Open a page, let its scripts in once it is painted, and return what moved."""
        self.waiting, self.is_holding = [], True
        self.page.goto(address, wait_until="commit")
        for wait in (READ, PAINTED, TWO_FRAMES, WATCH):
            self.page.evaluate(wait)
        if meanwhile is not None:
            meanwhile()
        self.is_holding = False
        for route in self.waiting:
            route.continue_()
        draws = self.page.locator("[data-plots]").count()  # what draws is fetched when it is seen
        self.page.wait_for_load_state("networkidle" if draws else "load")
        self.page.evaluate(TWO_FRAMES)
        moves: list[str] = self.page.evaluate("() => window.moves")
        return moves


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("viewport", HIGH.values(), ids=HIGH)
def test_no_page_moves_when_its_scripts_arrive(
    role: str, viewport: dict[str, int], filled: Filled, enter: Callable[..., Page]
) -> None:
    late = Late(enter(role, viewport))

    addresses = [page for page in filled.own(role) if page != WALL]
    moved = {address: moves for address in addresses if (moves := late.open(address))}

    assert moved == {}


def held_case(page: Page) -> str:
    """Return the address of a case that the officer holds."""
    page.goto("/approval?tab=mine")
    return page.locator("[data-open]").first.get_attribute("href") or ""


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_page_stands_still_where_it_was_opened(
    viewport: dict[str, int], enter: Callable[..., Page]
) -> None:
    page = enter("officer", viewport)
    page.goto(held_case(page))

    places = page.evaluate(GO_TO, "proofs")

    assert len(places) == 2  # where it was, where it is


def test_a_tick_is_kept_that_was_made_before_the_scripts_came(enter: Callable[..., Page]) -> None:
    page = enter("officer", WIDE)
    address = held_case(page)
    late = Late(page)
    boxes = page.locator("input[name=checks]")
    late.open(address, meanwhile=boxes.last.check)

    expect(boxes.last).to_be_checked()
    expect(page.locator("#why [data-chosen=checks]")).to_contain_text(
        f"{page.locator('input[name=checks]:checked').count()} "
    )
    page.wait_for_selector(KEPT, state="attached")
    page.goto(address)
    expect(boxes.last).to_be_checked()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_nothing_moves_when_it_is_said_that_notes_are_kept(
    viewport: dict[str, int], language: str, enter: Callable[..., Page]
) -> None:
    page = enter("officer", viewport, language=language)
    page.goto(held_case(page))
    before = page.evaluate(BOXES)

    page.locator("input[name=checks]").first.click()
    page.wait_for_selector(KEPT, state="attached")

    assert page.evaluate(BOXES) == before
