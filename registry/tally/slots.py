"""Places on a page of figures for the head of the chain, filled last: it changes with each record.

It stands in each address. Were it there from the start, no part of the page could be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from registry.core.sections import IN_ADDRESSES, IN_WORDS, Frame, Pieces

__all__ = ["IN_ADDRESSES", "IN_WORDS", "fill"]


def fill(frame: Frame, made: Mapping[str, Pieces], *, pin: str, sequence: int) -> bytes:
    """Put the sections in, and the head: as an address names it, and its number as it is read."""
    named = quote(pin, safe="!$'()*,/:;?@")
    return frame.fill(made, address=named, number=f"{sequence:,}")
