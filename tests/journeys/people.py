"""How people of the journeys do what they do in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from email import message_from_bytes
from pathlib import Path

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core import clock
from registry.core.database import db
from registry.demo.papers import make_pdf, make_photo
from registry.entries.catalogue import CATALOGUE
from registry.notices.delivery import deliver_due
from registry.programme.kinds import Kind
from tests.factories import PASSWORD, a_district, a_user

OpenBrowser = Callable[..., Page]
LINK = re.compile(r"(/links/[\w-]+)")


def make_people(app: Flask) -> dict[str, str]:
    """Put two officers, a leader and a stranger into the register; give their addresses."""
    with app.test_request_context():
        people: dict[str, User] = {
            "officer": a_user(Role.OFFICER),
            "other_officer": a_user(Role.OFFICER, district=a_district("320581")),
            "leader": a_user(Role.LEADER),
            "stranger": a_user(Role.MEMBER),
        }
        db.session.commit()
        return {name: user.email for name, user in people.items()}


def sign_in(page: Page, email: str) -> Page:
    """Sign in by the page."""
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit] >> nth=0")
    expect(page.locator("form[action$='/sign-out']")).to_be_attached()
    return page


def read_link(app: Flask, email: str) -> str:
    """Deliver the outbox and return the path of the link in the newest mail to somebody."""
    settings = app.config["SETTINGS"]
    with app.test_request_context():
        deliver_due(settings, at=clock.now())
        db.session.remove()
    mails = sorted(
        (settings.data_dir / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime
    )
    for path in reversed(mails):
        text = path.read_bytes()
        if email.encode() in text and (found := LINK.search(_decoded(path))):
            return found.group(1)
    raise AssertionError(f"no link was mailed to {email}")


def _decoded(path: Path) -> str:
    from_file = message_from_bytes(path.read_bytes())
    payload = from_file.get_payload(decode=True)
    return payload.decode() if isinstance(payload, bytes) else ""


def press(page: Page, button: Locator) -> None:
    """Press a button at the desk and wait for the answer whole: its form stands at the foot."""
    with page.expect_navigation():
        button.click()


def save(page: Page) -> None:
    """Save a part of the form; a save of its own that is under way goes first."""
    with page.expect_navigation():
        page.click("button[name=then][value=stay]")


def paste(page: Page, block: str, *, row: int = 0) -> None:
    """Paste a block into the first cell of a row of the grid, as Ctrl+V does."""
    cell = page.locator(f"[name='rows-{row}-brand']")
    cell.click()
    cell.evaluate(
        """(cell, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            cell.dispatchEvent(new ClipboardEvent("paste",
                {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        block,
    )


def attach_all(page: Page, kind: Kind) -> None:
    """Upload every required proof of a kind, on its page."""
    for slot in CATALOGUE[kind].slots:
        if not slot.required:
            continue
        is_photo = slot.code in {"photo", "nameplate"}
        files = [
            {
                "name": f"{slot.code}{number}.{'png' if is_photo else 'pdf'}",
                "mimeType": "image/png" if is_photo else "application/pdf",
                "buffer": make_photo(number + 1) if is_photo else make_pdf(slot.code),
            }
            for number in range(slot.min_files)
        ]
        attach(page, slot.code, files)


def attach(page: Page, slot: str, files: Sequence[Mapping[str, object]]) -> None:
    """Upload files to one place for proofs."""
    form = page.locator(f"form:has(#upload-{slot})")
    form.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]  # the same keys
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
    expect(page.locator(f"#section-{slot} a[href*='/attachments/']")).to_have_count(len(files))
