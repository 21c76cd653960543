"""Rows that are typed, pasted or uploaded: their columns, and what is wrong in which cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # a row's values are of as many types as it has columns

from registry.core.errors import Invalid
from registry.core.language import _
from registry.entries.values import Choice, Value, YesNo, clean_word

ROWS_MAX = 2_000
Words = Mapping[str, str]
Values = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What is wrong. `place`: field:<name>, row:<n>:<column> (from 1), section:<code>."""

    place: str
    message: object
    label: object = ""

    @property
    def anchor(self) -> str:
        """Return the id of the control on the page that it speaks of."""
        kind, _colon, rest = self.place.partition(":")
        if kind == "row":
            number, _colon, column = rest.partition(":")
            return f"rows-{int(number) - 1}-{column}"
        return rest if kind == "field" else f"section-{rest}"


@dataclass(frozen=True)
class Column:
    """One column. `aliases` are other names its header may have; `unit` stands beside the label."""

    name: str
    label: object
    value: Value
    required: bool = False
    unit: object = ""
    aliases: tuple[str, ...] = ()
    size: int = 9
    example: str = ""

    @property
    def right(self) -> bool:
        return self.value.kind in {"whole", "decimal"}

    @property
    def choices(self) -> list[tuple[str, object]]:
        return self.value.pairs if isinstance(self.value, Choice | YesNo) else []


@dataclass(frozen=True)
class ShownColumn:
    """A column in the words of the page."""

    name: str
    label: str
    unit: str
    size: int
    right: bool
    choices: list[tuple[str, str]]
    aliases: tuple[str, ...]


Check = Callable[[Values, date], Sequence[tuple[str, object]]]


@dataclass(frozen=True)
class Sheet:
    """The columns in order. `check` looks across the cells of a row: (column, message).

    `warn` does the same for what is odd but not wrong. `keys` names the columns whose words
    together may stand in one row only.
    """

    code: str
    label: object
    columns: tuple[Column, ...]
    row_label: object
    check: Check = lambda _values, _today: ()
    warn: Check = lambda _values, _today: ()
    keys: tuple[str, ...] = ()
    key_of: Callable[[Values], str] = lambda _values: ""

    def shown_columns(self) -> list[ShownColumn]:
        """Return the columns in the words of the page, put into words once for all rows."""
        return [
            ShownColumn(
                name=column.name,
                label=str(column.label),
                unit=str(column.unit),
                size=column.size,
                right=column.right,
                choices=[(code, str(label)) for code, label in column.choices],
                aliases=column.aliases,
            )
            for column in self.columns
        ]

    def column(self, name: str) -> Column:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)

    def label_at(self, number: int, name: str) -> object:
        """Name a cell: row and column."""
        return _("Row %(number)s, %(column)s", number=number, column=self.column(name).label)

    def fault(self, number: int, name: str, message: object) -> Fault:
        """Return a fault in one cell; rows are counted from 1."""
        return Fault(f"row:{number}:{name}", message, self.label_at(number, name))


@dataclass
class CheckedRows:
    """The rows as read (a cell that could not be is None), what is wrong, what is odd."""

    rows: list[Values]
    faults: list[Fault]
    warnings: list[Fault]


def check_rows(sheet: Sheet, rows: Sequence[Words], *, today: date) -> CheckedRows:
    """Read every cell of every row; name each cell that is wrong."""
    checked = CheckedRows([], [], [])
    first_at: dict[str, int] = {}
    for number, words in enumerate(rows[:ROWS_MAX], start=1):
        values, bad = _read_row(sheet, words, today=today)
        if not bad:
            bad = list(sheet.check(values, today))
            _warn(checked, sheet, number, sheet.warn(values, today))
        key = sheet.key_of(values)
        if key and first_at.setdefault(key, number) != number:
            message = _("The same as in row %(number)s. Each may stand once.", number=first_at[key])
            bad.append((sheet.keys[-1], message))
        checked.rows.append(values)
        checked.faults += [sheet.fault(number, name, message) for name, message in bad]
    if len(rows) > ROWS_MAX:
        checked.faults.append(_too_many(sheet, len(rows)))
    return checked


def _warn(
    checked: CheckedRows, sheet: Sheet, number: int, found: Sequence[tuple[str, object]]
) -> None:
    checked.warnings += [sheet.fault(number, name, message) for name, message in found]


def _too_many(sheet: Sheet, count: int) -> Fault:
    message = _(
        "%(count)s rows are too many for one application. Please split it: at most %(most)s rows.",
        count=f"{count:,}",
        most=f"{ROWS_MAX:,}",
    )
    return Fault("section:rows", message, sheet.label)


def _read_row(
    sheet: Sheet, words: Words, *, today: date
) -> tuple[Values, list[tuple[str, object]]]:
    values: Values = {}
    bad: list[tuple[str, object]] = []
    for column in sheet.columns:
        word = clean_word(words.get(column.name, "")).strip()
        values[column.name] = None
        if not word:
            if column.required:
                bad.append((column.name, _("Please fill this in.")))
            continue
        try:
            values[column.name] = column.value.parse(word, today=today)
        except Invalid as fault:
            bad.append((column.name, fault.message))
    return values, bad


def is_blank(words: Words) -> bool:
    """Say whether a row has no word in it."""
    return not any(word.strip() for word in words.values())
