"""The figures of the charts of the whole city: course, months, stock, stages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from registry.applications.status import Status
from registry.core.language import _
from registry.ledger.queries import TrendPoint
from registry.programme.kinds import Kind, Measure
from registry.tally.forecast import Forecast
from registry.tally.plots import Column, Form, Mark, Plot, Row, Span, Value
from registry.tally.queries import Answer
from registry.tally.table import FINE_BELOW, GoalLine, Period, Phase
from registry.tally.words import KIND_NAMES, STAGE_NAMES, amount, signed

MONTHS_MOST = 36
STAGE_MARKS: Mapping[Status, Mark] = {
    Status.SUBMITTED: Mark.OPEN,
    Status.IN_REVIEW: Mark.SOLID,
    Status.RETURNED: Mark.DOTTED,
}


def total_of(point: TrendPoint, measures: Collection[Measure]) -> int:
    """Add up what a point of the trend has of some measures."""
    return sum(point.totals.get(measure, 0) for measure in measures)


def _span(period: Period, *, has_begun: bool) -> Span:
    last = max(period.ends_on, period.as_of)
    return Span(period.starts_on, last, period.as_of if has_begun else None)


def plot_course(
    name: str, answer: Answer, kind: Kind, *, forecast: Forecast | None, url: str
) -> Plot:
    """Set a goal's cumulative count against its plan line, up to what is foreseen for the end."""
    goal, period = answer.table.goal(kind), answer.table.period
    counted = {point.on: total_of(point, answer.measures(kind)) for point in answer.trend}
    columns = [Column(Mark.COUNTED, _("Counted"), goal.unit)]
    if goal.target:
        digits = 1 if goal.target < FINE_BELOW else 0
        columns.append(Column(Mark.PLAN, _("Plan line"), goal.unit, digits))
    if forecast:
        columns.append(Column(Mark.LOW, _("Forecast, lowest"), goal.unit))
        columns.append(Column(Mark.HIGH, _("Forecast, highest"), goal.unit))

    def value(mark: Mark, day: date) -> Value:
        if mark is Mark.COUNTED:
            return counted.get(day)
        if mark is Mark.PLAN:
            return _planned(goal, period, day)
        at_end = forecast if day == period.ends_on else None
        return (at_end.low if mark is Mark.LOW else at_end.high) if at_end else None

    ahead = list_corners(goal, period) if goal.target else []
    days = sorted({*counted, *ahead})
    return Plot(
        name=name,
        form=Form.COURSE,
        title=_("%(kind)s: counted so far", kind=KIND_NAMES[kind]),
        unit=goal.unit,
        says=_say_course(goal, period, forecast),
        head=_("Day"),
        columns=columns,
        rows=[
            Row(day.isoformat(), tuple(value(column.mark, day) for column in columns))
            for day in days
        ],
        note=_("At each month's end. Before the first day of the programme nothing is counted."),
        span=_span(period, has_begun=bool(counted)),
        url=url,
        url_says=_("Entries behind the figure"),
    )


def _planned(goal: GoalLine, period: Period, day: date) -> Decimal | None:
    """Round the plan line as the pages show it; after its end there is none."""
    if day > period.ends_on:
        return None
    exact = goal.line.at(day)
    step = Decimal("0.1") if (goal.target or 0) < FINE_BELOW else Decimal(1)
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return value.quantize(step, rounding=ROUND_HALF_UP)


def list_corners(goal: GoalLine, period: Period) -> list[date]:
    """Return the days at whose end the plan line bends or ends; it begins at nothing."""
    eve = period.starts_on - timedelta(days=1)
    return [eve + timedelta(days=gone) for gone, _quantity in goal.line.points[1:]]


def _say_course(goal: GoalLine, period: Period, forecast: Forecast | None) -> object:
    words = {
        "kind": KIND_NAMES[goal.kind],
        "counted": amount(goal.counted, goal.unit),
        "day": period.as_of,
        "target": amount(goal.target, goal.unit) if goal.target else _("not set"),
    }
    if forecast is None:
        return _(
            "%(kind)s, cumulative: %(counted)s on %(day)s, target %(target)s. The same figures"
            " stand in the table below.",
            **words,
        )
    return _(
        "%(kind)s, cumulative: %(counted)s on %(day)s, target %(target)s, foreseen for the end"
        " %(low)s to %(high)s. The same figures stand in the table below.",
        **words,
        low=f"{forecast.low:,}",
        high=amount(forecast.high, goal.unit),
    )


