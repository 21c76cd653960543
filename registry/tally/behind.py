"""The page of the entries behind one figure: their quantities add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.core.clock import PLACE
from registry.core.language import _, is_chinese, n_
from registry.districts.models import District
from registry.ledger.queries import Behind, Figure, Head
from registry.programme.kinds import Kind
from registry.tally.links import Choice, Links
from registry.tally.queries import Asked
from registry.tally.words import KIND_NAMES, MEASURE_NAMES, amount, join

HINTS: Mapping[Kind, object] = {
    Kind.SMART_FACTORY: _("Each entry counts 1."),
    Kind.SMART_WORKSHOP: _("Each entry counts 1."),
    Kind.EQUIPMENT_UPGRADE: _(
        "Each enterprise counts 1, at its earliest upgrade within the programme; its further ones"
        " are in the register and add nothing."
    ),
    Kind.ROBOT_DEPLOYMENT: _("Each robot counts 1, from the date of its own row."),
}


@dataclass(frozen=True)
class Line:
    """One entry and what it adds."""

    number: str | None
    enterprise: str
    title: str
    district: str
    effective_on: date
    quantity: int


@dataclass(frozen=True)
class BehindPage:
    """One page of the list; `sum` is the figure itself, over all pages."""

    title: str
    place: str
    hint: object
    sum: int
    unit: str
    amount: str
    says: object
    lines: Sequence[Line]
    kinds: Sequence[Choice]
    districts: Sequence[Choice]
    hidden: Mapping[str, str]
    sequence: int
    known_at: datetime
    head: str
    file_url: str
    tally_url: str
    next_url: str
    first_url: str


def show_behind(
    asked: Asked,
    found: Behind,
    links: Links,
    *,
    head: Head,
    districts: Sequence[District],
    is_continued: bool,
) -> BehindPage:
    """Set out one page of the entries behind a figure."""
    following = found.following
    after = f"{following[0]}.{following[1]}.{following[2]}" if following else ""
    says = n_(
        "%(num)s entry adds up to it.",
        "%(num)s entries add up to it.",
        found.total,
    )
    return BehindPage(
        title=_title(asked),
        place=_name(asked.district) if asked.district else str(_("Whole city")),
        hint=HINTS[asked.kind],
        sum=found.sum,
        unit=asked.unit,
        amount=amount(found.sum, asked.unit),
        says=says,
        lines=[_line(figure) for figure in found.figures],
        kinds=_kinds(asked, links),
        districts=_districts(asked, links, districts=districts),
        hidden=links.kept("kind", "measure", "district"),
        sequence=head.sequence,
        known_at=head.recorded_at.astimezone(PLACE),
        head=head.hash,
        file_url=links.file(),
        tally_url=links.tally(),
        next_url=links.again(after=after) if after else "",
        first_url=links.again(after="") if is_continued else "",
    )


def _title(asked: Asked) -> str:
    if asked.is_goal:
        return str(KIND_NAMES[asked.kind])
    return join([str(MEASURE_NAMES[measure]) for measure in asked.measures])


def _name(district: District) -> str:
    return district.name_zh if is_chinese() else district.name_en


def _line(figure: Figure) -> Line:
    return Line(
        number=figure.number,
        enterprise=figure.enterprise_name,
        title=figure.title,
        district=figure.district_zh if is_chinese() else figure.district_en,
        effective_on=figure.effective_on,
        quantity=figure.quantity,
    )


def _kinds(asked: Asked, links: Links) -> list[Choice]:
    return [
        Choice(
            KIND_NAMES[kind],
            links.again(kind=kind, measure="", after=""),
            current=asked.is_goal and kind is asked.kind,
        )
        for kind in Kind
    ]


def _districts(asked: Asked, links: Links, *, districts: Sequence[District]) -> list[Choice]:
    city = Choice(
        _("Whole city"), links.again(district="", after=""), current=asked.district is None
    )
    return [
        city,
        *(
            Choice(
                _name(place),
                links.again(district=place.code, after=""),
                current=asked.district is not None and place.code == asked.district.code,
            )
            for place in districts
        ),
    ]
