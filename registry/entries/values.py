"""What may stand in a cell or a field: one small parser for words typed, pasted or read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.letters import refuse_strange
from registry.core.wire import UNREADABLE

FULL_WIDTH: dict[int, str | int | None] = {
    **{code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)},
    **{code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
    0x3000: " ",
}
CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?"
)
SERIAL_DAY = re.compile(r"[1-9]\d{4}(?:\.0+)?")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?|[+-]?\.\d+")
EXCEL_EPOCH = date(1899, 12, 30)
FIRST_YEAR = 1949
SHOWN = 40


class Value(Protocol):
    """A parser: `kind` says how it is typed; `parse` gives the value or raises Invalid."""

    @property
    def kind(self) -> str: ...

    def parse(self, word: str, *, today: date) -> object:
        """Return the value of a word that is not blank."""

    def write(self, word: str) -> str:
        """Return the word as the form shows it: codes and dates unified where they can be read."""


def clean_word(word: object) -> str:
    """Return a word that can be stored and shown; what cannot be read becomes a visible sign."""
    text = word if isinstance(word, str) else "" if word is None else str(word)
    return CONTROL.sub(UNREADABLE, text)


def unify(word: str) -> str:
    """Trim, unify full-width digits and letters, and make one space of many."""
    return " ".join(word.translate(FULL_WIDTH).split())


@dataclass(frozen=True)
class Text:
    """Words of one line, or of several."""

    longest: int = 100
    lines: bool = False
    kind: str = "text"

    def parse(self, word: str, *, today: date) -> str:  # noqa: ARG002 - dates alone need it
        text = (
            "\n".join(unify(line) for line in word.strip().splitlines())
            if self.lines
            else unify(word)
        )
        text = unicodedata.normalize("NFC", text)
        refuse_strange(text)
        if len(text) > self.longest:
            raise Invalid(
                _(
                    "%(length)s characters are too many. Please shorten it to %(most)s.",
                    length=len(text),
                    most=self.longest,
                )
            )
        return text

    def write(self, word: str) -> str:
        return word.strip()


def _plain_number(word: str) -> str:
    text = unicodedata.normalize("NFKC", word).replace(",", "").replace("−", "-").strip()
    if not NUMBER.fullmatch(text):
        raise Invalid(_("“%(word)s” is not a number. Please type digits only.", word=word[:SHOWN]))
    return text


@dataclass(frozen=True)
class Whole:
    """A whole number between two bounds, both included."""

    low: int = 0
    high: int = 1_000_000
    kind: str = "whole"

    def parse(self, word: str, *, today: date) -> int:  # noqa: ARG002 - dates alone need it
        number = Decimal(_plain_number(word))
        if number != number.to_integral_value():
            raise Invalid(_("This must be a whole number, without decimals."))
        if not self.low <= number <= self.high:
            raise Invalid(_out_of_bounds(self.low, self.high))
        return int(number)

    def write(self, word: str) -> str:
        text = word.strip()
        return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


@dataclass(frozen=True)
class Amount:
    """A decimal number; `above` is excluded, `low` and `high` are included."""

    high: Decimal = Decimal("9999999999.99")
    low: Decimal = Decimal(0)
    above: Decimal | None = None
    places: int = 2
    kind: str = "decimal"

    def parse(self, word: str, *, today: date) -> Decimal:  # noqa: ARG002 - dates alone need it
        try:
            number = Decimal(_plain_number(word))
            exact = number.quantize(Decimal(1).scaleb(-self.places))
        except InvalidOperation:
            raise Invalid(_out_of_bounds(self.low, self.high)) from None
        if self.above is not None and number <= self.above:
            raise Invalid(_("This must be more than %(least)s.", least=f"{self.above:,}"))
        if not self.low <= number <= self.high:
            raise Invalid(_out_of_bounds(self.low, self.high))
        if exact != number:
            raise Invalid(_("At most %(places)s decimals can be kept.", places=self.places))
        return exact

    def write(self, word: str) -> str:
        return word.strip()


def _out_of_bounds(low: int | Decimal, high: int | Decimal) -> object:
    return _(
        "This must be between %(low)s and %(high)s. Please check the unit and the number of zeros.",
        low=f"{low:,}",
        high=f"{high:,}",
    )


@dataclass(frozen=True)
class Day:
    """A date, not in the future: 2026-11-22, 2026/11/22, 2026年11月22日, Excel's number."""

    may_be_future: bool = False
    kind: str = "day"

    def parse(self, word: str, *, today: date) -> date:
        day = read_day(word)
        if day is None:
            raise Invalid(
                _("“%(word)s” is not a date. Please write it as 2026-11-22.", word=word[:SHOWN])
            )
        if day.year < FIRST_YEAR:
            raise Invalid(_("The year %(year)s is too early.", year=day.year))
        if day > today and not self.may_be_future:
            raise Invalid(_("Later than today. It must be today or earlier."))
        return day

    def write(self, word: str) -> str:
        day = read_day(word)
        return word.strip() if day is None else day.isoformat()


