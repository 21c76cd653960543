"""The browser of the other tests, for the look."""

from tests.browser.conftest import chromium, open_browser, served

__all__ = ["chromium", "open_browser", "served"]
