"""What comes over the wire, made fit for every database before anybody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any  # a word, or a file

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

KEY_LARGEST = 2**31 - 1
NUMBER_LONGEST = 9
UNREADABLE = "\ufffd"
Items = Mapping[str, Any] | Iterable[tuple[str, Any]]


class Words(ImmutableMultiDict[str, Any]):
    """Names and words as sent; the character that no database holds becomes a visible sign."""

    def __init__(self, mapping: Items | None = None) -> None:
        sent = MultiDict(mapping)
        super().__init__([(_readable(n), _readable(w)) for n, w in sent.items(multi=True)])


def _readable(word: Any) -> Any:
    return word.replace("\0", UNREADABLE) if isinstance(word, str) else word


class ReadableRequest(Request):
    """A request whose address and form hold readable words only."""

    parameter_storage_class = Words


class KeyConverter(IntegerConverter):
    """A number in an address that a key can hold; a larger one leads nowhere."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's own name
        super().__init__(map, max=KEY_LARGEST)


class TextConverter(UnicodeConverter):
    """A word in an address; one that no database holds leads nowhere."""

    def to_python(self, value: str) -> str:
        if "\0" in value:
            raise ValidationError
        return value


def init_app(app: Flask) -> None:
    """Read requests this way; to be called before any route is known."""
    app.request_class = ReadableRequest
    app.url_map.converters.update(int=KeyConverter, string=TextConverter, default=TextConverter)


def read_number(text: str | None) -> int:
    """Return a whole number of at most nine digits; 0, which no key and no version is, for else."""
    word = text or ""
    is_number = word.isascii() and word.isdecimal() and len(word) <= NUMBER_LONGEST
    return int(word) if is_number else 0
