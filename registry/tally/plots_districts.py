"""The figures of the charts that set the districts beside each other."""

from __future__ import annotations

from math import ceil, inf

from registry.core.language import _, n_
from registry.programme.kinds import Kind
from registry.tally.charts import short_name
from registry.tally.outlook import plain
from registry.tally.pace import Desks
from registry.tally.plots import Column, Form, Mark, Plot, Row
from registry.tally.plots_city import has_plan
from registry.tally.queries import Answer
from registry.tally.table import Cell, GoalLine, Table
from registry.tally.words import KIND_NAMES, amount, join

BEHIND = "▼ "
NAMED = 3


def plot_districts(name: str, table: Table, kind: Kind, *, url: str) -> Plot:
    """Rank the districts by share of their allocation; by count where nothing is allocated."""
    if table.allocated(kind) is None:
        return _plot_counts(name, table, kind, url=url)
    goal, period = table.goal(kind), table.period
    plan = goal.plan_share if has_plan(goal, period) else None
    rows = []
    for row in table.ordered_by(kind):
        cell = row.cell(kind)
        tick = plan if cell.share is not None else None
        values = (cell.share, tick, cell.counted, cell.allocated)
        rows.append(Row(short_name(row), values, _say_cell(cell, goal)))
    return Plot(
        name=name,
        form=Form.RANKING,
        title=_("%(kind)s: share of the own allocation", kind=KIND_NAMES[kind]),
        unit="%",
        says=_say_ranking(goal, rows),
        head=_("District"),
        columns=[
            Column(Mark.BAR, _("Share of the own allocation"), "%", 1),
            Column(Mark.TICK, _("Plan line"), "%", 1),
            Column(Mark.NONE, _("Counted"), goal.unit),
            Column(Mark.NONE, _("Allocated"), goal.unit),
        ],
        rows=rows,
        note=_("▼ five percentage points or more under the plan line."),
        is_share=True,
        url=url,
        url_says=_("Entries behind the figure"),
    )


def _say_cell(cell: Cell, goal: GoalLine) -> str:
    if cell.allocated is None or cell.share is None:
        return amount(cell.counted, goal.unit)
    mark = BEHIND if cell.behind else ""
    of = f"{cell.counted:,} / {amount(cell.allocated, goal.unit)}"
    return f"{mark}{cell.share:,.1f}% · {of}"


def _plot_counts(name: str, table: Table, kind: Kind, *, url: str) -> Plot:
    goal = table.goal(kind)
    ranked = sorted(table.districts, key=lambda row: -row.cell(kind).counted)
    rows = [
        Row(short_name(row), (count,), amount(count, goal.unit))
        for row in ranked
        for count in (row.cell(kind).counted,)
    ]
    return Plot(
        name=name,
        form=Form.RANKING,
        title=_("%(kind)s by district", kind=KIND_NAMES[kind]),
        unit=goal.unit,
        says=_say_ranking(goal, rows),
        head=_("District"),
        columns=[Column(Mark.BAR, _("Counted"), goal.unit)],
        rows=rows,
        note=_("Nothing is allocated to the districts on this day."),
        url=url,
        url_says=_("Entries behind the figure"),
    )


def _say_ranking(goal: GoalLine, rows: list[Row]) -> object:
    first = join([f"{row.label} {row.says}" for row in rows[:NAMED]])
    return _(
        "%(kind)s, the districts in order, first: %(first)s. The same figures stand in the table"
        " below.",
        kind=KIND_NAMES[goal.kind],
        first=first,
    )


def plot_days(name: str, answer: Answer, desks: Desks) -> Plot:
    """Set the working days that each district took beside those of nine tenths of its cases."""
    ids = {line.code: line.id for line in answer.tally.districts}
    found = [(short_name(row), desks.of(ids[row.code])) for row in answer.table.districts]
    found.sort(key=lambda named: inf if named[1].median is None else named[1].median)
    is_whole = all(desk.median is None or desk.median == int(desk.median) for _, desk in found)
    rows = [
        Row(
            label,
            (plain(desk.median), desk.percentile, desk.decided, desk.overdue),
            ""
            if desk.median is None or desk.percentile is None
            else str(
                _(
                    "median %(median)s · nine tenths within %(tail)s days",
                    median=plain(desk.median),
                    tail=desk.percentile,
                )
            ),
        )
        for label, desk in found
    ]
    return Plot(
        name=name,
        form=Form.RANKING,
        title=_("Working days to decide, by district"),
        unit=n_("working day", "working days", 2),
        says=_say_days(desks),
        head=_("District"),
        columns=[
            Column(Mark.BAR, _("Median"), n_("day", "days", 2), 0 if is_whole else 1),
            Column(Mark.TICK, _("Nine tenths within"), n_("day", "days", 2)),
            Column(Mark.NONE, _("Decided within a year"), n_("case", "cases", 2)),
            Column(Mark.NONE, _("Overdue now"), n_("case", "cases", 2)),
        ],
        rows=rows,
        note=_(
            "Cases decided in the year up to this day, without the days the enterprise had them."
        ),
    )


def _say_days(desks: Desks) -> object:
    city = desks.city
    if city.median is None:
        return _("No case was decided in the year up to this day.")
    return _(
        "Working days to decide in the whole city: median %(median)s, nine tenths within %(tail)s."
        " The same figures stand in the table below.",
        median=plain(city.median),
        tail=ceil(city.percentile or 0),
    )
