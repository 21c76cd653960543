"""One chart as figures, from which picture, table and the chart in the browser are made. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from registry.core.language import _

Value = int | Decimal | float | None


class Form(StrEnum):
    """How a chart is drawn."""

    COURSE = "course"
    MONTHS = "months"
    RANKING = "ranking"
    PARTS = "parts"


class Mark(StrEnum):
    """How a column is drawn; `NONE` stands in the table only."""

    COUNTED = "counted"
    EVER = "ever"
    PLAN = "plan"
    LOW = "low"
    HIGH = "high"
    NEW = "new"
    CORRECTED = "corrected"
    BAR = "bar"
    TICK = "tick"
    OPEN = "open"
    SOLID = "solid"
    DOTTED = "dotted"
    NONE = ""


@dataclass(frozen=True)
class Column:
    """One series of figures; its unit is that of the row where it has none of its own."""

    mark: Mark
    name: object
    unit: object = ""
    digits: int = 0

    def say(self, value: Value) -> str:
        """Write a figure as pages do: thousands apart, a true minus sign; nothing where none is."""
        return "" if value is None else f"{value:,.{self.digits}f}".replace("-", "−")


@dataclass(frozen=True)
class Row:
    """One day, month, district or kind; `says` is what the picture writes beside it."""

    label: str
    values: tuple[Value, ...]
    says: str = ""
    unit: object = ""


@dataclass(frozen=True)
class Span:
    """The days from the left edge to the right one, and the day asked for where it is between."""

    first: date
    last: date
    now: date | None


@dataclass(frozen=True)
class Plot:
    """One chart. `head` names the column of labels, `says` is the whole chart in a sentence."""

    name: str
    form: Form
    title: object
    unit: object
    says: object
    head: object
    columns: Sequence[Column]
    rows: Sequence[Row]
    note: object = ""
    span: Span | None = None
    is_share: bool = False
    url: str = ""
    url_says: object = ""

    @property
    def unit_says(self) -> object:
        return _("Unit: %(unit)s", unit=self.unit)

    @property
    def is_empty(self) -> bool:
        """Say that there is nothing to draw: every figure is nought or not known."""
        return not any(value for row in self.rows for value in row.values)

    def at(self, mark: Mark) -> int | None:
        """Return the place of the column that is drawn this way."""
        return next((at for at, column in enumerate(self.columns) if column.mark is mark), None)

    def points(self, mark: Mark) -> list[tuple[date, float]]:
        """Return the figures of a column against the days of its rows, where there are any."""
        place = self.at(mark)
        if place is None:
            return []
        return [
            (date.fromisoformat(row.label), float(value))
            for row in self.rows
            if (value := row.values[place]) is not None
        ]

    def ticks(self, mark: Mark) -> list[float | None]:
        """Return the figures of a column, a row each, none where nothing is known."""
        place = self.at(mark)
        if place is None:
            return [None] * len(self.rows)
        found = [row.values[place] for row in self.rows]
        return [None if value is None else float(value) for value in found]

    def bars(self, mark: Mark) -> list[float]:
        """Return the figures of a column, a row each; nothing is nought."""
        return [value or 0.0 for value in self.ticks(mark)]


def for_browser(plot: Plot) -> dict[str, object]:
    """Return the figures and words from which the browser draws the same chart."""
    span = plot.span
    return {
        "form": plot.form.value,
        "unit": str(plot.unit),
        "says": str(plot.says),
        "isShare": plot.is_share,
        "columns": [
            {
                "mark": column.mark.value,
                "name": str(column.name),
                "unit": str(column.unit),
                "digits": column.digits,
            }
            for column in plot.columns
        ],
        "rows": [
            {
                "label": row.label,
                "values": [_number(value) for value in row.values],
                "says": row.says,
                "unit": str(row.unit),
            }
            for row in plot.rows
        ],
        "span": None
        if span is None
        else {
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "now": span.now.isoformat() if span.now else None,
        },
    }


def _number(value: Value) -> int | float | None:
    return float(value) if isinstance(value, Decimal) else value
