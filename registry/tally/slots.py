"""Places on a page of figures for the head of the chain, filled last: it changes with each record.

It stands in each address. Were it there from the start, no part of the page could be kept.
"""

from __future__ import annotations

from urllib.parse import quote

from registry.core import sections
from registry.core.sections import IN_ADDRESSES, IN_WORDS

__all__ = ["IN_ADDRESSES", "IN_WORDS", "fill"]


def fill(page: str, *, pin: str, sequence: int) -> bytes:
    """Put in the head: as an address names it, and its number as it is read."""
    return sections.fill(page, address=quote(pin, safe="!$'()*,/:;?@"), number=f"{sequence:,}")
