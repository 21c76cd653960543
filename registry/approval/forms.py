"""What the pages of the desk send: the version seen, the step, and the working notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from wtforms import StringField

from registry.applications.given import Given
from registry.applications.workflow import Action
from registry.approval.notes import REMARKS_MOST, Notes, Posted
from registry.approval.words import DONE
from registry.core.errors import Invalid
from registry.core.forms import DeedForm
from registry.core.language import _
from registry.entries.values import read_day

REMARK = "remark-"
WORDS = ("reject_code", "reject_reason", "release_reason", "recall_reason", "answer_by", "lots")
POSITION = re.compile(r"[1-9]\d{0,5}")
SPAN = re.compile(r"([1-9]\d{0,5})-([1-9]\d{0,5})")
LONGEST = 5_000


class Sent(Protocol):
    """What a browser sent: names with one word or several."""

    def __contains__(self, name: object) -> bool: ...

    def __getitem__(self, name: str) -> str: ...

    def items(self) -> Iterable[tuple[str, str]]:
        """Give each name with its first word."""

    def getlist(self, name: str) -> list[str]:
        """Return all words of a name."""


class ReviewForm(DeedForm):
    """The one form of a case: `action` is the step, `open` the place whose remark box to open."""

    action = StringField()
    open = StringField()


def read_notes(posted: Sent, *, filing: int) -> Posted:
    """Read the working notes out of a posted page."""
    remarks = {
        name.removeprefix(REMARK)[:80]: _text(words)
        for name, words in posted.items()
        if name.startswith(REMARK)
    }
    notes = Notes(
        filing=filing,
        remarks=dict(list(remarks.items())[:REMARKS_MOST]),
        checks=frozenset(name[:40] for name in posted.getlist("checks")),
        verified=frozenset(_positions(posted.getlist("verified"))),
        words={name: _text(posted[name]) for name in WORDS if name in posted},
    )
    return Posted(notes, frozenset(_spans(",".join(posted.getlist("shown")))))


def _text(words: str) -> str:
    readable = words.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return readable.replace("\r\n", "\n")[:LONGEST]


def _positions(words: Iterable[str]) -> Iterable[int]:
    return (int(word) for word in words if POSITION.fullmatch(word))


def _spans(text: str) -> Iterable[int]:
    for part in text.split(","):
        if found := SPAN.fullmatch(part):
            low, high = int(found[1]), int(found[2])
            yield from range(low, min(high, low + 5_000) + 1)


def write_spans(positions: Iterable[int]) -> str:
    """Write row positions shortly: 1-3,7-7."""
    spans: list[list[int]] = []
    for place in sorted(positions):
        if spans and place == spans[-1][1] + 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    return ",".join(f"{low}-{high}" for low, high in spans)


def read_action(word: str) -> Action:
    """Return the step that a button of a case names; raise Invalid where it names none."""
    if word not in set(DONE):
        raise Invalid(_("Please choose what to do with the case."))
    return Action(word)


def read_given(action: Action, notes: Notes) -> Given:
    """Return what the notes hold for a step."""
    words = notes.words
    return Given(
        reason=words.get(f"{action.value}_reason", "").strip(),
        reason_code=words.get("reject_code", ""),
        remarks=notes.written,
        checks=sorted(notes.checks),
        verified=sorted(notes.verified),
        answer_by=_answer_day(words.get("answer_by", "")) if action is Action.RETURN else None,
        lots=words.get("lots", ""),
    )


def _answer_day(word: str) -> date | None:
    if not word.strip():
        return None
    day = read_day(word)
    if day is None:
        raise Invalid(
            _("“%(word)s” is not a date. Please write it as 2026-11-22.", word=word[:40]),
            field="answer_by",
        )
    return day
