"""Sections that are kept as they are sent, and what a page puts into them last.

What changes at nearly every visit (the number of a record, and the address that names it) would let
no part of a page be kept; a sign that nobody can type stands for it until the page is whole. A
section is kept encoded, in pieces between these signs; the page has a sign for it too, so that it
is neither copied nor encoded again on its way. A view that shows sections sends what `fill` gives.
"""

from __future__ import annotations

import re
import secrets
from typing import Any  # what a template hands to a macro

from flask import Flask, g
from jinja2.runtime import Macro
from markupsafe import Markup

from registry.core.kept import Parts, keep_in

_sign = secrets.token_hex(12)
IN_ADDRESSES = f"a{_sign}"
IN_WORDS = f"w{_sign}"
SECTION = re.compile(f"s{_sign}-([0-9]+);".encode())
NAME = "sections of this page"
SECTIONS_MOST = 300
# A text, parted where the number is read, and each part again where it stands in an address.
Pieces = tuple[tuple[bytes, ...], ...]

sections: Parts[Pieces] = Parts(SECTIONS_MOST)


def init_app(app: Flask) -> None:
    """Let templates write `kept_section(macro, …)` where they would write `kept(macro, …)`."""
    app.jinja_env.globals.update(kept_section=kept_section)


def kept_section(macro: Macro, *arguments: Any) -> Markup:
    """Return the sign of what the macro makes of these arguments; `fill` puts it in."""
    found = keep_in(sections, macro, arguments, form=_part)
    here: list[Pieces] = g.setdefault(NAME, [])
    here.append(found)
    return Markup(f"s{_sign}-{len(here) - 1};")  # noqa: S704 - our own sign


def fill(page: str, *, address: str, number: str) -> bytes:
    """Put in the sections, and what stands in addresses and in words."""
    words = {"address": address.encode(), "number": number.encode()}
    here: list[Pieces] = g.pop(NAME, [])
    texts: list[bytes] = SECTION.split(_join(_part(page), **words))
    texts[1::2] = [_join(here[int(at)], **words) for at in texts[1::2]]
    return b"".join(texts)


def _part(text: str) -> Pieces:
    address, number = IN_ADDRESSES.encode(), IN_WORDS.encode()
    return tuple(tuple(piece.split(address)) for piece in text.encode().split(number))


def _join(pieces: Pieces, *, address: bytes, number: bytes) -> bytes:
    return number.join([address.join(piece) for piece in pieces])
