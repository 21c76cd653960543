"""Places on a page for what changes with every record, filled last.

The head stands in each address of a page of figures. Were it there from the start, no part of the
page could be kept; so a sign that nobody can type stands for it until the page is whole.
"""

from __future__ import annotations

import secrets
from urllib.parse import quote

_sign = secrets.token_hex(12)
IN_ADDRESSES = f"a{_sign}"
IN_WORDS = f"w{_sign}"


def fill(page: str, *, pin: str, sequence: int) -> str:
    """Put in the head: as an address names it, and its number as it is read."""
    filled = page.replace(IN_ADDRESSES, quote(pin, safe="!$'()*,/:;?@"))
    return filled.replace(IN_WORDS, f"{sequence:,}")
