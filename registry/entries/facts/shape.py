"""What the catalogue says of a kind: sections, proofs, checklist, computed figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa

from registry.core.database import Base
from registry.entries.columns import Fault, Sheet, Values
from registry.entries.facts.fields import FactsForm
from registry.entries.models import EquipmentLine, RobotUnit
from registry.programme.kinds import Kind, Measure

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Section:
    """One part of the form, in order; `note` is the sentence beside its title."""

    code: str
    label: object
    fields: tuple[str, ...] = ()
    note: object = ""


@dataclass(frozen=True)
class Slot:
    """A place for proofs: how many files at least, and what is wanted.

    `names_persons`: its papers name contacts and signers, so who reads without personal data reads
    without them.
    """

    code: str
    label: object
    required: bool = True
    min_files: int = 1
    hint: object = ""
    names_persons: bool = False


@dataclass(frozen=True)
class CheckItem:
    """One thing the officer has looked at before approving."""

    code: str
    label: object


@dataclass(frozen=True)
class Figure:
    """One computed number, never typed. `full` is the same amount in yuan, where it is money.

    `live` is how the grid adds it up while rows are typed: rows, rows:column=value or a column.
    """

    name: str
    label: object
    value: Decimal | int | None
    unit: object = ""
    full: int | None = None
    live: str = ""


@dataclass
class Assessed:
    """What follows from the values: figures, further faults, warnings, the quantity asked for."""

    figures: list[Figure] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    quantity: int = 1


RowModel = EquipmentLine | RobotUnit
RowColumns = Callable[[Values], Values]
CheckAmended = Callable[[str, Values, Values], Sequence[tuple[str, object]]]
Assess = Callable[[Values, list[Values], date], Assessed]


@dataclass(frozen=True)
class KindFacts:
    """Everything the product knows about one kind.

    `check_amended`: what cannot become of a registered row, by the sort of an amendment.
    """

    kind: Kind
    label: object
    short_label: object
    unit: object
    description: object
    letter: str
    model: type[Base]
    row_model: type[RowModel] | None
    form: type[FactsForm]
    sections: tuple[Section, ...]
    sheet: Sheet | None
    slots: tuple[Slot, ...]
    checklist: tuple[CheckItem, ...]
    measures: tuple[Measure, ...]
    assess: Assess
    detail_template: str
    invest_from: str = "invest_total_wan"
    derive_row: RowColumns = lambda _row: {}
    is_countable: Callable[[Values], bool] = lambda _row: True
    may_replace: Callable[[], sa.ColumnElement[bool]] = sa.true
    title_is_unique: bool = False
    check_amended: CheckAmended = lambda _sort, _was, _says: ()
    has_left: Callable[[Values], bool] = lambda _row: False

    @property
    def counts_rows(self) -> bool:
        """Say whether what is counted is the number of rows, each of which lasts."""
        return Measure.ROBOT in self.measures


def percentage(part: int | None, whole: int | None) -> Decimal | None:
    """Return a share in per cent with one place; None where it cannot be told."""
    if part is None or not whole:
        return None
    return (HUNDRED * part / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def money(
    name: str, label: object, value: Decimal | None, unit: object, *, live: str = ""
) -> Figure:
    """Return an amount of 万元 with the full amount in yuan."""
    full = None if value is None else int((value * 10_000).to_integral_value(ROUND_HALF_UP))
    return Figure(name, label, value, unit, full, live)
