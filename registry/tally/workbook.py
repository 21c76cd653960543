"""The whole tally as a workbook: figures, districts, months, entries, method, with charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format

from registry.core.language import _
from registry.core.sheets import RowSheet
from registry.ledger.files import Entered
from registry.programme.kinds import Kind
from registry.tally.charts import show_months
from registry.tally.checked import CHECKED
from registry.tally.downloads import CHECKED_HEADS, checked_cells, heading
from registry.tally.queries import Answer
from registry.tally.table import GoalLine, Row
from registry.tally.words import KIND_NAMES, MEASURE_NAMES, rules_of

INK, ACCENT, PLAN = "#14202A", "#005E73", "#7FB0BB"
ROWS_MOST = 1_000_000
HUNDRED = 100
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}

ReadEntries = Callable[[Kind], Iterator[Entered]]


@dataclass(frozen=True)
class Column:
    """One column: its head with the unit, its width, and the name of its style."""

    head: object
    width: int
    style: str = ""


class Sheet:
    """One sheet, written row by row from the top: memory holds one row of it."""

    def __init__(self, book: Book, name: str, columns: Sequence[Column]) -> None:
        self.book, self.name, self.columns = book, name, columns
        self.page: RowSheet = book.book.add_worksheet(name, RowSheet)
        self.at = 0
        for place, column in enumerate(columns):
            self.page.set_column(place, place, column.width, book.formats[column.style])

    def heads(self) -> None:
        """Write the heads of the columns, and keep them in sight."""
        self.row([column.head for column in self.columns], style="head")
        self.page.freeze_panes(self.at, 0)

    def row(self, values: Iterable[object], *, style: str = "") -> None:
        """Write numbers as numbers, days as days, all else as text."""
        for place, value in enumerate(values):
            column = self.columns[place] if place < len(self.columns) else None
            chosen = self.book.formats[style or (column.style if column else "")]
            _write(self.page, (self.at, place), value, chosen)
        self.at += 1

    def rows(self, rows: Iterable[Sequence[object]]) -> None:
        """Write very many rows of text, numbers and days."""
        styles = [self.book.formats[column.style] for column in self.columns]
        self.at = self.page.write_rows(self.at, rows, styles)

    def part(self, column: int, *, first: int, last: int) -> list[object]:
        """Name cells of one column, as a chart asks for them."""
        return [self.name, first, column, last, column]


class Book:
    """A workbook in the making, with the formats of all sheets."""

    def __init__(self, target: BinaryIO, *, folder: Path) -> None:
        self.book = xlsxwriter.Workbook(target, {**OPTIONS, "tmpdir": str(folder)})
        add = self.book.add_format
        self.formats: dict[str, Format | None] = {
            "": None,
            "head": add({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}),
            "sum": add({"bold": True, "top": 1, "num_format": "#,##0"}),
            "count": add({"num_format": "#,##0"}),
            "plan": add({"num_format": "#,##0.0"}),
            "share": add({"num_format": "0.0%"}),
            "text": add({"num_format": "@"}),
            "day": add({"num_format": "yyyy-mm-dd"}),
            "wrap": add({"text_wrap": True, "valign": "top"}),
        }

    def close(self) -> None:
        self.book.close()


def _write(page: RowSheet, place: tuple[int, int], value: object, style: Format | None) -> None:
    if isinstance(value, date):
        page.write_datetime(*place, value, style)
    elif value is None or value == "":
        page.write_blank(*place, None, style)
    elif hasattr(value, "__float__"):
        page.write_number(*place, float(value), style)
    else:
        page.write_string(*place, str(value), style)


def write_workbook(
    target: BinaryIO, answer: Answer, read_entries: ReadEntries, *, folder: Path
) -> None:
    """Write the workbook; `read_entries` gives those behind a goal, `folder` takes what is apart.

    Sheets are kept in files of the folder until all are packed.
    """
    book = Book(target, folder=folder)
    _write_goals(book, answer)
    _write_districts(book, answer)
    _write_trend(book, answer)
    for kind in answer.table.kinds:
        _write_entries(book, answer.table.goal(kind), read_entries(kind))
    _write_method(book, answer)
    book.close()


def _write_goals(book: Book, answer: Answer) -> None:
    columns = [
        Column(_("Goal"), 34, "text"),
        Column(_("Unit"), 10, "text"),
        Column(_("Counted"), 12, "count"),
        Column(_("Target"), 12, "count"),
        Column(_("Share of the target (%%)"), 14, "share"),
        Column(_("Plan line"), 12, "plan"),
        Column(_("Plan line, share of the target (%%)"), 14, "share"),
        Column(_("Against the plan line"), 12, "plan"),
        Column(_("Under way, not counted"), 14, "count"),
        *[Column(head, 14, "count") for head in CHECKED_HEADS],
    ]
    sheet = Sheet(book, str(_("All goals")), columns)
    for line in heading(answer.tally):
        sheet.row([str(value) for value in line], style="text")
    sheet.row([])
    sheet.heads()
    first = sheet.at
    for goal in answer.table.goals:
        sheet.row([*_goal_values(goal), *checked_cells(answer, goal.kind)])
    last = sheet.at - 1
    for goal in answer.table.goals:
        for measure, total in goal.apart.items():
            sheet.row([MEASURE_NAMES[measure], goal.unit, total])
    _chart_goals(book, sheet, first=first, last=last)


def _goal_values(goal: GoalLine) -> list[object]:
    names: list[object] = [KIND_NAMES[goal.kind], goal.unit, goal.counted, goal.target]
    if not goal.target:
        return [*names, None, None, None, None, goal.pipeline]
    share = goal.counted / goal.target
    return [*names, share, goal.plan, goal.plan_share / HUNDRED, goal.lead, goal.pipeline]


def _chart_goals(book: Book, sheet: Sheet, *, first: int, last: int) -> None:
    chart = book.book.add_chart({"type": "bar"})
    for column, colour in ((4, ACCENT), (6, PLAN)):
        chart.add_series(
            {
                "name": str(sheet.columns[column].head),
                "categories": sheet.part(0, first=first, last=last),
                "values": sheet.part(column, first=first, last=last),
                "fill": {"color": colour},
                "data_labels": {"value": True, "num_format": "0.0%"},
            }
        )
    chart.set_title({"name": str(_("Share of the target, and the plan line"))})
    chart.set_x_axis({"min": 0, "num_format": "0%", "major_gridlines": {"visible": False}})
    chart.set_y_axis({"reverse": True})
    _place(sheet, chart, row=sheet.at + 1)


def _place(sheet: Sheet, chart: Chart, *, row: int, column: int = 0) -> None:
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 720, "height": 340})
    sheet.page.insert_chart(row, column, chart)


def _write_districts(book: Book, answer: Answer) -> None:
    columns = [Column(_("Code"), 10, "text"), Column(_("District"), 28, "text")]
    for goal in answer.table.goals:
        words = {"kind": KIND_NAMES[goal.kind], "unit": goal.unit}
        columns += [
            Column(_("%(kind)s, counted (%(unit)s)", **words), 14, "count"),
            Column(_("%(kind)s, allocated (%(unit)s)", **words), 14, "count"),
            Column(_("%(kind)s, share (%%)", kind=words["kind"]), 12, "share"),
        ]
    sheet = Sheet(book, str(_("Districts")), columns)
    sheet.heads()
    first = sheet.at
    for row in answer.table.districts:
        sheet.row(_district_values(row))
    last = sheet.at - 1
    sheet.row(_district_values(answer.table.city))
    for place, goal in enumerate(answer.table.goals):
        _chart_districts(book, sheet, goal, place=place, first=first, last=last)


def _district_values(row: Row) -> list[object]:
    values: list[object] = [row.code, row.name]
    for cell in row.cells:
        share = cell.counted / cell.allocated if cell.allocated else None
        values += [cell.counted, cell.allocated, share]
    return values


def _chart_districts(
    book: Book, sheet: Sheet, goal: GoalLine, *, place: int, first: int, last: int
) -> None:
    chart = book.book.add_chart({"type": "column"})
    for column, colour in ((3 * place + 2, ACCENT), (3 * place + 3, PLAN)):
        chart.add_series(
            {
                "name": str(sheet.columns[column].head),
                "categories": sheet.part(1, first=first, last=last),
                "values": sheet.part(column, first=first, last=last),
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": f"{KIND_NAMES[goal.kind]} ({goal.unit})"})
    chart.set_y_axis({"min": 0, "num_format": "#,##0"})
    down, across = divmod(place, 2)
    _place(sheet, chart, row=sheet.at + 1 + 18 * down, column=7 * across)


def _write_trend(book: Book, answer: Answer) -> None:
    goals = answer.table.goals
    columns = [Column(_("Day"), 12, "day")] + [
        Column(_("%(kind)s, counted (%(unit)s)", kind=KIND_NAMES[goal.kind], unit=goal.unit), 18)
        for goal in goals
    ]
    sheet = Sheet(book, str(_("Month by month")), columns)
    sheet.heads()
    months = list(reversed(show_months(answer.trend, answer.counted)))
    for month in months:
        sheet.row([month.day, *month.totals])
    if not months:
        return
    for place, goal in enumerate(goals):
        chart = book.book.add_chart({"type": "line"})
        chart.add_series(
            {
                "name": str(columns[place + 1].head),
                "categories": sheet.part(0, first=1, last=len(months)),
                "values": sheet.part(place + 1, first=1, last=len(months)),
                "line": {"color": ACCENT, "width": 2.25},
            }
        )
        chart.set_title({"name": f"{KIND_NAMES[goal.kind]} ({goal.unit})"})
        chart.set_x_axis({"date_axis": True, "num_format": "yyyy-mm"})
        chart.set_y_axis({"min": 0, "num_format": "#,##0"})
        _place(sheet, chart, row=18 * place, column=len(columns) + 1)


def _write_entries(book: Book, goal: GoalLine, entries: Iterator[Entered]) -> None:
    """Write the entries behind one figure, with their sum; on a further sheet where one is full."""
    name = str(KIND_NAMES[goal.kind])
    columns = [
        Column(_("Register number"), 18, "text"),
        Column(_("Enterprise"), 36, "text"),
        Column(_("Title"), 36, "text"),
        Column(_("District"), 24, "text"),
        Column(_("Effective on"), 12, "day"),
        Column(_("Quantity (%(unit)s)", unit=goal.unit), 12, "count"),
    ]
    part, number = islice(entries, ROWS_MOST), 1
    while True:
        sheet = Sheet(book, name if number == 1 else f"{name} {number}", columns)
        sheet.row([_("Sum"), "", "", "", "", goal.counted], style="sum")
        sheet.heads()
        sheet.rows(part)
        following = next(entries, None)
        if following is None:
            return
        part, number = islice(chain([following], entries), ROWS_MOST), number + 1


def _write_method(book: Book, answer: Answer) -> None:
    sheet = Sheet(book, str(_("Method")), [Column("", 24, "wrap"), Column("", 100, "wrap")])
    for line in heading(answer.tally):
        sheet.row([str(value) for value in line], style="wrap")
    sheet.row([])
    for rule in [*rules_of(answer.table), CHECKED]:
        sheet.row([str(rule.name), str(rule.text)])
