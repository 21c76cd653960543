"""The register as pages and files show it: standing, days that are not exactly known, details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from registry.accounts.models import User
from registry.core.database import db
from registry.core.delimited import to_bytes
from registry.core.language import _, is_chinese, p_
from registry.core.lazily import lazily
from registry.districts.models import District
from registry.entries.catalogue import CATALOGUE, KindFacts
from registry.entries.checking import bind
from registry.entries.facts.words import ROBOT_TYPE
from registry.entries.models import Entry, Precision
from registry.entries.queries import (
    count_robots,
    find_amended_on,
    list_robot_groups,
    list_robots,
    may_see_details,
)
from registry.entries.registered import stored_fields
from registry.entries.showing import (
    ReadField,
    ReadRow,
    offer_districts,
    read_fields,
    read_rows,
    words_of,
)
from registry.programme.kinds import Level
from registry.programme.models import Programme

if TYPE_CHECKING:
    import segno
else:
    segno = lazily("segno")

LEVELS = {
    Level.NATIONAL: p_("level", "National"),
    Level.PROVINCIAL: p_("level", "Provincial"),
    Level.CITY: p_("level", "City"),
    Level.DISTRICT: p_("level", "District"),
}


def place_name(district: District) -> str:
    """Return the name of a district in the language of the page."""
    return district.name_zh if is_chinese() else district.name_en


def standing_of(entry: Entry, *, on: date) -> str:
    """Return what a registered entry is on a day: valid or revoked."""
    return "revoked" if entry.revoked_on is not None and entry.revoked_on <= on else "valid"


def decided(entry: Entry) -> object:
    """Write the day of the decision, no more exactly than it is known."""
    day = entry.effective_on
    if day is None:
        return ""
    if entry.precision is Precision.YEAR:
        return _("%(year)s, day not known", year=day.year)
    if entry.precision is Precision.MONTH:
        return _("%(month)s, day not known", month=day.strftime("%Y-%m"))
    return day.isoformat()


@dataclass(frozen=True)
class Line:
    """One entry in the list of the register."""

    entry: Entry
    facts: KindFacts
    district: str
    standing: str
    decided: object
    robots: int | None
    is_before: bool

    @property
    def title(self) -> str:
        return self.entry.title or self.entry.enterprise.name


def list_lines(
    entries: Sequence[Entry], *, on: date, programme: Programme | None
) -> Sequence[Line]:
    """Return entries as lines; two statements more, however many there are."""
    counts = count_robots([entry.id for entry in entries], on=on)
    return [
        Line(
            entry=entry,
            facts=CATALOGUE[entry.kind],
            district=place_name(entry.district),
            standing=standing_of(entry, on=on),
            decided=decided(entry),
            robots=counts.get(entry.id),
            is_before=is_before(entry, programme),
        )
        for entry in entries
    ]


def is_before(entry: Entry, programme: Programme | None) -> bool:
    """Say whether an entry was decided before the programme began, and so is in no figure."""
    return bool(programme and entry.effective_on and entry.effective_on < programme.starts_on)


@dataclass(frozen=True)
class RobotLine:
    """Robots of one brand, model and type, as the page shows them."""

    brand: str
    model: str
    type_label: object
    count: int


@dataclass(frozen=True)
class Details:
    """What only the own enterprise, the own district and the administrator see."""

    parts: Sequence[tuple[object, Sequence[ReadField]]]
    rows: Sequence[ReadRow]


@dataclass(frozen=True)
class Shown:
    """One entry of the register, ready for its page."""

    line: Line
    robots: Sequence[RobotLine]
    lots: int
    retired: int
    amended_on: date | None
    details: Details | None


def show_entry(entry: Entry, *, actor: User | None, on: date, programme: Programme | None) -> Shown:
    """Return everything about an entry that this actor may see."""
    facts = CATALOGUE[entry.kind]
    (line,) = list_lines([entry], on=on, programme=programme)
    groups = list_robot_groups(entry, on=on)
    counted = sum(group.count for group in groups)
    ever = count_robots([entry.id], on=on, with_retired=True).get(entry.id, 0)
    details = _details(entry, facts, on=on) if may_see_details(entry, actor=actor) else None
    return Shown(
        line=line,
        robots=[
            RobotLine(group.brand, group.model, ROBOT_TYPE.label_of(group.robot_type), group.count)
            for group in groups
        ],
        lots=(line.robots or 0) - counted,
        retired=ever - (line.robots or 0),
        amended_on=find_amended_on(entry),
        details=details,
    )


def _details(entry: Entry, facts: KindFacts, *, on: date) -> Details:
    stored = db.session.get(facts.model, entry.id)
    form = bind(entry.kind, stored_fields(entry), today=on)
    offer_districts(form, [(entry.district.code, place_name(entry.district))])
    parts = [(section, read_fields(form, section, skip_blank=True)) for section in facts.sections]
    rows = list_robots(entry) if facts.sheet and facts.sheet.code == "robots" else []
    lines = getattr(stored, "lines", rows)
    sheet_rows = [words_of(facts.sheet, row) for row in lines] if facts.sheet else []
    return Details(
        parts=[part for part in parts if part[1]],
        rows=read_rows(facts.sheet, sheet_rows) if facts.sheet else [],
    )


COLUMNS: Mapping[str, object] = {
    "number": _("Registration number"),
    "kind": _("Kind"),
    "title": _("Name of the project"),
    "enterprise": _("Enterprise"),
    "uscc": _("Unified social credit code"),
    "district": _("District"),
    "decided": _("Decided on"),
    "document": _("Document"),
    "standing": _("Standing"),
    "revoked_on": _("Revoked on"),
    "robots": _("Robots in stock"),
}
STANDINGS = {"valid": p_("status", "Valid"), "revoked": p_("status", "Revoked")}


def write_csv(lines: Iterable[Line]) -> bytes:
    """Return the lines for a spreadsheet: UTF-8 with its mark, no cell acts as a formula."""
    labels = [str(label) for label in COLUMNS.values()]
    return to_bytes(chain([labels], map(_csv_row, lines)))


def _csv_row(line: Line) -> Sequence[object]:
    entry = line.entry
    return (
        entry.number,
        line.facts.label,
        entry.title,
        entry.enterprise.name,
        entry.enterprise.uscc,
        line.district,
        line.decided,
        entry.document,
        STANDINGS[line.standing],
        entry.revoked_on,
        line.robots,
    )


def in_groups(code: str) -> str:
    """Write a certificate's code in groups of four, as it is read aloud."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def draw_code(address: str) -> str:
    """Return the picture of an address that a phone can read, as SVG without styles."""
    return segno.make(address, error="m", micro=False).svg_inline(
        scale=1, border=0, omitsize=True, svgclass="qr", lineclass=None
    )
