"""Input that nobody meant: every address and every form answers it in a sentence, never breaks."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.access import VISITOR
from tests.conftest import SignedIn
from tests.security.scene import WHO, Scene, address_of, open_browser, token_of, walk

BROKEN = 500
SECONDS_MOST = 5.0
HUGE, DIGITS = 10**30, "9" * 5_000
NAME = re.compile(r'name="([^"]{1,80})"')
FIELDS = frozenset({"q", "tab", "after", "before", "kind", "district", "year", "standing"})
QUESTION = frozenset(
    {"status", "measure", "as_of", "known_at", "order", "map", "next", "filing", "rows"}
)
MORE = frozenset({"remark", "view", "check", "role", "state", "page", "v"})
DEED = frozenset({"seen", "key", "action", "kind", "applications", "checks", "verified", "shown"})
CASE = frozenset({"answer_by", "lots", "reject_code", "then", "block", "how", "carried"})
CARRY = frozenset({"carried_to", "email", "password", "next", "duplicate", "survivor", "session"})
CELLS = frozenset({"rows-0-serial_no", "rows-99999-unit_price_wan", "answer-999999999999"})
WORDS = (
    "a\0b",
    "\ud800",
    str(HUGE),
    DIGITS,
    "2099-01-01",
    "0000-00-00",
    "😀١٢²",
    "NaN",
    '[["title", "\\ud800"]]',
    "a" * 50_000,
)


def query(name: str, word: str) -> str:
    return f"{quote(name)}={quote(word.encode('utf-8', 'surrogatepass'))}"


def body(fields: Mapping[str, str]) -> bytes:
    return "&".join(query(name, word) for name, word in fields.items()).encode()


@pytest.mark.parametrize("who", WHO)
def test_no_word_of_an_address_breaks_a_page(
    app: Flask, sign_in: SignedIn, scene: Scene, who: str
) -> None:
    browser = open_browser(app, sign_in, scene, who)
    names = sorted(FIELDS | QUESTION | MORE)
    broken = [
        (endpoint, word[:20], status)
        for endpoint, address in walk(app, scene, "GET", who)
        for word in WORDS
        if len(word) < 10_000
        for status in [
            status_of(browser, f"{address}?{'&'.join(query(name, word) for name in names)}")
        ]
        if status >= BROKEN
    ]

    assert broken == []


def status_of(browser: FlaskClient, address: str) -> int:
    answer = browser.get(address)
    answer.get_data()
    answer.close()
    return answer.status_code


@pytest.mark.parametrize("number", [HUGE, 2**31, 2**63, int("9" * 18), DIGITS])
def test_no_number_of_an_address_breaks_a_page(
    app: Flask, sign_in: SignedIn, scene: Scene, number: int | str
) -> None:
    """SQLite holds 64 bits, PostgreSQL 32 in a key, Python reads 4,300 digits: none is ever met."""
    wrong = {}
    for who in WHO[1:]:
        browser = open_browser(app, sign_in, scene, who)
        token = token_of(browser, who)
        for rule in app.url_map.iter_rules():
            if not any(name.endswith("_id") for name in rule.arguments - {"check_id"}):
                continue
            address = re.sub(r"/\d+", f"/{number}", address_of(rule, scene))
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            data = {"csrf_token": token} if method == "POST" else None
            status = browser.open(address, method=method, data=data).status_code
            if status != 404:
                wrong[rule.endpoint, who] = status

    assert wrong == {}


@pytest.mark.parametrize("who", WHO)
def test_no_word_in_any_field_breaks_a_form(
    app: Flask, sign_in: SignedIn, scene: Scene, who: str
) -> None:
    browser = open_browser(app, sign_in, scene, who)
    names = field_names(app, browser, scene, who)
    broken, slow, token = [], [], token_of(browser, who)
    for word in WORDS:
        for endpoint, address in walk(app, scene, "POST", who):
            if endpoint == "accounts.sign_out":
                continue
            fields = {**dict.fromkeys(names, word), "csrf_token": token}
            begun = time.monotonic()
            answer = browser.post(
                address, data=body(fields), content_type="application/x-www-form-urlencoded"
            )
            if answer.status_code >= BROKEN:
                broken.append((endpoint, word[:20], answer.status_code))
            if time.monotonic() - begun > SECONDS_MOST:
                slow.append((endpoint, word[:20], time.monotonic() - begun))

    assert broken == []
    assert slow == []


def field_names(app: Flask, browser: FlaskClient, scene: Scene, who: str) -> list[str]:
    """Return the names of all fields of all forms that this one sees."""
    names = set(DEED | CASE | CARRY | CELLS)
    for _endpoint, address in walk(app, scene, "GET", who):
        answer = browser.get(address)
        if answer.mimetype == "text/html":
            names.update(NAME.findall(answer.text))
        answer.close()
    return sorted(names - {"csrf_token", "viewport", "language"})


@pytest.mark.parametrize(
    "path",
    [b"/register/%FF%FE", b"/certificates/%00", b"/register/%00", b"/links/%ED%A0%80", b"/%C0%AF"],
)
def test_broken_bytes_in_a_path_are_not_found(
    app: Flask, sign_in: SignedIn, scene: Scene, path: bytes
) -> None:
    browser = open_browser(app, sign_in, scene, "leader")

    answer = browser.get(path.decode())

    assert answer.status_code == 404 or (path.startswith(b"/cert") and answer.status_code == 200)


@pytest.mark.parametrize("who", [VISITOR, "officer"])
def test_broken_bytes_in_headers_and_cookies_do_no_harm(
    app: Flask, sign_in: SignedIn, scene: Scene, who: str
) -> None:
    browser = open_browser(app, sign_in, scene, who)
    odd = "\xff\xfe\xed\xa0\x80"
    headers = [
        {"User-Agent": odd},
        {"Accept-Language": odd * 100},
        {"Referer": odd},
        {"Authorization": f"Bearer {odd}"},
        {"Authorization": "Bearer"},
        {"Range": "bytes=99-1"},
        {"If-Modified-Since": odd},
        {"Content-Type": "multipart/form-data; boundary="},
        {"Content-Length": "5"},
        {"Origin": odd, "Sec-Fetch-Site": odd},
        {"Cookie": f"registry={odd}; registry=.eJw.x; language={odd}"},
        {"Host": "a b"},
    ]
    wrong = [
        (sent, path, status)
        for sent in headers
        for path in ("/sign-in", "/tally", "/api/v1/tally", "/metrics", "/readyz", "/register")
        for status in [browser.get(path, headers=sent).status_code]
        if status >= BROKEN
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "asked",
    [
        "as_of=0000-00-00",
        "as_of=99999-01-01",
        "as_of=2099-01-01",
        "as_of=+",
        "as_of=2026-02-30",
        "as_of=%D9%A2%D9%A0%D9%A2%D9%A6-01-01",
        "known_at=%2399999999999999999999",
        "known_at=%23999999999999",
        "known_at=%23-1",
        "known_at=0001-01-01T00:00:00%2B14:00",
        "known_at=9999-12-31T23:59:59-14:00",
        "known_at=9999-12-31",
        "known_at=2026-01-01T00:00:00",
        "known_at=%00",
    ],
)
def test_odd_dates_get_a_sentence(app: Flask, sign_in: SignedIn, scene: Scene, asked: str) -> None:
    browser = open_browser(app, sign_in, scene, "leader")
    answers = [
        browser.get(f"{path}?kind=robot_deployment&{asked}")
        for path in ("/tally", "/tally.csv", "/tally/entries", "/tally/entries.csv")
    ]
    program = browser.get(f"/api/v1/tally?{asked}")

    blank = asked == "as_of=+"
    assert [a.status_code for a in (*answers, program)] == [200 if blank else 422] * 5
    assert blank or program.get_json()["message"]


@pytest.mark.parametrize("asked", ["as_of=&known_at=", "as_of=0001-01-01", "known_at=0001-01-02"])
def test_empty_and_very_old_dates_are_answered(
    app: Flask, sign_in: SignedIn, scene: Scene, asked: str
) -> None:
    browser = open_browser(app, sign_in, scene, "leader")
    paths = ("/tally", "/tally.csv", "/tally/entries", "/api/v1/tally")

    statuses = [browser.get(f"{p}?kind=robot_deployment&{asked}").status_code for p in paths]

    assert statuses == [200] * 4
