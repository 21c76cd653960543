"""Reads a page as it is served, and as it is where nothing is kept."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from registry.core import kept
from registry.ledger import growing

TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


def read(browser: FlaskClient, address: str) -> str:
    """Return a page without the tokens of its forms, which say when they were made."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return TOKEN.sub("", answer.text)


def read_anew(browser: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read a page in a process that keeps nothing at all."""
    with monkeypatch.context() as without:
        without.setattr(growing, "is_snapshot", lambda: False)
        without.setattr(kept.Parts, "find", lambda _parts, _key: None)
        without.setattr(kept.Parts, "keep", lambda _parts, _key, _part: None)
        return read(browser, address)