def plot_months(
    name: str, answer: Answer, kind: Kind, corrections: Mapping[date, int], *, url: str
) -> Plot:
    """Part what each month brought into new work and the rest; their sum is the growth."""
    goal, measures = answer.table.goal(kind), answer.measures(kind)
    rows: list[Row] = []
    before = 0
    for point in answer.trend:
        total = total_of(point, measures)
        corrected = corrections.get(point.month, 0)
        grown, before = total - before, total
        label = point.month.strftime("%Y-%m")
        rows.append(Row(label, (grown - corrected, corrected, grown)))
    shown = rows[-MONTHS_MOST:]
    return Plot(
        name=name,
        form=Form.MONTHS,
        title=_("%(kind)s: what each month brought", kind=KIND_NAMES[kind]),
        unit=goal.unit,
        says=_(
            "%(kind)s by month: %(new)s of new work and %(corrected)s of corrections, moves and"
            " revocations in %(count)s months. The same figures stand in the table below.",
            kind=KIND_NAMES[kind],
            new=signed(_sum(shown, 0), goal.unit),
            corrected=signed(_sum(shown, 1), goal.unit),
            count=len(shown),
        ),
        head=_("Month"),
        columns=[
            Column(Mark.NEW, _("New work"), goal.unit),
            Column(Mark.CORRECTED, _("Corrections and revocations"), goal.unit),
            Column(Mark.NONE, _("Change"), goal.unit),
        ],
        rows=shown,
        note=_("By the day of effect. The month of the day asked for may not be over."),
        url=url,
        url_says=_("Every plus and minus"),
    )


def _sum(rows: Sequence[Row], place: int) -> int:
    return sum(int(row.values[place] or 0) for row in rows)


def plot_stock(name: str, answer: Answer, kind: Kind, *, url: str) -> Plot:
    """Set what is in use against all that was ever counted."""
    goal, (measures, _total) = answer.table.goal(kind), answer.ever[kind]
    rows = []
    for point in answer.trend:
        used, every = total_of(point, answer.measures(kind)), total_of(point, measures)
        rows.append(Row(point.on.isoformat(), (used, every, every - used)))
    in_use, ever = (_sum(rows[-1:], place) for place in range(2))
    return Plot(
        name=name,
        form=Form.COURSE,
        title=_("%(kind)s: in use, and ever deployed", kind=KIND_NAMES[kind]),
        unit=goal.unit,
        says=_(
            "%(kind)s on %(day)s: %(now)s in use, %(ever)s ever deployed. The same figures stand in"
            " the table below.",
            kind=KIND_NAMES[kind],
            day=answer.table.period.as_of,
            now=amount(in_use, goal.unit),
            ever=amount(ever, goal.unit),
        ),
        head=_("Day"),
        columns=[
            Column(Mark.COUNTED, _("In use"), goal.unit),
            Column(Mark.EVER, _("Ever deployed"), goal.unit),
            Column(Mark.NONE, _("Left the stock"), goal.unit),
        ],
        rows=rows,
        note=_("What was scrapped, sold or moved out leaves the stock and stays in ever deployed."),
        span=_span(answer.table.period, has_begun=bool(rows)),
        url=url,
        url_says=_("Entries behind the figure"),
    )


def plot_stages(name: str, answer: Answer, stages: Mapping[Status, Mapping[Kind, int]]) -> Plot:
    """Share out what is under way by the stage at which it stands, each kind in its unit."""
    rows = []
    for goal in answer.table.goals:
        values = [counts.get(goal.kind, 0) for counts in stages.values()]
        parts = " + ".join(f"{value:,}" for value in values)
        says = f"{parts} = {amount(sum(values), goal.unit)}"
        row = Row(str(KIND_NAMES[goal.kind]), (*values, sum(values)), says, goal.unit)
        rows.append(row)
    return Plot(
        name=name,
        form=Form.PARTS,
        title=_("Under way, by stage"),
        unit=_("by kind"),
        says=_("Under way, in no figure above: %(what)s", what="; ".join(map(_say_row, rows))),
        head=_("Kind"),
        columns=[
            *[Column(STAGE_MARKS[stage], STAGE_NAMES[stage]) for stage in stages],
            Column(Mark.NONE, _("Total")),
        ],
        rows=rows,
        note=_("Filed and not decided, in no figure. Each bar is the whole of its kind."),
    )


def _say_row(row: Row) -> str:
    return f"{row.label} {row.says}"


def has_plan(goal: GoalLine, period: Period) -> bool:
    """Say whether there is a plan line on the day asked for."""
    return bool(goal.target) and period.phase is not Phase.BEFORE
