"""The journeys walk in a real browser."""

from tests.browser.conftest import chromium, open_browser, served

__all__ = ["chromium", "open_browser", "served"]
