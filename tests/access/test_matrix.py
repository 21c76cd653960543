"""Every route × method × role: the matrix is a file, and the doors and real answers agree with it.

`ok` may enter (what the address holds is another question), `sign_in` is asked to sign in, `hidden`
is told that there is no such page. A route without a row fails, and so does a row without a route.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # values of an address

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from registry.accounts.access import VISITOR, door_of
from registry.accounts.roles import Role
from tests.conftest import SignedIn as SignIn
from tests.conftest import csrf_of
from tests.factories import a_user

MATRIX = Path(__file__).parent / "matrix.csv"
WHO = (VISITOR, *(role.value for role in Role))
NOT_PAGES = frozenset({"static"})
OPEN = ("ok", "sign_in")  # the interface is open to tokens, and asks a visitor for one
SHUT = ("hidden", "sign_in")
NO_SUCH_ID, NO_SUCH_TEXT = 999_999, "none"

Route = tuple[str, str]


def load_matrix() -> dict[Route, dict[str, str]]:
    with MATRIX.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    matrix = {(row["endpoint"], row["method"]): {who: row[who] for who in WHO} for row in rows}
    assert len(matrix) == len(rows), "a route stands twice in the matrix"
    return matrix


def walk_routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in NOT_PAGES:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def walk_known(app: Flask) -> Iterator[tuple[Rule, str, dict[str, str]]]:
    """Go through the routes that have their row; the first test names the others."""
    matrix = load_matrix()
    for rule, method in walk_routes(app):
        if (rule.endpoint, method) in matrix:
            yield rule, method, matrix[rule.endpoint, method]


def address_of(rule: Rule) -> str:
    """Return an address of a route at which there is nothing."""
    converters = {name: type(kind).__name__ for name, kind in rule._converters.items()}
    values: dict[str, Any] = {
        name: NO_SUCH_ID if kind == "KeyConverter" else NO_SUCH_TEXT
        for name, kind in converters.items()
    }
    return url_for(rule.endpoint, **values)


def test_each_route_has_its_row_and_each_row_its_route(app: Flask) -> None:
    routes = {(rule.endpoint, method) for rule, method in walk_routes(app)}
    matrix = set(load_matrix())

    assert sorted(routes - matrix) == []
    assert sorted(matrix - routes) == []


def test_doors_say_what_the_matrix_says(app: Flask) -> None:
    wrong = [
        (rule.endpoint, method, who)
        for rule, method, row in walk_known(app)
        for who in WHO
        if row[who] not in (OPEN if who in door_of(rule.endpoint) else SHUT)
    ]

    assert wrong == []


def ask(browser: FlaskClient, rule: Rule, method: str, *, token: str) -> int:
    """Return the status of one request; 303 counts only where it leads to the sign-in page."""
    data = {"csrf_token": token} if method == "POST" else None
    answer = browser.open(address_of(rule), method=method, data=data)
    is_asked = answer.status_code == 303 and answer.location.startswith("/sign-in?")
    return 401 if is_asked else answer.status_code


def test_visitors_are_asked_to_sign_in_where_the_matrix_says_so(app: Flask) -> None:
    browser = app.test_client()
    token = csrf_of(browser, "/sign-in")
    wrong = {
        (rule.endpoint, method): status
        for rule, method, row in walk_known(app)
        if row[VISITOR] == "sign_in"
        for status in [ask(browser, rule, method, token=token)]
        if status != 401
    }

    assert wrong == {}


@pytest.mark.parametrize("role", list(Role))
def test_pages_of_others_are_not_found(app: Flask, sign_in: SignIn, role: Role) -> None:
    browser = sign_in(a_user(role))
    token = csrf_of(browser, "/account")
    wrong = {
        (rule.endpoint, method): status
        for rule, method, row in walk_known(app)
        if row[role.value] == "hidden"
        for status in [ask(browser, rule, method, token=token)]
        if status != 404
    }

    assert wrong == {}


@pytest.mark.parametrize("who", WHO)
def test_no_door_that_is_open_breaks(app: Flask, sign_in: SignIn, who: str) -> None:
    browser = app.test_client() if who == VISITOR else sign_in(a_user(Role(who)))
    wrong = {
        rule.endpoint: status
        for rule, method, row in walk_known(app)
        if method == "GET" and row[who] == "ok"
        for status in [ask(browser, rule, method, token="")]
        if status == 401 or status >= 500
    }

    assert wrong == {}
