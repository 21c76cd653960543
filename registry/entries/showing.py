"""How facts are shown: the grid with its faults, rows read-only, fields with labels and units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from registry.core.language import _
from registry.entries.columns import Fault, Sheet, Words
from registry.entries.facts.amended import OWN_FIELDS
from registry.entries.facts.fields import FactsForm, ManyField, WordField
from registry.entries.facts.shape import Figure, Section
from registry.entries.facts.shared import WAN
from registry.entries.values import Choice, YesNo

Districts = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class GridRow:
    """A row of the grid: its words (codes of choices unified) and what is wrong in which cell."""

    number: int
    values: Mapping[str, str]
    faults: Mapping[str, object] = field(default_factory=dict)


def grid(sheet: Sheet, rows: Sequence[Words], faults: Iterable[Fault] = ()) -> list[GridRow]:
    """Return the rows as they are edited, each fault in its cell."""
    at = _faults_by_row(faults)
    return [
        GridRow(
            number,
            {c.name: c.value.write(words.get(c.name, "")) for c in sheet.columns},
            at.get(number, {}),
        )
        for number, words in enumerate(rows, start=1)
    ]


def _faults_by_row(faults: Iterable[Fault]) -> Mapping[int, dict[str, object]]:
    found: dict[int, dict[str, object]] = defaultdict(dict)
    for fault in faults:
        kind, _colon, rest = fault.place.partition(":")
        if kind == "row":
            number, _colon, column = rest.partition(":")
            found[int(number)].setdefault(column, fault.message)
    return found


def gather(faults: Iterable[Fault], sheet: Sheet | None) -> list[Fault]:
    """Make one line of many rows that have the same fault in the same column."""
    lines: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    for fault in faults:
        kind, _colon, rest = fault.place.partition(":")
        name = rest.partition(":")[2] if kind == "row" else fault.place
        lines[name, str(fault.message)].append(fault)
    return [
        same[0] if len(same) == 1 or sheet is None else _gathered(same, sheet, name)
        for (name, _message), same in lines.items()
    ]


def _gathered(same: Sequence[Fault], sheet: Sheet, name: str) -> Fault:
    numbers = sorted({int(fault.place.split(":")[1]) for fault in same if fault.place[0] == "r"})
    if not numbers:
        return same[0]
    label = _("Rows %(rows)s, %(column)s", rows=spans(numbers), column=sheet.column(name).label)
    return Fault(f"row:{numbers[0]}:{name}", same[0].message, label)


def spans(numbers: Sequence[int]) -> str:
    """Write rising numbers shortly: 1–117, 119."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in parts)


@dataclass(frozen=True)
class Cell:
    """One cell to read: its words, and those it had at the last filing where they differ."""

    text: object
    was: object | None = None


@dataclass(frozen=True)
class ReadRow:
    """One row to read. `is_fresh`: it was not in the last filing."""

    number: int
    cells: tuple[Cell, ...]
    is_fresh: bool = False
    is_verified: bool = False
    may_count: bool = True


def read_rows(
    sheet: Sheet,
    rows: Sequence[Words],
    *,
    before: Sequence[Words] | None = None,
    verified: Collection[int] = (),
    countable: Collection[int] | None = None,
) -> list[ReadRow]:
    """Return the rows as they are read, with what changed since `before`, matched by keys."""
    old = {_identity(sheet, words): words for words in before or ()}
    result = []
    for number, words in enumerate(rows, start=1):
        was = old.get(_identity(sheet, words))
        result.append(
            ReadRow(
                number=number,
                cells=tuple(
                    _cell(column.value, words, was, column.name) for column in sheet.columns
                ),
                is_fresh=before is not None and was is None,
                is_verified=number in verified,
                may_count=countable is None or number in countable,
            )
        )
    return result


def _identity(sheet: Sheet, words: Words) -> tuple[str, ...]:
    names = sheet.keys or tuple(column.name for column in sheet.columns[:3])
    return tuple(words.get(name, "").strip().casefold() for name in names)


def _cell(value: object, words: Words, was: Words | None, name: str) -> Cell:
    now = shown(value, words.get(name, ""))
    if was is None:
        return Cell(now)
    before = shown(value, was.get(name, ""))
    return Cell(now) if str(before) == str(now) else Cell(now, before or _("blank"))


