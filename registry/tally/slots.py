"""Places on a page for what is put in last: the head of the chain, and whole sections.

The head stands in each address of a page of figures. Were it there from the start, no part of the
page could be kept; so a sign that nobody can type stands for it until the page is whole. A section
that is kept is kept as it is sent, in pieces between these signs; the page has a sign for it too,
so that it is neither copied nor encoded again on its way.
"""

from __future__ import annotations

import re
import secrets
from typing import Any  # what a template hands to a macro
from urllib.parse import quote

from flask import g
from jinja2.runtime import Macro
from markupsafe import Markup

from registry.core.kept import Parts, keep_in

_sign = secrets.token_hex(12)
IN_ADDRESSES = f"a{_sign}"
IN_WORDS = f"w{_sign}"
SECTION = re.compile(f"s{_sign}-([0-9]+);".encode())
SECTIONS = "sections of this page"
SECTIONS_MOST = 300
# A text, parted where the number of the head is read; each part again where its address stands.
Pieces = tuple[tuple[bytes, ...], ...]

sections: Parts[Pieces] = Parts(SECTIONS_MOST)


def kept_section(macro: Macro, *arguments: Any) -> Markup:
    """Return the sign of what the macro makes of these arguments; `fill` puts it in."""
    found = keep_in(sections, macro, arguments, form=_part)
    here: list[Pieces] = g.setdefault(SECTIONS, [])
    here.append(found)
    return Markup(f"s{_sign}-{len(here) - 1};")  # noqa: S704 - our own sign


def fill(page: str, *, pin: str, sequence: int) -> bytes:
    """Put in the sections and the head: as an address names it, and its number as it is read."""
    address, number = quote(pin, safe="!$'()*,/:;?@").encode(), f"{sequence:,}".encode()
    here: list[Pieces] = g.pop(SECTIONS, [])
    texts: list[bytes] = SECTION.split(_join(_part(page), address=address, number=number))
    texts[1::2] = [_join(here[int(at)], address=address, number=number) for at in texts[1::2]]
    return b"".join(texts)


def _part(text: str) -> Pieces:
    address, number = IN_ADDRESSES.encode(), IN_WORDS.encode()
    return tuple(tuple(piece.split(address)) for piece in text.encode().split(number))


def _join(pieces: Pieces, *, address: bytes, number: bytes) -> bytes:
    return number.join([address.join(piece) for piece in pieces])