def read_day(word: str) -> date | None:
    """Return the day a word names; None where it names none."""
    text = unicodedata.normalize("NFKC", word).strip()
    if match := DAY.fullmatch(text):
        try:
            return date(*(int(part) for part in match.groups()))
        except ValueError:
            return None
    if SERIAL_DAY.fullmatch(text):
        return EXCEL_EPOCH + timedelta(days=int(float(text)))
    return None


@dataclass(frozen=True)
class Option:
    """One word of a choice: its code, how pages call it, and what people write for it."""

    code: str
    label: object
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One of a few words; Chinese, English and the code itself are understood."""

    options: tuple[Option, ...]
    enum: type[StrEnum] | None = None
    kind: str = "choice"

    def parse(self, word: str, *, today: date) -> object:  # noqa: ARG002 - dates alone need it
        code = self.find_code(word)
        if code is None:
            raise Invalid(
                _(
                    "“%(word)s” is not one of the choices: %(choices)s.",
                    word=word[:SHOWN],
                    choices=Joined(option.label for option in self.options),
                )
            )
        return self.enum(code) if self.enum else code

    def write(self, word: str) -> str:
        return self.find_code(word) or word.strip()

    def find_code(self, word: str) -> str | None:
        return self._codes.get(_folded(word))

    def label_of(self, code: object) -> object:
        """Return how pages call a code; an unknown one as it is."""
        return next((option.label for option in self.options if option.code == code), code)

    @property
    def pairs(self) -> list[tuple[str, object]]:
        return [(option.code, option.label) for option in self.options]

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        return {
            _folded(word): option.code
            for option in self.options
            for word in (option.code, *option.words)
        }


class Joined:
    """Labels put beside each other when a page shows them, in its language."""

    def __init__(self, labels: Iterable[object]) -> None:
        self.labels = tuple(labels)

    def __str__(self) -> str:
        return " · ".join(str(label) for label in self.labels)


def _folded(word: str) -> str:
    text = unicodedata.normalize("NFKC", word).casefold()
    return "".join(c for c in text if c not in " \t\n-_/、,()")


@dataclass(frozen=True)
class YesNo:
    """Yes or no."""

    choice: Choice = field(
        default_factory=lambda: Choice(
            (
                Option("yes", _("Yes"), ("是", "y", "true", "1", "√", "✓", "全新", "有")),
                Option("no", _("No"), ("否", "n", "false", "0", "×", "x", "不是", "无")),
            )
        )
    )
    kind: str = "choice"

    def parse(self, word: str, *, today: date) -> bool:
        return self.choice.parse(word, today=today) == "yes"

    def write(self, word: str) -> str:
        return self.choice.write(word)

    @property
    def pairs(self) -> list[tuple[str, object]]:
        return self.choice.pairs

    def label_of(self, code: object) -> object:
        return self.choice.label_of(code)
