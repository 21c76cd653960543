"""Draws and results as pages and files show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.accounts.models import User
from registry.core.delimited import Line, to_bytes
from registry.core.language import _, p_
from registry.entries.catalogue import CATALOGUE
from registry.entries.models import Entry, Standing
from registry.entries.register import place_name
from registry.ledger.drawing import Placed
from registry.sampling import policy
from registry.sampling.models import CheckResult, Draw
from registry.sampling.queries import Drawn, Progress, read_entries
from registry.sampling.words import COUNTED, OUTCOMES, UNITS
from registry.tally.words import join


@dataclass(frozen=True)
class RowShown:
    """One drawn entry as a list shows it; `words` only for who may read them."""

    position: int
    number: str
    is_registered: bool
    enterprise: str
    title: str
    district: str
    address: str
    quantity: int
    looks: int
    latest: CheckResult | None
    words: str
    may_record: bool


def show_rows(drawn: Iterable[Drawn], *, actor: User) -> list[RowShown]:
    """Return drawn entries as this person sees them."""
    return [_show_row(each, actor=actor) for each in drawn]


def _show_row(drawn: Drawn, *, actor: User) -> RowShown:
    entry, latest = drawn.row.entry, drawn.latest
    reads = policy.may_read_words(actor, district_id=entry.district_id)
    return RowShown(
        position=drawn.row.position,
        number=entry.number or "",
        is_registered=entry.standing is Standing.REGISTERED,
        enterprise=entry.enterprise.name,
        title=entry.title,
        district=place_name(entry.district),
        address=(entry.site_address or "") if reads else "",
        quantity=drawn.row.quantity,
        looks=len(drawn.results),
        latest=latest,
        words=latest.words if latest and reads else "",
        may_record=policy.may_record(actor, district_id=entry.district_id),
    )


def say_progress(progress: Progress) -> object:
    """Say in one sentence how far a draw is and what was found."""
    words = {"done": f"{progress.checked:,}", "all": f"{progress.draw.size:,}"}
    found = [str(COUNTED[each](count)) for each, count in sorted(progress.outcomes.items())]
    if not found:
        return _("None of the %(all)s drawn entries has been checked yet.", all=words["all"])
    return _("Checked %(done)s of %(all)s drawn entries: %(found)s.", found=join(found), **words)


@dataclass(frozen=True)
class PlacedShown:
    """One entry of the population with its place in the order."""

    position: int
    key: str
    number: str
    enterprise: str
    district: str
    quantity: int
    is_drawn: bool


def show_order(draw: Draw, placed: Sequence[Placed], *, first: int, most: int) -> list[PlacedShown]:
    """Return a part of the order, from the place `first` (0: the beginning) on."""
    part = placed[first : first + most]
    entries = read_entries([each.member.entry_id for each in part])
    return [
        _show_placed(draw, each, entries[each.member.entry_id], position=position)
        for position, each in enumerate(part, start=first + 1)
    ]


def _show_placed(draw: Draw, placed: Placed, entry: Entry, *, position: int) -> PlacedShown:
    return PlacedShown(
        position=position,
        key=placed.key,
        number=placed.member.number,
        enterprise=entry.enterprise.name,
        district=place_name(entry.district),
        quantity=placed.member.quantity,
        is_drawn=position <= draw.size,
    )


def heading(draw: Draw) -> list[Line]:
    """Say what a draw was, and what it needs to be repeated."""
    place = place_name(draw.district) if draw.district else _("Whole city")
    return [
        [_("Sample check"), draw.number, draw.purpose],
        [_("Kind"), CATALOGUE[draw.kind].label],
        [_("District"), place],
        [p_("draw", "Counted from"), draw.since or ""],
        [p_("draw", "Counted to"), draw.until or ""],
        [_("As of"), draw.as_of.isoformat()],
        [_("Ledger sequence"), draw.sequence],
        [p_("draw", "Seed"), draw.seed],
        [p_("draw", "Population"), draw.population],
        [p_("draw", "Drawn"), draw.size],
    ]


def write_results(progress: Progress, drawn: Iterable[Drawn], *, actor: User) -> bytes:
    """Write a draw with what was found, one line an entry."""
    draw = progress.draw
    heads: Line = [
        p_("draw", "Place"),
        _("Register number"),
        _("Enterprise"),
        _("Title"),
        _("District"),
        _("Counted when drawn"),
        _("Unit"),
        p_("check", "What was found"),
        p_("check", "Checked on"),
        p_("check", "Checked by"),
        p_("check", "Robots found on site"),
        _("Looks"),
        p_("check", "In words"),
    ]
    rows = [_result_row(draw, each) for each in show_rows(drawn, actor=actor)]
    return to_bytes([*heading(draw), [], heads, *rows])


def _result_row(draw: Draw, row: RowShown) -> Line:
    latest = row.latest
    result: Line = ["", "", "", ""]
    if latest is not None:
        found = "" if latest.found is None else latest.found
        checkers = latest.checkers
        result = [OUTCOMES[latest.outcome], latest.checked_on.isoformat(), checkers, found]
    words = [row.position, row.number, row.enterprise, row.title, row.district, row.quantity]
    return [*words, UNITS[draw.kind], *result, row.looks, row.words]


def write_population(draw: Draw, placed: Sequence[Placed]) -> bytes:
    """Write the whole population in its order: with the seed, all that repeats the draw."""
    heads: Line = [
        p_("draw", "Place"),
        p_("draw", "Drawn"),
        _("Register number"),
        p_("draw", "SHA-256 of seed|number"),
        _("Enterprise"),
        _("District"),
        _("Counted when drawn"),
    ]
    rows: list[Line] = [
        [
            each.position,
            p_("draw", "yes") if each.is_drawn else "",
            each.number,
            each.key,
            each.enterprise,
            each.district,
            each.quantity,
        ]
        for each in show_order(draw, placed, first=0, most=len(placed))
    ]
    return to_bytes([*heading(draw), [], heads, *rows])
