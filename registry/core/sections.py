"""Sections that are kept as they are sent, and what a page puts into them last.

What changes at nearly every visit (the number of a record, and the address that names it) would let
no part of a page be kept; a sign that nobody can type stands for it until the page is whole. A
section is kept encoded, in pieces between these signs; the page has a sign for it too, so that it
is neither copied nor encoded again on its way. So have its rows, which are kept for themselves. A
view that shows sections sends what `fill` gives.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any  # what a template hands to a macro

from flask import Flask, g
from jinja2.runtime import Macro
from markupsafe import Markup

from registry.core.kept import Parts, as_it_is, keep_each_in, keep_in, parts, taken_up

_sign = secrets.token_hex(12)
IN_ADDRESSES = f"a{_sign}"
IN_WORDS = f"w{_sign}"
SECTION = re.compile(f"s{_sign}-([0-9]+);")
ROWS = re.compile(f"r{_sign}-([0-9]+);")
NAME = "sections of this page"
SECTIONS_MOST = 300
# A text, parted where the number is read, and each part again where it stands in an address.
Pieces = tuple[tuple[bytes, ...], ...]

sections: Parts[Pieces] = Parts(SECTIONS_MOST)
rows: Parts[Pieces] = Parts()


def init_app(app: Flask) -> None:
    """Let templates write `kept_section(macro, …)` where they would write `kept(macro, …)`.

    `kept_each(macro, items, …)` is `kept` for each item, one after the other.
    """
    app.jinja_env.globals.update(kept_section=kept_section, kept_each=kept_each)


def kept_section(macro: Macro, *arguments: Any) -> Markup:
    """Return the sign of what the macro makes of these arguments; `fill` puts it in."""
    groups: list[list[Pieces]] = []
    found = keep_in(
        sections, macro, arguments, form=lambda text: _put_in(text, groups), taking=groups
    )
    here: list[Pieces] = g.setdefault(NAME, [])
    here.append(found)
    return Markup(f"s{_sign}-{len(here) - 1};")  # noqa: S704 - our own sign


def kept_each(macro: Macro, items: Sequence[Any], *arguments: Any) -> Markup:
    """Return what the macro makes of each item; within a section a sign of it."""
    groups = taken_up.get()
    if groups is None:
        made = keep_each_in(parts, macro, items, arguments, form=as_it_is)
        return Markup("".join(made))  # noqa: S704 - what macros made
    groups.append(keep_each_in(rows, macro, items, arguments, form=_part))
    return Markup(f"r{_sign}-{len(groups) - 1};")  # noqa: S704 - our own sign


def fill(page: str, *, address: str, number: str) -> bytes:
    """Put in the sections, and what stands in addresses and in words; all of it at once."""
    in_address, in_words = address.encode(), number.encode()
    here: list[Pieces] = g.pop(NAME, [])
    sent: list[bytes] = []
    for place, words in enumerate(SECTION.split(page)):
        for at, pieces in enumerate(here[int(words)] if place % 2 else _part(words)):
            if at:
                sent.append(in_words)
            between = [in_address] * (2 * len(pieces) - 1)
            between[::2] = pieces
            sent += between
    return b"".join(sent)


def _put_in(text: str, groups: Sequence[Sequence[Pieces]]) -> Pieces:
    """Put the rows of a section in the places of their signs."""
    whole: list[list[bytes]] = [[b""]]
    for place, words in enumerate(ROWS.split(text)):
        for pieces in groups[int(words)] if place % 2 else [_part(words)]:
            (first, *more), *further = pieces
            whole[-1][-1] += first
            whole[-1] += more
            whole += map(list, further)
    return tuple(map(tuple, whole))


def _part(text: str) -> Pieces:
    address, number = IN_ADDRESSES.encode(), IN_WORDS.encode()
    return tuple(tuple(piece.split(address)) for piece in text.encode().split(number))
