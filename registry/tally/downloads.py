"""The figures as files: comma-separated text that spreadsheets open as it is."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import BinaryIO

from registry.core.delimited import Line, to_bytes, write_lines
from registry.core.language import _, is_chinese
from registry.ledger.answers import Tally, to_rows
from registry.ledger.checks import add_checked
from registry.ledger.differences import Line as Difference
from registry.ledger.differences import Span
from registry.programme.kinds import Kind
from registry.tally.apart import Apart, name_part
from registry.tally.behind import WAYS
from registry.tally.changes import Found, show_line
from registry.tally.parts import By
from registry.tally.queries import Answer, Asked
from registry.tally.words import KIND_NAMES, MEASURE_NAMES, join

CHANGE_HEADS: Line = [
    _("Sort"),
    _("Effective on"),
    _("Recorded on"),
    _("Ledger sequence"),
    _("Plus or minus"),
    _("Unit"),
    _("Kind"),
    _("District"),
    _("Register number"),
    _("Enterprise"),
    _("Title"),
    _("Cause"),
    _("Document"),
]
CHECKED_HEADS: Line = [
    _("Checked on site"),
    _("Checked and in order"),
    _("Newest result of a check (record no.)"),
]


def write_tally(answer: Answer) -> bytes:
    """Write the whole tally: what makes it reproducible, the goals, the districts."""
    goals: list[Line] = [
        [
            _("Goal"),
            _("Unit"),
            _("Counted"),
            _("Target"),
            _("Share of the target, per cent"),
            _("Plan line"),
            _("Under way, not counted"),
            *CHECKED_HEADS,
        ]
    ]
    for goal in answer.table.goals:
        share = "" if goal.share is None else f"{goal.share:.1f}"
        target = "" if goal.target is None else goal.target
        words = [KIND_NAMES[goal.kind], goal.unit, goal.counted, target]
        goals.append([*words, share, goal.plan, goal.pipeline, *checked_cells(answer, goal.kind)])
        goals.extend(
            [MEASURE_NAMES[measure], goal.unit, total] for measure, total in goal.apart.items()
        )
    return to_bytes([*heading(answer.tally), [], *goals, [], *to_rows(answer.tally)])


def checked_cells(answer: Answer, kind: Kind) -> list[int | str]:
    """Return what stands under `CHECKED_HEADS` for a goal."""
    found = add_checked(answer.checked, answer.measures(kind))
    return [found.checked, found.in_order, found.newest or ""]


def write_entries(
    target: BinaryIO,
    answer: Tally,
    asked: Asked,
    *,
    apart: Apart,
    entered: Iterable[Line],
    total: int,
) -> None:
    """Write the entries behind a figure, or its parts; they add up to the line of the sum."""
    named = join([str(MEASURE_NAMES[measure]) for measure in asked.measures])
    about: list[Line] = [[_("Figure"), named], [_("Sum"), total, asked.unit]]
    about += [
        [WAYS[By(name)], name_part(By(name), code, apart.names)]
        for name, code in apart.only.words.items()
    ]
    lines = _part_lines(apart, asked) if apart.by else chain(_entry_head(asked), entered)
    write_lines(target, chain(heading(answer), about, [[]], lines))


def _part_lines(apart: Apart, asked: Asked) -> list[Line]:
    by = apart.by or By.DISTRICT
    rows: list[Line] = [[WAYS[by], _("Code"), _("Quantity"), _("Unit"), _("Entries")]]
    for line in apart.lines:
        unit = apart.units.get(line.code, asked.unit)
        words = [name_part(by, line.code, apart.names), line.code]
        rows.append([*words, line.quantity, unit, line.entries])
    return rows


def _entry_head(asked: Asked) -> list[Line]:
    return [
        [
            _("Register number"),
            _("Enterprise"),
            _("Title"),
            _("District"),
            _("Effective on"),
            _("Quantity (%(unit)s)", unit=asked.unit),
        ],
    ]


def write_changes(
    target: BinaryIO, span: Span, found: Found, differences: Iterable[Difference]
) -> None:
    """Write the figures then and now, and every plus and minus between them."""
    about: list[Line] = [
        [_("From"), span.since.isoformat(), _("known at"), span.known_since.sequence],
        [_("To"), span.as_of.isoformat(), _("known at"), span.known_at.sequence],
        [_("Head"), span.known_at.hash],
        [],
        [
            _("Goal"),
            _("Unit"),
            _("Then"),
            _("Rule of counting changed"),
            _("New work"),
            _("Corrections and revocations"),
            _("Now"),
        ],
    ]
    balances: list[Line] = [
        [each.name, each.unit, each.then, each.rule, each.new, each.corrected, each.now]
        for each in found.balances.values()
    ]
    lines = (change_row(line, found) for line in differences)
    write_lines(target, chain(about, balances, [[], CHANGE_HEADS], lines))


def change_row(line: Difference, found: Found) -> Line:
    """Write one plus or minus under `CHANGE_HEADS`."""
    shown = show_line(line, found.units)
    return [
        _("New work") if line.is_new else _("Corrections and revocations"),
        shown.day.isoformat(),
        shown.recorded_at.date().isoformat(),
        shown.sequence,
        line.quantity,
        found.units[line.measure],
        shown.kind,
        shown.district,
        line.number or "",
        shown.enterprise,
        shown.title,
        shown.cause,
        shown.document,
    ]


def heading(answer: Tally) -> list[Line]:
    """Say what makes the figures reproducible: both dates, the sequence and the head."""
    programme = answer.programme
    return [
        [_("Programme"), programme.name_zh if is_chinese() else programme.name_en],
        [_("As of"), answer.as_of.isoformat()],
        [_("Known at"), answer.known],
        [_("Ledger sequence"), answer.head.sequence],
        [_("Head"), answer.head.hash],
    ]
