"""The page of the entries behind one figure: their quantities add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.core.clock import PLACE
from registry.core.language import _, is_chinese, n_
from registry.districts.models import District
from registry.entries.models import Standing
from registry.ledger.queries import Behind, Figure, Head
from registry.programme.kinds import Kind
from registry.tally.apart import Apart, name_part
from registry.tally.links import Choice, Links
from registry.tally.parts import NARROWING, By
from registry.tally.queries import Asked
from registry.tally.words import KIND_NAMES, MEASURE_NAMES, Rule, amount, join, percent_of

HINTS: Mapping[Kind, object] = {
    Kind.SMART_FACTORY: _("Each entry counts 1."),
    Kind.SMART_WORKSHOP: _("Each entry counts 1."),
    Kind.EQUIPMENT_UPGRADE: _(
        "Each enterprise counts 1, at its earliest upgrade within the programme; its further ones"
        " are in the register and add nothing."
    ),
    Kind.ROBOT_DEPLOYMENT: _("Each robot counts 1, from the date of its own row."),
}


WAYS: Mapping[By, object] = {
    By.DISTRICT: _("By district"),
    By.INDUSTRY: _("By industry"),
    By.SIZE: _("By enterprise size"),
    By.ROUND: _("By round"),
    By.YEAR: _("By year"),
    By.KIND: _("By kind"),
}
SAY: Mapping[By, object] = {
    By.INDUSTRY: _(
        "Divisions of GB/T 4754-2017, as the enterprise states them now; old lists often name none."
    ),
    By.SIZE: _(
        "By the statistical rule of 2017 for industry, from employees and revenue as the enterprise"
        " states them now; old lists often name none."
    ),
    By.ROUND: _(
        "The round in which it was first filed. Entries of official lists went through none here."
    ),
    By.YEAR: _(
        "The year in which it took effect. What was revoked, scrapped or moved takes off in the"
        " year in which it left, so each year is what the figure grew by."
    ),
    By.KIND: _("Every goal in the same part. Their units differ, so they are not added up."),
}


@dataclass(frozen=True)
class Line:
    """One entry and what it adds; `is_open`: it is in the register today, and has its page."""

    number: str | None
    is_open: bool
    enterprise: str
    title: str
    district: str
    effective_on: date
    quantity: int


@dataclass(frozen=True)
class PartLine:
    """One part of the figure; `share` in per cent of it, none where shares say nothing."""

    name: str
    amount: str
    share: float | None
    entries: int
    url: str


@dataclass(frozen=True)
class BehindPage:
    """One page of the list, or the parts instead of it; `sum` is the figure, over all pages."""

    title: str
    place: str
    hint: object
    sum: int
    unit: str
    amount: str
    says: object
    lines: Sequence[Line]
    ways: Sequence[Choice]
    part_name: object
    parts: Sequence[PartLine]
    parts_add_up: bool
    parts_say: object
    narrowed: Sequence[Choice]
    kinds: Sequence[Choice]
    districts: Sequence[Choice]
    rules: Sequence[Rule]
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
    apart: Apart,
    as_of: date,
    head: Head,
    districts: Sequence[District],
    is_continued: bool,
) -> BehindPage:
    """Set out one page of the entries behind a figure, or its parts."""
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
        ways=_ways(apart.by, links),
        part_name=WAYS[apart.by] if apart.by else "",
        parts=_show_parts(apart, asked, links, whole=found.sum),
        parts_add_up=apart.by is not By.KIND,
        parts_say=SAY.get(apart.by, "") if apart.by else "",
        narrowed=_narrowed(apart, links),
        kinds=_kinds(asked, links),
        districts=_districts(asked, links, districts=districts),
        rules=_explain(asked, as_of=as_of, head=head),
        hidden=links.kept("kind", "measure", "district", "by", *NARROWING),
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
        is_open=figure.standing is Standing.REGISTERED,
        enterprise=figure.enterprise_name,
        title=figure.title,
        district=figure.district_zh if is_chinese() else figure.district_en,
        effective_on=figure.effective_on,
        quantity=figure.quantity,
    )


def _explain(asked: Asked, *, as_of: date, head: Head) -> list[Rule]:
    """Say of the figure its rule, unit, source and date."""
    source = _(
        "The tally ledger up to #%(sequence)s, as of %(day)s.",
        sequence=f"{head.sequence:,}",
        day=as_of,
    )
    return [
        Rule(_("Counted"), HINTS[asked.kind]),
        Rule(_("Unit"), asked.unit),
        Rule(_("District"), _("Where the thing stands, not the seat of the enterprise.")),
        Rule(_("Source"), source),
    ]


def _ways(by: By | None, links: Links) -> list[Choice]:
    entries = Choice(_("Entry by entry"), links.again(by="", after=""), current=by is None)
    return [
        entries,
        *(
            Choice(name, links.again(by=each, after=""), current=each is by)
            for each, name in WAYS.items()
        ),
    ]


def _show_parts(apart: Apart, asked: Asked, links: Links, *, whole: int) -> list[PartLine]:
    by = apart.by
    if by is None:
        return []
    units = apart.units if by is By.KIND else {}
    return [
        PartLine(
            name=name_part(by, line.code, apart.names),
            amount=amount(line.quantity, units.get(line.code, asked.unit)),
            share=None if by is By.KIND else percent_of(line.quantity, whole),
            entries=line.entries,
            url=links.again(**_leads_to(by, line.code)),
        )
        for line in apart.lines
    ]


def _leads_to(by: By, code: str) -> dict[str, str]:
    """Return the words that lead to the list of one part."""
    cleared = {"by": "", "after": ""}
    if by is By.KIND:
        return {**cleared, "kind": code, "measure": ""}
    return {**cleared, by.value: code}


def _narrowed(apart: Apart, links: Links) -> list[Choice]:
    """Name the parts that are looked at, each with the address that takes it back."""
    return [
        Choice(
            _(
                "%(what)s: %(name)s",
                what=WAYS[By(name)],
                name=name_part(By(name), code, apart.names),
            ),
            links.again(**{name: "", "after": ""}),
            current=True,
        )
        for name, code in apart.only.words.items()
    ]


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
