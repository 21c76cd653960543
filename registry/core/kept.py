"""What is made once for the same values: parts of pages, and what they are made of.

A macro whose bytes depend on nothing but its arguments and the language is made once for each
combination of values, and then given again. Arguments are told apart by all that they hold, so a
part is as right as if it were made anew; one that holds anything else than plain values is.

In the same way a function that is `remembered` gives again what it made of the same arguments in
the same language. What it makes is never changed, and most of it is `Settled`: told apart by being
the same thing, which takes no time however much it holds. So what is made of parts that are all the
same as before is found at one look.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache, wraps
from operator import attrgetter
from types import NoneType
from typing import Any, Generic, ParamSpec, TypeVar  # what a template hands to a macro

from flask import Flask
from jinja2.runtime import Macro
from markupsafe import Markup

from registry.core.language import Message, is_chinese

PARTS_MOST = 2_000
MADE_MOST = 600
LATELY_MOST = 60
PLAIN = frozenset({str, int, NoneType})
BY_THEIR_WORDS = frozenset({float, bool, Decimal, date, datetime, time, Markup, Message})
SEQUENCES = frozenset({tuple, list})
COLLECTIONS = frozenset({dict, list, Counter, defaultdict})
Given = ParamSpec("Given")
Made = TypeVar("Made")


class Settled:
    """What is never changed once it was made; its dataclass says `eq=False`."""


class NotPlain(Exception):
    """An argument is no plain value."""


class Parts(Generic[Made]):
    """What was made lately, in two halves; the older one goes when the newer one is full."""

    def __init__(self, most: int = PARTS_MOST) -> None:
        self.most = most
        self.newer: dict[object, Made] = {}
        self.older: dict[object, Made] = {}

    def find(self, key: object) -> Made | None:
        found = self.newer.get(key)
        if found is None and (found := self.older.get(key)) is not None:
            self.keep(key, found)
        return found

    def keep(self, key: object, part: Made) -> None:
        if len(self.newer) >= self.most // 2:
            self.newer, self.older = {}, self.newer
        self.newer[key] = part


parts: Parts[str] = Parts()


# What a section that is being made takes up of its parts; none within a part that is kept itself.
taken_up: ContextVar[list[Any] | None] = ContextVar("taken_up", default=None)


def init_app(app: Flask) -> None:
    """Let templates write `kept(macro, …)` where they would write `macro(…)`."""
    app.jinja_env.globals.update(kept=kept)


def kept(macro: Macro, *arguments: Any) -> str:
    """Return what the macro makes of these arguments."""
    return keep_in(parts, macro, arguments, form=as_it_is)


def keep_in(
    parts: Parts[Made],
    macro: Macro,
    arguments: tuple[Any, ...],
    *,
    form: Callable[[str], Made],
    taking: list[Any] | None = None,
) -> Made:
    """Return what the macro makes of these arguments, in the form in which it is kept."""
    try:
        key = (
            macro._func,  # noqa: SLF001 - the code of the macro, the same in every import of it
            is_chinese(),
            values_of(arguments),
        )
    except NotPlain:
        return _make(macro, arguments, form=form, taking=taking)
    found = parts.find(key)
    if found is None:
        found = _make(macro, arguments, form=form, taking=taking)
        parts.keep(key, found)
    return found


def keep_each_in(
    parts: Parts[Made],
    macro: Macro,
    items: Sequence[Any],
    arguments: tuple[Any, ...],
    *,
    form: Callable[[str], Made],
) -> list[Made]:
    """Return what the macro makes of each item and these arguments."""
    try:
        keys = [values_of(item) for item in items]
        rest = (macro._func, is_chinese(), values_of(arguments))  # noqa: SLF001 - as in `keep_in`
    except NotPlain:
        return [_make(macro, (item, *arguments), form=form) for item in items]
    made = []
    for key, item in zip(keys, items, strict=True):
        part = parts.find((key, rest))
        if part is None:
            part = _make(macro, (item, *arguments), form=form)
            parts.keep((key, rest), part)
        made.append(part)
    return made


def _make(
    macro: Macro,
    arguments: tuple[Any, ...],
    *,
    form: Callable[[str], Made],
    taking: list[Any] | None = None,
) -> Made:
    before = taken_up.set(taking)
    try:
        return form(macro(*arguments))
    finally:
        taken_up.reset(before)


def as_it_is(text: str) -> str:
    """Keep a part as the text that it is."""
    return text


class Same:
    """A collection as a part of a key: it is never changed, and equals itself alone."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.thing is other.thing


def remembered(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let a function give again what it made of the same arguments in the same language.

    It must depend on nothing else; its arguments are plain values, `Settled`, or collections that
    are never changed and are told apart by being the same thing.
    """
    return _remember(make, most=MADE_MOST)


def remembered_lately(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Do as `remembered`, for a few calls: of what holds much and is asked for once a page."""
    return _remember(make, most=LATELY_MOST)


def _remember(make: Callable[Given, Made], *, most: int) -> Callable[Given, Made]:
    made: Parts[Made] = Parts(most)
    takes_collections = False

    @wraps(make)
    def give(*arguments: Given.args, **named: Given.kwargs) -> Made:
        nonlocal takes_collections
        key: tuple[object, ...] = (is_chinese(), *arguments, *named, *named.values())
        if takes_collections:
            key = _of_same(key)
        try:
            found = made.find(key)
        except TypeError:  # a collection has no hash
            takes_collections, key = True, _of_same(key)
            found = made.find(key)
        if found is None:
            found = make(*arguments, **named)
            made.keep(key, found)
        return found

    return give


def _of_same(given: tuple[object, ...]) -> tuple[object, ...]:
    return tuple([Same(each) if type(each) in COLLECTIONS else each for each in given])


def values_of(thing: Any) -> Any:
    """Return all that a thing holds as something that can be compared; raise NotPlain."""
    kind = type(thing)
    if kind in PLAIN or isinstance(thing, Settled):
        return thing
    if kind in SEQUENCES:
        return tuple([item if isinstance(item, Settled) else values_of(item) for item in thing])
    if kind in BY_THEIR_WORDS:
        return kind, str(thing)
    get = _reader_of(kind)  # type: ignore[arg-type]  # a class can be a key
    return kind, get(thing)


@cache
def _reader_of(kind: type[Any]) -> Callable[[Any], Any]:
    """Return what reads the values of a class: an enum's word, the fields of a dataclass."""
    for base, get in READERS.items():
        if issubclass(kind, base):
            return get
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        if len(names) == 1:
            return lambda thing: values_of(getattr(thing, names[0]))
        read = attrgetter(*names)
        return lambda thing: tuple([values_of(value) for value in read(thing)])
    return _refuse


READERS: dict[type[Any], Callable[[Any], Any]] = {
    Enum: attrgetter("value"),
    dict: lambda thing: values_of(tuple(thing.items())),
    tuple: lambda thing: tuple([values_of(value) for value in thing]),
}


def _refuse(_thing: Any) -> Any:
    raise NotPlain
