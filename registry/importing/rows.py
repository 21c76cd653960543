"""Each row of a list, cell by cell and across its cells: typed values, or all its faults. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from registry.core.language import _
from registry.enterprises.names import name_key
from registry.entries.keys import title_key
from registry.entries.models import RobotType
from registry.importing.columns import WITH_ROBOTS, WITH_TITLE, measure_of
from registry.importing.dates import Period, parse_period
from registry.importing.faults import Fault, Unfit, shortened
from registry.importing.reading import Cell, RawRow, Table, text_of
from registry.importing.values import (
    Serial,
    parse_code,
    parse_district,
    parse_kind,
    parse_level,
    parse_name,
    parse_quantity,
    parse_robot_type,
    parse_serials,
    parse_title,
    parse_word,
)
from registry.programme.kinds import Kind, Level, Measure

PROGRESS_ROWS = 2_000
Value = TypeVar("Value")
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Row:
    """One good row. `quantity`: how many robots, by serials or as a lot; 0 for other kinds."""

    number: int
    kind: Kind
    enterprise: str
    name_key: str
    uscc: str | None
    district_id: int
    title: str
    title_key: str
    decided: Period
    quantity: int
    robot_type: RobotType
    serials: tuple[Serial, ...]
    level: Level | None
    document: str | None
    source_ref: str | None
    content: str

    @property
    def measure(self) -> Measure:
        """What its robots are counted as."""
        return measure_of(self.robot_type)


@dataclass(frozen=True)
class Checked:
    """What came of a list: its good rows, and every fault of every other."""

    rows: Sequence[Row]
    faults: Sequence[Fault]


@dataclass
class _Draft:
    """One row being read; a fault goes to the column it stands in."""

    raw: RawRow
    headers: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def cell(self, column: str) -> Cell:
        return self.raw.cells.get(column, "")

    def take(self, column: str, parse: Callable[[Cell], Value]) -> Value | None:
        try:
            return parse(self.cell(column))
        except Unfit as unfit:
            self.fault(column, unfit.what, unfit.mend)
            return None

    def fault(self, column: str, what: object, mend: object) -> None:
        value = shortened(text_of(self.cell(column)))
        shown = self.headers.get(column, column)
        self.faults.append(Fault(self.raw.number, shown, value, what, mend))


def check_rows(
    table: Table, *, districts: Mapping[str, int], today: date, tell: Tell | None = None
) -> Checked:
    """Check all rows; `districts` maps each code and name, as word keys, to the district's id."""
    rows: list[Row] = []
    faults = list(table.faults)
    for done, raw in enumerate(table.rows):
        if tell is not None and done % PROGRESS_ROWS == 0:
            tell(done, len(table.rows))
        draft = _Draft(raw, table.headers)
        row = _check_row(draft, districts=districts, today=today)
        faults += draft.faults
        if row is not None:
            rows.append(row)
    return Checked(rows, faults)


def _check_row(draft: _Draft, *, districts: Mapping[str, int], today: date) -> Row | None:
    if draft.raw.beyond:
        _refuse_beyond(draft)
    kind = draft.take("kind", parse_kind)
    enterprise = draft.take("enterprise", parse_name)
    uscc = draft.take("uscc", parse_code)
    district_id = draft.take("district", lambda cell: parse_district(cell, districts))
    title = draft.take("title", parse_title)
    if kind in WITH_TITLE and title is not None and not title_key(title):
        draft.fault(
            "title",
            _("A smart factory or workshop needs the name of the project."),
            _("Write the name of the factory or workshop as in the document."),
        )
    decided = draft.take("decided_on", lambda cell: parse_period(cell, today))
    quantity, robot_type, serials = _take_robots(draft, kind)
    level = draft.take("level", parse_level)
    document = draft.take("document", parse_word)
    source_ref = draft.take("source_ref", parse_word)
    if draft.faults or kind is None or enterprise is None or district_id is None:
        return None
    if title is None or decided is None:
        return None
    facts = (kind, name_key(enterprise), uscc, district_id, title_key(title), decided.written())
    things = (quantity, robot_type, sorted(s.key for s in serials), level, document)
    return Row(
        draft.raw.number,
        kind,
        enterprise,
        facts[1],
        uscc,
        district_id,
        title,
        facts[4],
        decided,
        quantity,
        robot_type,
        serials,
        level,
        document,
        source_ref,
        hashlib.sha256(json.dumps((facts, things), ensure_ascii=False).encode()).hexdigest(),
    )


def _take_robots(draft: _Draft, kind: Kind | None) -> tuple[int, RobotType, tuple[Serial, ...]]:
    """Read quantity, type and serials, which robots alone may have."""
    if kind in WITH_ROBOTS:
        return _take_units(draft)
    if kind is not None:
        for column, what in NOT_ROBOTS.items():
            if text_of(draft.cell(column)):
                draft.fault(column, what, _("Leave this cell empty, or correct the kind."))
    return 0, RobotType.OTHER, ()


NOT_ROBOTS = {
    "quantity": _("Only robots have a quantity; everything else counts as one."),
    "robot_type": _("Only robots have a type."),
    "serials": _("Only robots have serial numbers here."),
}


def _take_units(draft: _Draft) -> tuple[int, RobotType, tuple[Serial, ...]]:
    before = len(draft.faults)
    quantity = draft.take("quantity", parse_quantity)
    robot_type = draft.take("robot_type", parse_robot_type) or RobotType.OTHER
    serials = draft.take("serials", parse_serials) or ()
    if len(draft.faults) > before:
        return 0, robot_type, serials
    if quantity is None and not serials:
        draft.fault(
            "quantity",
            _("There is neither a quantity nor a serial number."),
            _("Write how many robots it is, or list them as brand:number."),
        )
    elif serials and quantity not in {None, len(serials)}:
        draft.fault(
            "quantity",
            _(
                "The quantity is %(quantity)s, but %(count)s serial numbers are listed.",
                quantity=quantity,
                count=len(serials),
            ),
            _("Correct one of the two, or leave the quantity empty."),
        )
    return quantity or len(serials), robot_type, serials


def _refuse_beyond(draft: _Draft) -> None:
    draft.faults.append(
        Fault(
            draft.raw.number,
            "",
            draft.raw.beyond,
            _("The row has more cells than the header."),
            _("Put a cell with a comma in it into quotation marks, or save the list as .xlsx."),
        )
    )
