"""Both catalogues as the tests read them, and what of the English one stands on a Chinese page."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Catalog, Message

TOOL = Path(__file__).parents[2] / ".ci" / "catalogues.py"
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
LETTERS_LEAST = 3


@cache
def load_tool() -> ModuleType:
    """Return the tool that gathers the messages."""
    spec = importlib.util.spec_from_file_location("catalogues", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def read_catalogue(language: str) -> Catalog:
    """Read a catalogue as it stands in the tree."""
    catalogue: Catalog = load_tool().current(language)
    return catalogue


def list_messages(language: str) -> list[Message]:
    """List the messages of a catalogue without its header."""
    return [message for message in read_catalogue(language) if message.id]


def forms_of(words: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the forms of a message, one or several."""
    return (words,) if isinstance(words, str) else tuple(words or ())


def placeholders_of(text: str) -> set[str]:
    """Return the names that a message is filled with."""
    return {first or second for first, second in PLACEHOLDER.findall(text)}


@cache
def _english() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return the English messages that read otherwise in Chinese: fixed ones, filled ones."""
    fixed, filled = set(), []
    for message in list_messages("zh_CN"):
        for text in forms_of(message.id):
            bare = PLACEHOLDER.sub("", text)
            letters = sum(1 for mark in bare if mark.isascii() and mark.isalpha())
            if text in forms_of(message.string) or letters < LETTERS_LEAST:
                continue
            if placeholders_of(text):
                parts = [re.escape(part) for part in re.split(r"%\(\w+\)s|\{\w+\}", text)]
                filled.append(re.compile(".+?".join(parts), re.DOTALL))
            else:
                fixed.add(text)
    return frozenset(fixed), tuple(filled)


def left_in_english(texts: Iterable[str]) -> list[str]:
    """Return which texts of a Chinese page are English messages that have a translation."""
    fixed, filled = _english()
    words = {" ".join(text.split()) for text in texts}
    return sorted(
        text
        for text in words
        if text in fixed or any(pattern.fullmatch(text) for pattern in filled)
    )
