"""What differs between what is registered and what an amendment says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any  # a form as typed is nested JSON

from registry.core.errors import Invalid
from registry.entries.columns import Sheet, Words
from registry.entries.facts.fields import FactsForm
from registry.entries.facts.shape import KindFacts

Form = Mapping[str, Any]
Read = tuple[object, ...]


@dataclass(frozen=True)
class Aligned:
    """One row then and now, by position from 1; 0 where it stands on one side only.

    `is_same`: known by the same key on both sides. `changed`: columns whose value differs.
    """

    was: int
    now: int
    is_same: bool = False
    changed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference:
    """The fields whose value differs, and every row, aligned."""

    fields: tuple[str, ...]
    rows: Sequence[Aligned]

    @property
    def fresh(self) -> list[int]:
        """The positions now of rows that take no other row's place."""
        return [row.now for row in self.rows if not row.was]

    @property
    def gone(self) -> list[int]:
        """The positions then of rows that no row has taken the place of."""
        return [row.was for row in self.rows if not row.now]

    @property
    def altered(self) -> list[Aligned]:
        """The rows that stand on both sides and differ."""
        return [row for row in self.rows if row.was and row.now and row.changed]

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.fresh or self.gone or self.altered)


def compare(
    facts: KindFacts, before: Form, now: Form, *, today: date, pairs: bool = True
) -> Difference:
    """Compare two states of a form by value: 18.60 is 18.6, and 关节 is articulated.

    Rows with a key are known by it, wherever they stand. `pairs`: a row of another key that stands
    where one is missing takes its place; without it, that is one row gone and one that is new.
    """
    rows: Sequence[Aligned] = []
    if facts.sheet is not None:
        sides = [_read_rows(facts.sheet, form.get("rows", []), today) for form in (before, now)]
        rows = _align(facts.sheet, sides[0], sides[1], pairs=pairs or not facts.sheet.keys)
    return Difference(_fields(facts, before, now, today=today), rows)


def _fields(facts: KindFacts, before: Form, now: Form, *, today: date) -> tuple[str, ...]:
    was, says = (_bind(facts, form, today=today) for form in (before, now))
    names = [name for part in facts.sections for name in part.fields]
    return tuple(name for name in names if name in before["fields"] and was[name] != says[name])


def _bind(facts: KindFacts, form: Form, *, today: date) -> dict[str, object]:
    """Return the value of each field; the word itself where it is none."""
    bound: FactsForm = facts.form(form.get("fields", {}), today=today)
    bound.validate()
    return {field.name: field.data or getattr(field, "word", "") or None for field in bound}


def _read_rows(sheet: Sheet, rows: Sequence[Words], today: date) -> list[Read]:
    return [
        tuple(_read(column.value, words.get(column.name, ""), today) for column in sheet.columns)
        for words in rows
    ]


def _read(value: Any, word: str, today: date) -> object:
    word = word.strip()
    if not word:
        return None
    try:
        return value.parse(word, today=today)
    except Invalid:
        return word


def _align(sheet: Sheet, before: list[Read], now: list[Read], *, pairs: bool) -> list[Aligned]:
    names = [column.name for column in sheet.columns]
    old, new = ([_key(sheet, names, row) for row in side] for side in (before, now))
    at = {key: number for number, key in enumerate(old)} if sheet.keys else {}
    found: list[Aligned] = []
    for number, key in enumerate(new):
        if key in at:
            changed = _differing(names, before[at[key]], now[number])
            found.append(Aligned(at[key] + 1, number + 1, is_same=True, changed=changed))
    both = {key for key in new if key in at}
    for was, says in _unmatched(old, new, both, pairs=pairs):
        changed = _differing(names, before[was], now[says]) if was >= 0 <= says else frozenset()
        found.append(Aligned(was + 1, says + 1, changed=changed))
    return sorted(found, key=lambda row: (row.now or len(now) + row.was, row.was))


def _key(sheet: Sheet, names: Sequence[str], row: Read) -> object:
    return sheet.key_of(dict(zip(names, row, strict=True))) or row


def _differing(names: Sequence[str], was: Read, says: Read) -> frozenset[str]:
    return frozenset(name for name, old, new in zip(names, was, says, strict=True) if old != new)


def _unmatched(
    old: Sequence[object], new: Sequence[object], both: set[object], *, pairs: bool
) -> Iterator[tuple[int, int]]:
    """Yield the rows without the other side, -1 for none; paired where one stands for another."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        left = [number for number in range(old_from, old_to) if old[number] not in both]
        come = [number for number in range(new_from, new_to) if new[number] not in both]
        count = min(len(left), len(come)) if pairs else 0
        yield from zip(left[:count], come[:count], strict=True)
        yield from ((number, -1) for number in left[count:])
        yield from ((-1, number) for number in come[count:])
