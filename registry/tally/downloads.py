"""The figures as files: comma-separated text that spreadsheets open as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from registry.core.language import _, is_chinese
from registry.ledger.answers import Tally, to_rows
from registry.ledger.differences import Line as Difference
from registry.ledger.differences import Span
from registry.ledger.queries import Behind
from registry.tally.changes import Found, show_line
from registry.tally.queries import Answer, Asked
from registry.tally.words import KIND_NAMES, MEASURE_NAMES, join

LEADS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Line = Sequence[object]
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
        ]
    ]
    for goal in answer.table.goals:
        share = "" if goal.share is None else f"{goal.share:.1f}"
        target = "" if goal.target is None else goal.target
        words = [KIND_NAMES[goal.kind], goal.unit, goal.counted, target]
        goals.append([*words, share, goal.plan, goal.pipeline])
        goals.extend(
            [MEASURE_NAMES[measure], goal.unit, total] for measure, total in goal.apart.items()
        )
    return write([*heading(answer.tally), [], *goals, [], *to_rows(answer.tally)])


def write_entries(answer: Tally, asked: Asked, behind: Behind) -> bytes:
    """Write the entries behind a figure; their quantities add up to the line of the sum."""
    chinese = is_chinese()
    rows: list[Line] = [
        [
            _("Register number"),
            _("Enterprise"),
            _("Title"),
            _("District"),
            _("Effective on"),
            _("Quantity (%(unit)s)", unit=asked.unit),
        ]
    ]
    for figure in behind.figures:
        place = figure.district_zh if chinese else figure.district_en
        words = [figure.number or "", figure.enterprise_name, figure.title, place]
        rows.append([*words, figure.effective_on.isoformat(), figure.quantity])
    named = join([str(MEASURE_NAMES[measure]) for measure in asked.measures])
    about: list[Line] = [[_("Figure"), named], [_("Sum"), behind.sum, asked.unit]]
    return write([*heading(answer), *about, [], *rows])


def write_changes(span: Span, found: Found) -> bytes:
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
    lines = [change_row(line, found) for line in found.differences.lines]
    return write([*about, *balances, [], CHANGE_HEADS, *lines])


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


def write(lines: Iterable[Line]) -> bytes:
    """Write lines as UTF-8 with its mark; text that a spreadsheet would run is made plain text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [_plain(value) for value in line] for line in lines
    )
    return text.getvalue().encode("utf-8-sig")


def _plain(value: object) -> object:
    if isinstance(value, int):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(LEADS_A_FORMULA) else text