def shown(value: object, word: str) -> object:
    """Return a word as pages read it out: the label for a code."""
    if isinstance(value, Choice | YesNo):
        return value.label_of(value.write(word))
    write = getattr(value, "write", str)
    return write(word)


def words_of(sheet: Sheet, row: object) -> dict[str, str]:
    """Return a stored row (a robot unit, an equipment line) as the words of its columns."""
    return {column.name: _as_word(getattr(row, column.name)) for column in sheet.columns}


def _as_word(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def fields_of(detail: object, names: Iterable[str]) -> dict[str, str | list[str]]:
    """Return stored facts as the words of their fields."""
    words: dict[str, str | list[str]] = {}
    for name in names:
        value = getattr(detail, name, None)
        words[name] = [str(item) for item in value] if isinstance(value, list) else _as_word(value)
    return words


@dataclass(frozen=True)
class ReadField:
    """One field to read: label, words, unit, and the words of the last filing where they differ."""

    name: str
    label: object
    value: object
    unit: object = ""
    was: object | None = None
    full: object = ""


def read_fields(
    form: FactsForm, section: Section, *, before: FactsForm | None = None, skip_blank: bool = False
) -> list[ReadField]:
    """Return the fields of a section as they are read."""
    result = []
    for name in section.fields:
        item = form[name]
        value = _shown_field(item)
        is_own = before is None or name in OWN_FIELDS
        was = value if before is None or is_own else _shown_field(before[name])
        if skip_blank and not (value or was):
            continue
        changed = None if str(was) == str(value) else (was or str(_("blank")))
        unit = getattr(item, "unit", "") if value else ""
        result.append(ReadField(name, item.label.text, value, unit, changed, _in_yuan(value, unit)))
    return result


def _in_yuan(value: str, unit: object) -> object:
    """Return an amount of 万元 in full, for whoever counts zeros."""
    if unit is not WAN or not value:
        return ""
    try:
        return _("%(amount)s yuan", amount=f"{Decimal(value.replace(',', '')) * 10_000:,.0f}")
    except InvalidOperation:
        return ""


def _shown_field(item: object) -> str:
    if isinstance(item, WordField) and item.value.kind in {"whole", "decimal"}:
        return _grouped(item.word)
    if isinstance(item, WordField | ManyField):
        value = item.shown
        return "、".join(str(part) for part in value) if isinstance(value, list) else str(value)
    return ""


def offer_districts(form: FactsForm, districts: Districts) -> None:
    """Let the district be chosen from a list of (code, name)."""
    item = form["district"]
    if isinstance(item, WordField):
        item.offer(districts)


def mark_faults(form: FactsForm, faults: Iterable[Fault]) -> None:
    """Put faults on their fields, so that the page shows them there."""
    for fault in faults:
        kind, _colon, name = fault.place.partition(":")
        if kind == "field" and name in form:
            form[name].errors = [*form[name].errors, fault.message]  # type: ignore[list-item]  # lazy words


def _grouped(word: str) -> str:
    """Write a number with thousands apart and no zeros at its end; anything else as it is."""
    try:
        return f"{Decimal(_as_word(Decimal(word.replace(',', '')))):,f}" if word else ""
    except InvalidOperation:
        return word


@dataclass(frozen=True)
class Sum:
    """A computed figure as pages show it; `name` lets the grid add it up while rows are typed."""

    label: object
    value: str
    unit: object
    full: object = ""
    name: str = ""


def sums(figures: Iterable[Figure]) -> list[Sum]:
    """Return computed figures ready to show."""
    return [_sum(figure) for figure in figures if figure.value is not None]


def _sum(figure: Figure) -> Sum:
    value = figure.value
    is_money = figure.full is not None
    if isinstance(value, Decimal):
        text = f"{value:,.2f}" if is_money else f"{value:,}"
    else:
        text = f"{value:,}"
    full = _("%(amount)s yuan", amount=f"{figure.full:,}") if is_money else ""
    return Sum(figure.label, text.replace("-", "−"), figure.unit, full, figure.live)
