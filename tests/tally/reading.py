"""Reads the figures off a page as a person does."""

from __future__ import annotations

import re
from html import unescape

LINK = re.compile(r'<td class="n gs"[^>]*><a href="([^"]+)">([\d,]+)</a>')
GOAL = re.compile(r'<p class="goal__figure"><a href="([^"]+)"[^>]*>([\d,]+)</a>')
FACT = re.compile(r'<dd><a href="([^"#]+)">([\d,]+) [^<]*</a></dd>')
TOP = re.compile(r'<p class="lead">([−\d,]+) ')
FOOT = re.compile(r'<tfoot>.*?<td class="n"><span class="num">([−\d,]+)<', re.DOTALL)
ROW = re.compile(r'<td class="n" data-l="[^"]*"><span class="num">([−\d,]+)<')


def number(text: str) -> int:
    return int(text.replace(",", "").replace("−", "-"))


def links(pattern: re.Pattern[str], page: str) -> list[tuple[str, int]]:
    """Return each figure's address and the figure."""
    return [(unescape(url), number(text)) for url, text in pattern.findall(page)]


def cells(page: str) -> list[int]:
    """Return the figures of the districts and, last, of the city."""
    return [figure for _, figure in links(LINK, page)]


def sums(page: str) -> tuple[int, int]:
    """Return the sum at the top of a list, and at its bottom (the top again where it is empty)."""
    top = TOP.search(page)
    assert top is not None, page
    foot = FOOT.search(page)
    return number(top[1]), number(foot[1]) if foot else number(top[1])


def rows(page: str) -> list[int]:
    return [number(text) for text in ROW.findall(page)]


def lead(page: str) -> str:
    """Return the leading sentence without its marks."""
    found = re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)
    assert found is not None, page
    return " ".join(re.sub(r"<[^>]+>", "", found[1].replace("</span>", " ")).split())
