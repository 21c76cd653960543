"""The parts of a figure with their names, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from registry.core.language import _, is_chinese
from registry.districts.models import District
from registry.enterprises.industries import find_industry
from registry.enterprises.models import Size
from registry.enterprises.words import SIZES
from registry.ledger.queries import read_goals
from registry.programme.kinds import Kind
from registry.tally.parts import (
    FREE,
    LISTED,
    UNKNOWN,
    By,
    Figure,
    Line,
    Only,
    name_rounds,
    take_apart,
)
from registry.tally.words import KIND_NAMES

LAST = (FREE, LISTED, UNKNOWN)
PLAIN: Mapping[str, object] = {
    UNKNOWN: _("Not known"),
    FREE: _("Filed outside any round"),
    LISTED: _("From official lists"),
}


@dataclass(frozen=True)
class Apart:
    """What a figure is taken apart by, its parts, the part looked at, and names by their codes."""

    by: By | None
    only: Only
    lines: Sequence[Line] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def read_apart(
    figure: Figure, *, by: By | None, only: Only, districts: Sequence[District]
) -> Apart:
    """Take a figure apart where that is asked for, and put its parts in order."""
    if by is None:
        return Apart(by, only, names=_name_round({only.round}))
    lines = take_apart(figure, by)
    if by is By.DISTRICT:
        places = {str(place.id): place for place in districts}
        lines = [Line(places[line.code].code, line.quantity, line.entries) for line in lines]
    names = _name_round({only.round, *(line.code for line in lines if by is By.ROUND)})
    if by is By.DISTRICT:
        names |= {
            place.code: place.name_zh if is_chinese() else place.name_en for place in districts
        }
    units = _read_units(figure) if by is By.KIND else {}
    return Apart(by, only, _in_order(lines, by, districts), names, units)


def _name_round(codes: Collection[str]) -> dict[str, str]:
    wanted = {code for code in codes if code.isdecimal()}
    return name_rounds(wanted) if wanted else {}


def _read_units(figure: Figure) -> dict[str, str]:
    goals = read_goals(figure.as_of, figure.head)
    return {goal.kind.value: goal.unit_zh if is_chinese() else goal.unit_en for goal in goals}


def _in_order(lines: Sequence[Line], by: By, districts: Sequence[District]) -> list[Line]:
    """Order by list, class or year, industries by what they add; what is not known comes last."""
    official = {place.code: place.position for place in districts}
    classes = {size.value: number for number, size in enumerate(Size)}

    def place(line: Line) -> tuple[int, int, str]:
        last = LAST.index(line.code) + 1 if line.code in LAST else 0
        numbers = {
            By.DISTRICT: official.get(line.code, 0),
            By.INDUSTRY: -line.quantity,
            By.SIZE: classes.get(line.code, 0),
            By.ROUND: -int(line.code) if line.code.isdecimal() else 0,
        }
        return last, numbers.get(by, 0), "" if by is By.KIND else line.code

    return sorted(lines, key=place)


def name_part(by: By, code: str, names: Mapping[str, str]) -> str:
    """Return what a part is called."""
    if code in PLAIN:
        return str(PLAIN[code])
    if by is By.INDUSTRY:
        industry = find_industry(code)
        return f"{code} {industry.name}" if industry else code
    if by is By.SIZE:
        return str(SIZES[Size(code)])
    if by is By.KIND:
        return str(KIND_NAMES[Kind(code)])
    return names.get(code, code)
