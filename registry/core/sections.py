"""Sections that are kept as they are sent, and what a page puts into them last.

What changes at nearly every visit (the number of a record, and the address that names it) would let
no part of a page be kept; a sign that nobody can type stands for it until the page is whole. A
section is kept encoded, in pieces between these signs, so that it is neither copied nor encoded
again on its way. So have its rows, which are kept for themselves, and the frame of the page, which
has a sign for each section (`core/frames.py`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any  # what is handed to a macro

from flask import Flask
from jinja2.runtime import Macro
from markupsafe import Markup

from registry.core.kept import Parts, as_it_is, keep_each_in, keep_in, parts, taken_up

_sign = secrets.token_hex(12)
IN_ADDRESSES = f"a{_sign}"
IN_WORDS = f"w{_sign}"
SECTION = re.compile(f"s{_sign}-([a-z_]+);")
ROWS = re.compile(f"r{_sign}-([0-9]+);")
SECTIONS_MOST = 300
# A text, parted where the number is read, and each part again where it stands in an address.
Pieces = tuple[tuple[bytes, ...], ...]

sections: Parts[Pieces] = Parts(SECTIONS_MOST)
rows: Parts[Pieces] = Parts()


def init_app(app: Flask) -> None:
    """Let templates write `section(name)`, and `kept_each(macro, items, …)`.

    The latter is `kept` for each item, one after the other.
    """
    app.jinja_env.globals.update(section=section, kept_each=kept_each)


def section(name: str) -> Markup:
    """Return the sign of a section: the place in the frame of a page where it is to stand."""
    return Markup(f"s{_sign}-{name};")  # noqa: S704 - our own sign


def kept_section(macro: Macro, *arguments: Any) -> Pieces:
    """Return what the macro makes of these arguments, as it is sent."""
    groups: list[list[Pieces]] = []
    return keep_in(
        sections, macro, arguments, form=lambda text: _put_in(text, groups), taking=groups
    )


def new_section(macro: Macro, *arguments: Any) -> Pieces:
    """Do as `kept_section`, for what is another at nearly every visit: it is not kept."""
    return _part(macro(*arguments))


def kept_each(macro: Macro, items: Sequence[Any], *arguments: Any) -> Markup:
    """Return what the macro makes of each item; within a section a sign of it."""
    groups = taken_up.get()
    if groups is None:
        made = keep_each_in(parts, macro, items, arguments, form=as_it_is)
        return Markup("".join(made))  # noqa: S704 - what macros made
    groups.append(keep_each_in(rows, macro, items, arguments, form=_part))
    return Markup(f"r{_sign}-{len(groups) - 1};")  # noqa: S704 - our own sign


class Frame:
    """A page without its sections."""

    def __init__(self, page: str) -> None:
        """Part a page at the signs of its sections."""
        texts = SECTION.split(page)
        self._between = [_part(text) for text in texts[::2]]
        self._names = texts[1::2]

    def fill(self, made: Mapping[str, Pieces], *, address: str, number: str) -> bytes:
        """Put in the sections, and what stands in addresses and in words; all of it at once."""
        in_address, in_words = address.encode(), number.encode()
        whole = [self._between[0]]
        for name, pieces in zip(self._names, self._between[1:], strict=True):
            whole += made[name], pieces
        sent: list[bytes] = []
        for pieces in whole:
            for at, part in enumerate(pieces):
                if at:
                    sent.append(in_words)
                between = [in_address] * (2 * len(part) - 1)
                between[::2] = part
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
