"""The pattern page in a real browser: no axe finding, nothing wider than the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import read_axe

pytestmark = pytest.mark.browser
WIDTHS = (360, 390, 768, 1440, 3840)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(open_browser: Callable[..., Page], width: int) -> None:
    page = open_browser(viewport={"width": width, "height": 900})
    page.goto("/patterns")

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(open_browser: Callable[..., Page], width: int) -> None:
    page = open_browser(viewport={"width": width, "height": 900})
    page.goto("/patterns")
    page.evaluate(read_axe())
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)

    assert [
        (fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found["violations"]
    ] == []


def test_targets_are_large_enough(open_browser: Callable[..., Page]) -> None:
    page = open_browser(viewport={"width": 390, "height": 900})
    page.goto("/patterns")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .btn, .nav-main a, .segments a, select')]
          .filter((item) => item.checkVisibility())
          .map((item) => [item.textContent.trim(), item.getBoundingClientRect()])
          .filter(([, box]) => box.height < 24 || box.width < 24)
          .map(([words, box]) => `${words} ${box.width}x${box.height}`)"""
    )

    assert small == []


def test_it_reads_without_scripts(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto("/patterns")

    assert page.locator("[data-chosen-bar]").is_visible()
    assert page.locator("textarea[name=block]").count() == 1
    assert not page.locator("[data-keys]").is_visible()
    assert not page.locator("[data-sheet-add]").is_visible()
    assert page.locator("input[type=file]").first.is_visible()
    assert (
        page.locator("input[type=file]").first.evaluate("e => getComputedStyle(e).opacity") == "1"
    )
    assert not page.locator("[data-picked]").first.is_visible()
