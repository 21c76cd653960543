"""A served register and a real Chromium; no page may break the policy or log an error."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from registry.app import create_app
from registry.config import Settings
from registry.core.database import db
from registry.demo.fill import fill
from registry.demo.people import PASSWORD
from registry.start import init_register
from tests.browser.pages import OUTSIDER, OUTSIDER_EMAIL, list_pages
from tests.conftest import ENDS_ON, STARTS_ON, make_settings

if TYPE_CHECKING:  # of the standard's stubs
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
ADDRESS = "http://smart-manufacturing-register.suzhou.example"  # as long as a city's may be
ROLES = ("visitor", OUTSIDER, "member", "officer", "supervisor", "leader", "administrator")
WIDE, NARROW = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert path, "There is no Chromium. Run: apt-get install chromium"
    browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """A set-up register on SQLite, served on a free port of this machine."""
    folder = tmp_path_factory.mktemp("served")
    yield from serve(make_settings(f"sqlite:///{folder / 'registry.sqlite'}", folder))


def serve(
    settings: Settings, fill: Callable[[], None] | None = None
) -> Iterator[tuple[Flask, str]]:
    """Set a register up, serve it until the tests are done, and give its address."""
    app = create_app(settings)
    with app.test_request_context():
        init_register(starts_on=STARTS_ON, ends_on=ENDS_ON)
        if fill is not None:
            fill()
        db.session.remove()
    server = make_server("127.0.0.1", 0, _answering_whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def _answering_whole(app: Flask) -> WSGIApplication:
    """Read each answer to its end: a window that closes meanwhile would leave a file open."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer


@pytest.fixture
def open_browser(chromium: Browser, served: tuple[Flask, str]) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a fresh browser window, as a person of its own."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def fresh(*, locale: str = "zh-CN", viewport: dict[str, int] | None = None) -> Page:
        context = chromium.new_context(
            base_url=served[1],
            locale=locale,
            viewport=viewport or WIDE,  # type: ignore[arg-type]  # a typed dictionary of the same keys
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note(faults, page, message.type, message.text))
        return page

    yield fresh
    for context in contexts:
        context.close()
    assert faults == []


def _note(faults: list[str], page: Page, kind: str, text: str) -> None:
    """Keep what breaks the content policy; a refused request is an answer that tests ask for."""
    if kind == "error" and "Failed to load resource" not in text:
        faults.append(f"{page.url}: {text}")


class Filled:
    """A served demonstration: its address, who may sign in, and which pages each can open."""

    def __init__(self, app: Flask, url: str, sign_ins: list[dict[str, str]]) -> None:
        self.app, self.url = app, url
        self.emails = {person["role"]: person["email"] for person in sign_ins}
        self.emails[OUTSIDER] = OUTSIDER_EMAIL
        with app.test_request_context():
            self.pages = list_pages(sign_ins)
            db.session.commit()

    def own(self, role: str) -> list[str]:
        """List the pages of a role that none before it has seen."""
        before = ROLES[: ROLES.index(role)]
        seen = {address for other in before for _, address in self.pages[other]}
        return [address for _, address in self.pages[role] if address not in seen]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("filled")
    settings = make_settings(f"sqlite:///{folder / 'registry.sqlite'}", folder)
    settings = replace(settings, public_url=ADDRESS)
    sign_ins: list[dict[str, str]] = []
    served = serve(settings, lambda: sign_ins.extend(fill(attachments=settings.attachments_dir)))
    for app, url in served:
        yield Filled(app, url, sign_ins)


@pytest.fixture
def enter(chromium: Browser, filled: Filled) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def open_page(role: str, viewport: dict[str, int], *, language: str = "zh_CN") -> Page:
        context = chromium.new_context(base_url=filled.url, viewport=viewport)  # type: ignore[arg-type]  # the same keys
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        if language != "zh_CN":
            page.click("form[action$='/language'] button")
            expect(page.locator("html")).to_have_attribute("lang", language)
        if role != "visitor":
            page.fill("[name=email]", filled.emails[role])
            page.fill("[name=password]", PASSWORD)
            page.click("main form button[type=submit] >> nth=0")
            page.wait_for_selector("form[action$='/sign-out']", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()


def read_axe() -> str:
    """Return axe-core, kept beside the tests."""
    return (Path(__file__).parent.parent / "vendor" / "axe" / "axe.min.js").read_text()
