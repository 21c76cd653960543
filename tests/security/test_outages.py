"""A database that is down: a page in plain words, nothing lost, and it recovers by itself."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from registry.app import create_app
from registry.core import database
from registry.core.database import db
from registry.start import init_register
from tests.accounts.test_resume import fields_of
from tests.conftest import ENDS_ON, STARTS_ON, csrf_of, make_settings
from tests.databases import postgresql_programs, postgresql_server, server_user
from tests.security.test_walks import faults_of

LANGUAGE = {"language": "en", "next": "/sign-in"}
WRONG = {"email": "nobody@example.test", "password": "wrong"}


def set_up(app: Flask) -> None:
    with app.app_context():
        init_register(starts_on=STARTS_ON, ends_on=ENDS_ON)
        db.session.remove()


@pytest.fixture
def served_by_postgresql(tmp_path: Path) -> Iterator[tuple[Flask, Path]]:
    """An application on a server of its own, which a test may stop, and the server's folder."""
    with postgresql_server() as url:
        app = create_app(make_settings(url, tmp_path))
        set_up(app)
        yield app, Path(url.partition("host=")[2])
        with app.app_context():
            db.engine.dispose()


def control(folder: Path, *words: str) -> None:
    """Run pg_ctl as the user whom the server belongs to."""
    command = [str(postgresql_programs() / "pg_ctl"), "-D", str(folder / "data"), "-w", *words]
    user = server_user()
    group = "nogroup" if user == "nobody" else user
    prefix = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"] if user else []
    subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/")


def test_postgresql_stopped_and_started_again(served_by_postgresql: tuple[Flask, Path]) -> None:
    app, folder = served_by_postgresql
    browser = app.test_client()
    token = csrf_of(browser, "/sign-in")
    control(folder, "-m", "fast", "stop")

    down = [
        browser.get("/sign-in"),
        browser.post("/sign-in", data={**WRONG, "csrf_token": token}),
        browser.get("/readyz"),
    ]
    alive = browser.get("/healthz")
    options = f"-k {folder} -c listen_addresses=''"
    control(folder, "-l", str(folder / "log"), "-o", options, "start")
    again = [
        browser.get("/sign-in"),
        browser.post("/sign-in", data={**WRONG, "csrf_token": token}),
        browser.get("/readyz"),
    ]

    assert [a.status_code for a in down] == [503, 503, 503]
    assert alive.status_code == 200
    assert [a.headers["Retry-After"] for a in down] == ["10"] * 3
    assert [faults_of(a) for a in down] == [[], [], []]
    assert "数据库" not in down[0].text.partition("<h1")[0]
    assert [a.status_code for a in again] == [200, 422, 200]


def test_the_words_of_a_form_that_was_not_taken_are_sent_again_by_a_button(
    served_by_postgresql: tuple[Flask, Path],
) -> None:
    app, folder = served_by_postgresql
    browser = app.test_client()
    typed = {"email": "new@example.test", "name": "王“思”<远>", "uscc": "91320583MA1MABCD0O"}
    form = {**typed, "csrf_token": csrf_of(browser, "/sign-up")}
    control(folder, "-m", "fast", "stop")

    down = browser.post("/sign-up", data=form)
    secret = browser.post("/sign-in", data={**WRONG, "csrf_token": form["csrf_token"]})
    held = fields_of(down.text)
    options = f"-k {folder} -c listen_addresses=''"
    control(folder, "-l", str(folder / "log"), "-o", options, "start")
    again = browser.post("/sign-up", data=held)

    assert (down.status_code, held) == (503, form)
    assert ("<form" in secret.text, "password" in secret.text) == (False, False)
    assert again.status_code == 422
    assert "王“思”&lt;远&gt;" in again.text


def test_a_sqlite_file_locked_by_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    file = tmp_path / "registry.sqlite"
    app = create_app(make_settings(f"sqlite:///{file}", tmp_path))
    set_up(app)
    browser = app.test_client()
    fields = {**WRONG, "csrf_token": csrf_of(browser, "/sign-in")}
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = browser.post("/sign-in", data=fields)
        read = browser.get("/sign-in")
        other.execute("ROLLBACK")

    again = browser.post("/sign-in", data=fields)

    assert (refused.status_code, read.status_code, again.status_code) == (503, 200, 422)
    assert refused.headers["Retry-After"] == "30"
    assert faults_of(refused) == []


def test_a_page_that_says_so_bears_a_reference_and_no_inside(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path / 'none' / 'x.sqlite'}", tmp_path))

    page = app.test_client().get("/sign-in")

    assert page.status_code == 503
    assert "sqlite" not in page.text.lower()
    assert "OperationalError" not in page.text
