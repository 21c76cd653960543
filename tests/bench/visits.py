"""A signed-in leader's visits: pages through the whole application, without a wire between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any  # the environment of a request

import sqlalchemy as sa
from flask import Flask, render_template
from jinja2 import ChoiceLoader, DictLoader
from werkzeug.test import EnvironBuilder, run_wsgi_app

from registry.accounts.access import public
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.accounts.sessions import start_session
from registry.core import clock
from registry.core.database import db

HELLO = "/hello"
PAGE = """\
{% extends "layout/signed_in.html" %}
{% block title %}Hello{% endblock %}
{% block content %}<p>Hello</p>{% endblock %}
"""


def add_hello(app: Flask) -> None:
    """Add a page with the same frame as all others and nothing in it; before the first request."""
    assert app.jinja_env.loader is not None
    app.jinja_env.loader = ChoiceLoader([DictLoader({"hello.html": PAGE}), app.jinja_env.loader])

    @public
    def hello() -> str:
        return render_template("hello.html")

    app.add_url_rule(HELLO, "hello", hello)


@dataclass
class Visit:
    """What came back: status, headers and how many bytes."""

    status: int
    headers: Mapping[str, str]
    length: int


@dataclass
class Visitor:
    """A browser with the cookie of a signed-in leader."""

    app: Flask
    cookie: str
    environs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def get(self, address: str, *, tag: str = "") -> Visit:
        """Ask for a page, and for all of its bytes."""
        environ = dict(self._environ(address, tag))
        parts, status, headers = run_wsgi_app(self.app, environ, buffered=False)
        try:
            length = sum(map(len, parts))
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return Visit(int(status[:3]), dict(headers), length)

    def _environ(self, address: str, tag: str) -> dict[str, Any]:
        if (address, tag) not in self.environs:
            headers = [("Cookie", self.cookie), *([("If-None-Match", tag)] if tag else [])]
            environ = EnvironBuilder(path=address, headers=headers).get_environ()
            self.environs[address, tag] = environ
        return self.environs[address, tag]


def sign_in(app: Flask) -> Visitor:
    """Open a leader's session, and see that the pages have their token."""
    with app.test_request_context():
        person = db.session.scalars(sa.select(User).where(User.role == Role.LEADER)).first()
        assert person is not None
        key = start_session(person, at=clock.now())
        db.session.commit()
        db.session.remove()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = key, True
    client.get("/tally")
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    return Visitor(app, f"{name}={cookie.value}")
