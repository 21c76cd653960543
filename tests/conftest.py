"""Fixtures: the application on both databases, each test on a fresh copy of a set-up register."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any  # what a request is made of

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import User
from registry.app import create_app
from registry.config import Settings
from registry.core import clock
from registry.core.database import db
from registry.start import init_register
from tests.databases import find_memory, postgresql_server, replace_database
from tests.factories import PASSWORD

STARTS_ON, ENDS_ON = date(2025, 1, 1), date(2027, 12, 31)
SET_UP_AT = datetime(2025, 1, 1, 1, 0, tzinfo=UTC)  # early, so that a test may set any later time
ENGINES = ("sqlite", "postgresql")


def make_settings(database_url: str, data_dir: Path) -> Settings:
    return Settings(
        database_url=database_url,
        data_dir=data_dir,
        secret_key="k" * 64,
        public_url="http://localhost",
        testing=True,
    )


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[tuple[Flask, Path, Path]]:
    """Give an application on a SQLite file, that file, and a set-up copy for each test."""
    with TemporaryDirectory(prefix="registry-lite-", dir=find_memory()) as folder:
        yield _make_template(Path(folder))


def _make_template(folder: Path) -> tuple[Flask, Path, Path]:
    live, template = folder / "registry.sqlite", folder / "template.sqlite"
    app = create_app(make_settings(f"sqlite:///{live}", folder))
    with app.app_context():
        with clock.set_to(SET_UP_AT):
            init_register(starts_on=STARTS_ON, ends_on=ENDS_ON)
        db.session.remove()
        db.engine.dispose()
    shutil.copy(live, template)
    return app, live, template


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql_url: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Flask, str]:
    """Return an application on a PostgreSQL database whose set-up copy is called `template`."""
    url = replace_database(postgresql_url, "live")
    app = create_app(make_settings(url, tmp_path_factory.mktemp("postgresql")))
    with app.app_context():
        with clock.set_to(SET_UP_AT):
            init_register(starts_on=STARTS_ON, ends_on=ENDS_ON)
        db.session.remove()
        db.engine.dispose()
    replace_database(postgresql_url, "template", template="live")
    return app, postgresql_url


@pytest.fixture(params=ENGINES)
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a fresh register, once on SQLite and once on PostgreSQL."""
    app = _fresh(request)
    app.test_client_class = Browser
    with app.test_request_context():
        yield app
        db.session.remove()
    with app.app_context():
        db.engine.dispose()


def _fresh(request: pytest.FixtureRequest) -> Flask:
    app: Flask
    if request.param == "sqlite":
        app, live, template = request.getfixturevalue("sqlite_template")
        with app.app_context():
            db.engine.dispose()
        for leftover in live.parent.glob(f"{live.name}*"):
            leftover.unlink()
        shutil.copy(template, live)
    else:
        app, server_url = request.getfixturevalue("postgresql_template")
        with app.app_context():
            db.engine.dispose()
        replace_database(server_url, "live", template="template")
    shutil.rmtree(app.config["SETTINGS"].attachments_dir, ignore_errors=True)
    return app


class Browser(FlaskClient):
    """A browser whose requests know nothing of each other but what its cookies say."""

    def open(self, *arguments: Any, **named: Any) -> TestResponse:
        if has_app_context():  # the test's own, which requests would share
            for name in list(g):
                g.pop(name)
        return super().open(*arguments, **named)


SignedIn = Callable[[User], FlaskClient]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser; it does not keep the test's own session."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> SignedIn:
    """Return a function that gives the browser of a signed-in person."""

    def enter(user: User) -> FlaskClient:
        db.session.commit()
        browser = app.test_client()
        answer = browser.post(
            "/sign-in",
            data={
                "email": user.email,
                "password": PASSWORD,
                "csrf_token": csrf_of(browser, "/sign-in"),
            },
        )
        assert answer.status_code == 303, answer.text
        return browser

    return enter


def csrf_of(browser: FlaskClient, address: str) -> str:
    """Return the token that a page's forms carry."""
    page = browser.get(address).text
    mark = 'name="csrf_token"'
    assert mark in page, page[:400]
    tag = page[page.rindex("<", 0, page.index(mark)) : page.index(">", page.index(mark))]
    return tag.split('value="')[1].split('"')[0]
