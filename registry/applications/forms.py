"""What the pages of an application post: words, rows of the grid, a step with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any  # a form as typed is nested JSON

from wtforms import BooleanField, HiddenField, TextAreaField

from registry.core.forms import DeedForm, RegistryForm
from registry.entries.catalogue import KindFacts, Section
from registry.entries.columns import Sheet
from registry.entries.facts.fields import ManyField
from registry.entries.values import clean_word

CELL = re.compile(r"rows-(\d{1,5})-([a-z_]{1,40})")
ANSWER = re.compile(r"answer-(\d{1,12})")
ROWS = "rows"


Posted = Mapping[str, Sequence[str]]


class StartForm(RegistryForm):
    """Begin an application of a kind; the key makes a double click begin one."""

    kind = HiddenField()
    key = HiddenField()


class SaveForm(DeedForm):
    """Save a section; the words themselves are read by `read_section`.

    `was`: the fingerprint of its words as the page showed them.
    """

    was = HiddenField()


class StepForm(DeedForm):
    """Take a step: file (with the pledge) or withdraw (with a reason)."""

    pledged = BooleanField()
    reason = TextAreaField(filters=[lambda words: clean_word(words or "")])


class RowsForm(DeedForm):
    """Take rows over from a file: in place of those that stand there, or after them."""

    how = HiddenField()


def read_section(
    facts: KindFacts, section: Section, posted: Posted, *, stored: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all words of the form, those of this section as posted, the others as stored."""
    fields = dict(stored.get("fields", {}))
    for name in section.fields:
        words = list(posted.get(name, ()))
        fields[name] = words if _is_many(facts, name) else "".join(words[:1])
    rows = stored.get("rows", [])
    if facts.sheet is not None and section.code == ROWS:
        rows = read_rows(facts.sheet, posted)
    return {"fields": fields, "rows": rows, "answers": read_answers(posted)}


def read_rows(sheet: Sheet, posted: Posted) -> list[dict[str, str]]:
    """Return the rows of the grid in the order of their numbers, blank ones included."""
    names = {column.name for column in sheet.columns}
    found: dict[int, dict[str, str]] = {}
    for name, words in posted.items():
        match = CELL.fullmatch(name)
        if match and match[2] in names:
            found.setdefault(int(match[1]), dict.fromkeys(names, ""))[match[2]] = words[0]
    return [found[number] for number in sorted(found)]


def read_answers(posted: Posted) -> dict[int, str]:
    """Return the answers to remarks, by the remark's id."""
    found = ((ANSWER.fullmatch(name), words[0]) for name, words in posted.items())
    return {int(match[1]): clean_word(word) for match, word in found if match}


def _is_many(facts: KindFacts, name: str) -> bool:
    return getattr(facts.form, name).field_class is ManyField
