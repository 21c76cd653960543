"""Every route × everybody who may enter: headers, no token no deed, reading never writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.access import VISITOR
from registry.core.error_pages import error_page
from tests.conftest import SignedIn, csrf_of
from tests.security.scene import WHO, Scene, open_browser, print_tables, token_of, walk

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXACT = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
DOWNLOAD_CSP = "default-src 'none'; sandbox"
TEXTS = ("text/", "application/xhtml")


def faults_of(answer: TestResponse, *, is_static: bool = False) -> list[str]:
    """Name what is wrong with the headers of one answer."""
    expected = dict(EXACT)
    if "attachment" in answer.headers.get("Content-Disposition", ""):
        expected.pop("Content-Security-Policy")
        policy = answer.headers.get("Content-Security-Policy", "")
        found = [] if policy in (CSP, DOWNLOAD_CSP) else [f"download policy {policy!r}"]
    else:
        found = []
    found += [
        f"{name}: {answer.headers.get(name)!r}"
        for name, value in expected.items()
        if answer.headers.getlist(name) != [value]
    ]
    kind = answer.headers.get("Content-Type", "")
    if answer.data and (not kind or (kind.startswith(TEXTS) and "charset=utf-8" not in kind)):
        found.append(f"Content-Type: {kind!r}")
    kept = answer.headers.get("Cache-Control", "")
    if not is_static and "no-store" not in kept and "no-cache" not in kept:
        found.append(f"Cache-Control: {kept!r}")
    for cookie in answer.headers.getlist("Set-Cookie"):
        if "HttpOnly" not in cookie or "SameSite=Lax" not in cookie or "Path=/" not in cookie:
            found.append(f"Set-Cookie: {cookie.split('=')[0]} {cookie.partition(';')[2]}")
    return found


def ask(browser: FlaskClient, address: str, method: str) -> TestResponse:
    """Return an answer whose body was read to its end."""
    answer = browser.open(address, method=method)
    answer.get_data()
    answer.close()
    return answer


@pytest.mark.parametrize("who", WHO)
def test_every_answer_has_its_headers(
    app: Flask, sign_in: SignedIn, scene: Scene, who: str
) -> None:
    browser = open_browser(app, sign_in, scene, who)
    answers = {
        (endpoint, method): ask(browser, address, method)
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "TRACE")
        for endpoint, address in walk(app, scene, "GET", who)
    }

    assert {at: faults for at, a in answers.items() if (faults := faults_of(a))} == {}
    statuses = {at: answer.status_code for at, answer in answers.items()}
    assert {at: status for at, status in statuses.items() if status not in OPEN[at[1]]} == {
        (endpoint, method): status
        for endpoint, status in ELSEWHERE.items()
        for method in ("GET", "HEAD")
        if (endpoint, method) in answers and not (status == UNKNOWN and who != VISITOR)
    }


OPEN = {
    "GET": (200, 303),
    "HEAD": (200, 303),
    "OPTIONS": (200, 401),
    "PUT": (405,),
    "TRACE": (405,),
}
UNKNOWN = 401  # to whom the interface, and what is not public, ask to say who they are
ELSEWHERE = {
    "api.release": UNKNOWN,
    "api.releases": UNKNOWN,
    "api.tally": UNKNOWN,
    "importing.check": 404,
    "importing.faults": 404,
    "importing.progress": 404,
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503])
def test_error_pages_have_their_headers(app: Flask, status: int) -> None:
    with app.test_request_context("/somewhere"):
        app.preprocess_request()
        answer = app.process_response(error_page(status))

    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.status_code == status
    assert b"<h1" in answer.data


def test_what_fails_answers_with_headers_and_a_reference_and_no_inside(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise ZeroDivisionError("inside-of-the-machine")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "accounts.forgot", fail)
    fail.registry_door = frozenset(WHO)  # type: ignore[attr-defined]  # the door of a public view
    answers = [
        ask(app.test_client(), address, method)
        for address, method in (("/forgot", "GET"), ("/no-such-page", "GET"), ("/", "DELETE"))
    ]

    assert [a.status_code for a in answers] == [500, 404, 405]
    assert [faults_of(a) for a in answers] == [[], [], []]
    assert "inside-of-the-machine" not in answers[0].text
    assert "ZeroDivisionError" not in answers[0].text


def test_a_full_disk_is_a_page_that_keeps_the_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        Path("/dev/full").write_bytes(b"x")
        return ""

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "accounts.forgot", fail)
    fail.registry_door = frozenset(WHO)  # type: ignore[attr-defined]  # the door of a public view
    browser = app.test_client()
    fields = {"email": "a@b.example", "csrf_token": csrf_of(browser, "/sign-in")}

    answer = browser.post("/forgot", data=fields)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert 'name="email" value="a@b.example"' in answer.text


def test_too_large_a_body_and_static_files_have_their_headers(app: Flask) -> None:
    browser = app.test_client()
    large = browser.post("/sign-in", data=b"a" * (22 * 1024 * 1024))
    page = browser.get("/sign-in").text
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    found = [ask(browser, path, "GET") for path in (sheet, "/static/none.css", "/static/../x")]

    assert large.status_code == 413
    assert faults_of(large) == []
    assert [a.status_code for a in found] == [200, 404, 404]
    assert [faults_of(a, is_static=True) for a in found] == [[], [], []]


def send_without_a_token(
    app: Flask, scene: Scene, sign_in: SignedIn, who: str, *, token: str | None
) -> dict[str, int]:
    """Post to every route as if from a page of ours, and return what was not refused."""
    browser = open_browser(app, sign_in, scene, who)
    data = {"name": "x", "confirm": "y", **({"csrf_token": token} if token else {})}
    answers = {
        endpoint: browser.post(address, data=data).status_code
        for endpoint, address in walk(app, scene, "POST", who)
    }
    return {endpoint: status for endpoint, status in answers.items() if status != 400}


@pytest.mark.parametrize("who", WHO)
def test_nothing_is_done_without_a_token(
    app: Flask, sign_in: SignedIn, scene: Scene, who: str
) -> None:
    other = app.test_client() if who == VISITOR else open_browser(app, sign_in, scene, who)
    of_another = token_of(other, who)
    open_browser(app, sign_in, scene, who)
    before = print_tables()

    accepted = [
        send_without_a_token(app, scene, sign_in, who, token=token) for token in (None, of_another)
    ]

    after = {**print_tables(), "account_record": before["account_record"]}
    assert accepted == [{}, {}]
    assert after == before


@pytest.mark.parametrize("who", WHO)
def test_reading_never_writes(app: Flask, sign_in: SignedIn, scene: Scene, who: str) -> None:
    browser = open_browser(app, sign_in, scene, who)
    before = print_tables()
    for method in ("GET", "HEAD"):
        for _endpoint, address in walk(app, scene, "GET", who):
            ask(browser, address, method)
            ask(browser, f"{address}?q=x&page=2&check=1&remark=field:title", method)

    assert print_tables() == before


def test_on_https_cookies_are_bound_to_the_host_and_https_is_announced(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    monkeypatch.setitem(app.config, "SESSION_COOKIE_NAME", "__Host-registry")
    answers = [app.test_client().get(path) for path in ("/sign-in", "/none", "/healthz")]
    cookie = answers[0].headers["Set-Cookie"]

    assert {a.headers["Strict-Transport-Security"] for a in answers} == {
        "max-age=31536000; includeSubDomains"
    }
    assert cookie.startswith("__Host-registry=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_no_other_origin_is_let_in(app: Flask) -> None:
    answer = app.test_client().get("/sign-in", headers={"Origin": "https://evil.test"})

    assert not [name for name, _value in answer.headers if name.startswith("Access-Control")]
    assert csrf_of(app.test_client(), "/sign-in")
