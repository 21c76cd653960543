"""What a request tells of who sends it: the address it comes from, the language it is read in."""

from __future__ import annotations

from flask import request

from registry.core.language import LANGUAGES, is_chinese


def find_address() -> str:
    """Return the network address; behind proxies (PROXIES) that of the person."""
    return (request.remote_addr or "")[:45]


def find_language() -> str:
    """Return the language of the page."""
    return LANGUAGES[0] if is_chinese() else LANGUAGES[1]
