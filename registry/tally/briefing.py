"""The briefing: one A4 page to sign, with the head of the ledger that gives its figures again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from registry.core.clock import PLACE
from registry.core.language import _, is_chinese, p_
from registry.tally.page import show_days
from registry.tally.queries import Answer
from registry.tally.sources import note_allocations, say_sources
from registry.tally.table import Cell, GoalLine, Phase, Row
from registry.tally.words import (
    KIND_NAMES,
    MEASURE_NAMES,
    VERDICTS,
    Lead,
    amount,
    join,
    lead_of,
    say_counting,
    say_plan_line,
    signed,
)

FONT = "noto-sans-sc"
FONT_FILE = Path(__file__).parents[2] / "static" / "vendor" / "fonts" / f"{FONT}.ttf"
INK, PALE, RULE = HexColor("#14202A"), HexColor("#41505B"), HexColor("#C3CCD1")
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
PLACE_WIDTH = 0.19 * WIDTH
SIGN_HEIGHT, SIGN_GAP = 22 * mm, 6 * mm
LATIN = 0.86  # the English words are longer
Style = tuple[str, tuple[int, int], tuple[int, int], *tuple[object, ...]]


@dataclass(frozen=True)
class Released:
    """The release that a briefing belongs to: its name, who signs it, and its record."""

    name: str
    signer: str
    office: str
    revision: int
    sequence: int


@cache
def _font() -> str:
    """Load the font once; a part of it is embedded in each paper."""
    pdfmetrics.registerFont(TTFont(FONT, FONT_FILE))
    return FONT


def _style(size: float, *, pale: bool = False, right: bool = False) -> ParagraphStyle:
    set_size = size if is_chinese() else size * LATIN
    style = ParagraphStyle(
        "briefing",
        fontName=_font(),
        fontSize=set_size,
        leading=set_size * 1.45,
        textColor=PALE if pale else INK,
        wordWrap="CJK" if is_chinese() else "LTR",
    )
    if right:
        style.alignment = TA_RIGHT
    return style


def _words(text: object, size: float, *, pale: bool = False, right: bool = False) -> Paragraph:
    return Paragraph(escape(str(text)), _style(size, pale=pale, right=right))


def write_briefing(answer: Answer, *, released: Released | None = None) -> bytes:
    """Write the page, of a release where one is given; the same answer gives the same bytes."""
    content = io.BytesIO()
    programme = answer.tally.programme
    name = programme.name_zh if is_chinese() else programme.name_en
    title = str(_("%(programme)s: briefing", programme=name))
    if released is not None:
        title = f"{name} · {released.name}"
    language = "zh-CN" if is_chinese() else "en"
    canvas = Canvas(content, A4, invariant=1, lang=language)
    canvas.setTitle(title)
    canvas.setAuthor(programme.city_zh if is_chinese() else programme.city_en)
    _draw(canvas, _parts(answer, title=title, released=released))
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def _draw(canvas: Canvas, parts: Sequence[Flowable]) -> None:
    """Set the parts one under another; what is too much for a page is drawn smaller."""
    room = A4[1] - 1.5 * MARGIN
    heights = [part.wrapOn(canvas, WIDTH, room)[1] for part in parts]
    scale = min(1.0, room / sum(heights))
    canvas.translate(MARGIN, A4[1] - MARGIN)
    canvas.scale(scale, scale)
    at = 0.0
    for part, height in zip(parts, heights, strict=True):
        at -= height
        part.drawOn(canvas, 0, at)


def _parts(answer: Answer, *, title: str, released: Released | None) -> list[Flowable]:
    table, head = answer.table, answer.tally.head
    lead = lead_of(table)
    known_at = head.recorded_at.astimezone(PLACE).strftime("%Y-%m-%d %H:%M:%S")
    dates = [f"{_('As of')} {table.period.as_of}", f"{_('Known at')} {known_at}"]
    return [
        _words(title, 19),
        Spacer(0, 1 * mm),
        _words(" · ".join([*dates, str(show_days(table.period))]), 8.5, pale=True),
        *([_words(_say_release(released), 8.5, pale=True)] if released else []),
        Spacer(0, 3 * mm),
        _words(_say_lead(lead), 12),
        Spacer(0, 4 * mm),
        _goals(answer),
        Spacer(0, 5 * mm),
        _districts(answer),
        Spacer(0, 3 * mm),
        *[_words(note, 8, pale=True) for note in _notes(answer)],
        Spacer(0, 6 * mm),
        _signatures(released),
        Spacer(0, 5 * mm),
        _reproducible(answer, known_at=known_at),
    ]


def _say_release(released: Released) -> object:
    """Name the record of a release, and who signs it."""
    words = {"sequence": f"{released.sequence:,}", "who": f"{released.office} {released.signer}"}
    if released.revision == 1:
        return _("Released under record #%(sequence)s · signed by %(who)s", **words)
    return _(
        "Released under record #%(sequence)s as revision %(revision)s · signed by %(who)s",
        revision=released.revision,
        **words,
    )


def _say_lead(lead: Lead) -> str:
    """Write the leading sentence as the page does."""
    blank = "" if is_chinese() else " "
    second = blank.join(str(part) for part in (lead.second, lead.weight) if part)
    end = str(p_("end of a sentence", ".")) if lead.weight else ""
    return f"{lead.first}{blank}{second}{end}"


def _goals(answer: Answer) -> Table:
    heads = (
        _("Goal"),
        _("Counted"),
        _("Target"),
        _("Share of the target"),
        _("Plan line"),
        _("Against the plan line"),
        _("Pace"),
    )
    rows = [[_words(text, 8.5, pale=True, right=at > 0) for at, text in enumerate(heads)]]
    rows += [_goal_row(goal, answer) for goal in answer.table.goals]
    shares = (0.18, 0.18, 0.15, 0.11, 0.13, 0.13, 0.12)
    return Table(rows, [share * WIDTH for share in shares], style=_ruled())


def _goal_row(goal: GoalLine, answer: Answer) -> list[Paragraph]:
    has_plan = bool(goal.target) and answer.table.period.phase is not Phase.BEFORE
    texts = (
        "—" if goal.target is None else amount(goal.target, goal.unit),
        "—" if goal.share is None else f"{goal.share:,.1f}%",
        amount(goal.plan, goal.unit) if has_plan else "—",
        signed(goal.lead, goal.unit) if has_plan else "—",
        VERDICTS[goal.pace][1] or "—",
    )
    return [
        _words(KIND_NAMES[goal.kind], 10),
        _words(amount(goal.counted, goal.unit), 12.5, right=True),
        *[_words(text, 9, right=True) for text in texts],
    ]


def _ruled(*more: Style) -> TableStyle:
    """A heavy rule where a table begins and ends, hairlines between its rows."""
    return TableStyle(
        [
            ("LINEABOVE", (0, 0), (-1, 0), 1.2, INK),
            ("LINEBELOW", (0, -1), (-1, -1), 1.2, INK),
            ("LINEBELOW", (0, 0), (-1, -2), 0.4, RULE),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("LEFTPADDING", (0, 0), (-1, -1), 1),
            ("RIGHTPADDING", (0, 0), (-1, -1), 1),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            *more,
        ]
    )


def _districts(answer: Answer) -> Table:
    goals = answer.table.goals
    kinds: list[object] = [_words(_("District"), 8, pale=True)]
    heads: list[object] = [""]
    spans: list[Style] = [("SPAN", (0, 0), (0, 1))]
    for place, goal in enumerate(goals):
        first = 1 + 3 * place
        kinds += [_words(f"{KIND_NAMES[goal.kind]} ({goal.unit})", 8.5, right=True), "", ""]
        names = (_("Done"), _("Allocated"), _("Share"))
        heads += [_words(name, 7, pale=True, right=True) for name in names]
        spans.append(("SPAN", (first, 0), (first + 2, 0)))
    rows = [kinds, heads, *map(_district_row, [*answer.table.districts, answer.table.city])]
    each = (WIDTH - PLACE_WIDTH) / (3 * len(goals))
    above_sum = ("LINEABOVE", (0, -1), (-1, -1), 0.8, INK)
    widths = [PLACE_WIDTH, *[each] * (3 * len(goals))]
    return Table(rows, widths, style=_ruled(above_sum, *spans))


def _district_row(row: Row) -> list[object]:
    cells = [text for cell in row.cells for text in _cell_texts(cell)]
    return [_words(row.name, 8.5), *[_words(text, 8, right=True) for text in cells]]


def _cell_texts(cell: Cell) -> tuple[str, str, str]:
    mark = "▼" if cell.behind else ""
    allocated = "—" if cell.allocated is None else f"{cell.allocated:,}"
    return f"{cell.counted:,}", allocated, "—" if cell.share is None else f"{mark}{cell.share:.1f}%"


def _notes(answer: Answer) -> list[object]:
    apart = [
        f"{MEASURE_NAMES[measure]} {amount(total, goal.unit)}"
        for goal in answer.table.goals
        for measure, total in goal.apart.items()
    ]
    notes: list[object] = [
        _("▼ five percentage points or more under the plan line."),
        _("Plan line: %(rule)s", rule=say_plan_line(answer.table.period, answer.table.bent)),
        _("The row of the city shows the targets. Counted: %(rule)s", rule=say_counting()),
        *say_sources(answer.tally, answer.table),
    ]
    return [
        *notes,
        *note_allocations(answer.table),
        *([_("Apart, in no figure above: %(what)s.", what=join(apart))] if apart else []),
    ]


def _signatures(released: Released | None) -> Table:
    signed_by = f"{_('Signed by')} {released.signer}" if released else _("Signed by")
    names = (_("Prepared by"), _("Checked by"), signed_by, _("Signed on"))
    row: list[object] = []
    for name in names:
        row += [_words(name, 9), ""]
    lines: list[Style] = [
        ("LINEBELOW", (2 * place, 0), (2 * place, 0), 0.8, INK) for place in range(len(names))
    ]
    aligned: list[Style] = [
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (-1, -1), 1),
    ]
    each = (WIDTH - (len(names) - 1) * SIGN_GAP) / len(names)
    widths = [each, SIGN_GAP] * len(names)
    return Table([row[:-1]], widths[:-1], [SIGN_HEIGHT], style=TableStyle([*lines, *aligned]))


def _reproducible(answer: Answer, *, known_at: str) -> Table:
    head, as_of = answer.tally.head, answer.table.period.as_of
    how = _(
        "To see these figures again, ask the tally for %(day)s as known at #%(sequence)s.",
        day=as_of,
        sequence=head.sequence,
    )
    lines = [
        (_("As of"), as_of),
        (_("Known at"), known_at),
        (_("Ledger sequence"), f"{head.sequence:,}"),
        (_("Head"), head.hash),
    ]
    rows = [[_words(name, 8, pale=True), _words(text, 8)] for name, text in lines]
    rows.append([_words("", 8), _words(how, 8, pale=True)])
    return Table(
        rows, [0.16 * WIDTH, 0.84 * WIDTH], style=_ruled(("TOPPADDING", (0, 0), (-1, -1), 0))
    )
