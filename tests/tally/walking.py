"""Walks from figures to the lists they open, as a person would who adds the lines up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

MAIN = re.compile(r"<main.*</main>", re.DOTALL)
ANCHOR = re.compile(
    r'<a\b[^>]*\bhref="([^"]+)"[^>]*>\s*([+−]?[\d,]+)(?: ([^<\s]+))?\s*</a>'
    r'(?:<span class="u(?:nit)?">([^<]*)</span>)?'
)
FIGURE = r'<span class="num">([+−]?[\d,]+)<span class="u">([^<]*)</span></span>'
LEAD = re.compile(r'<p class="lead">([\d,]+) (\S+?)</p>')
FOOT = re.compile(rf"<tfoot>.*?{FIGURE}", re.DOTALL)
LINE = re.compile(rf'<td class="n" data-l="[^"]*">{FIGURE}')
BALANCES = re.compile(r'aria-labelledby="balance".*?</section>', re.DOTALL)
CHANGE = re.compile(rf"<b>{FIGURE}</b>")
AMOUNT = re.compile(r'<span class="delta[^"]*">([+−][\d,]+) ([^<]+)</span>')
NEXT = re.compile(r'href="([^"]+)" rel="next"')


class Amount(NamedTuple):
    """A number and its unit."""

    value: int
    unit: str


class Shown(NamedTuple):
    """A figure on a page, and what it leads to."""

    url: str
    amount: Amount


def read_amount(value: str, unit: str) -> Amount:
    return Amount(int(value.replace("−", "-").replace(",", "")), unit)


def figures_of(page: str) -> list[Shown]:
    """Return every figure of a page that leads somewhere, in the order of the page."""
    (main,) = MAIN.findall(page)
    return [
        Shown(unescape(url), read_amount(value, inside or beside))
        for url, value, inside, beside in ANCHOR.findall(main)
    ]


def pages_from(browser: FlaskClient, url: str) -> Iterator[str]:
    """Yield a list page by page."""
    while url:
        answer = browser.get(url)
        assert answer.status_code == 200, url
        yield answer.text
        following = NEXT.search(answer.text)
        url = unescape(following[1]) if following else ""


def open_figure(browser: FlaskClient, url: str, *, pages: int | None = None) -> set[Amount]:
    """Return all that a list says the figure is: above, at the foot of each page, and added up.

    Where only so many pages are read, lines are not added up.
    """
    read = _read_entries if urlsplit(url).path == "/tally/entries" else _read_changes
    said, lines = set[Amount](), list[Amount]()
    for number, page in enumerate(pages_from(browser, url), start=1):
        sums, found = read(page, url)
        said |= sums
        lines += found
        if number == pages:
            return said
    units = {line.unit for line in lines} or {amount.unit for amount in said}
    return said | {Amount(sum(line.value for line in lines), unit) for unit in units}


def _read_entries(page: str, _url: str) -> tuple[set[Amount], list[Amount]]:
    above, below = LEAD.search(page), FOOT.search(page)
    assert above is not None, page
    sums = {read_amount(*found.groups()) for found in (above, below) if found}
    return sums, [read_amount(*line) for line in LINE.findall(page)]


def _read_changes(page: str, url: str) -> tuple[set[Amount], list[Amount]]:
    asked = urlsplit(url)
    assert asked.path == "/tally/changes", url
    assert "kind" in parse_qs(asked.query), url
    balances = BALANCES.search(page)
    assert balances is not None, page
    changes = {read_amount(*found) for found in CHANGE.findall(balances[0])}
    return changes, [read_amount(*line) for line in AMOUNT.findall(page)]
