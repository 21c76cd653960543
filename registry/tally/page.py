"""The tally page, part by part, in the shapes that the templates draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.applications.status import Status
from registry.core.clock import PLACE
from registry.core.kept import Settled, remembered
from registry.core.language import _, n_
from registry.ledger.answers import GoalLine as Counted
from registry.ledger.checks import Checked, add_checked
from registry.programme.kinds import Kind, Measure
from registry.tally.charts import (
    Month,
    Tile,
    TrendShown,
    Water,
    show_months,
    show_tiles,
    show_trends,
    show_waters,
)
from registry.tally.checked import CHECKED, say_checked
from registry.tally.course import Course, Outlook
from registry.tally.links import Choice, Links
from registry.tally.matrix import (
    KindShown,
    RowShown,
    say_districts,
    show_city,
    show_kinds,
    show_orders,
    show_rows,
)
from registry.tally.outlook import (
    ExtraHead,
    Fact,
    MoveRow,
    WeekShown,
    explain_goal,
    foresee_lead,
    rules_of_course,
    show_course,
    show_desk_head,
    show_moves,
    show_week,
)
from registry.tally.queries import Answer
from registry.tally.sources import note_allocations
from registry.tally.table import GoalLine, Period, Phase, Table
from registry.tally.words import (
    APART_NAMES,
    KIND_NAMES,
    STAGE_NAMES,
    VERDICTS,
    Lead,
    Rule,
    amount,
    lead_of,
    rules_of,
    signed,
)

YEARS_MOST = 6


@dataclass(frozen=True, eq=False)
class GoalShown(Settled):
    """One of the four figures."""

    kind: str
    name: object
    counted: int
    unit: str
    target: int | None
    url: str
    status: str
    verdict: object
    plan: Decimal | None
    low: int | None
    high: int | None
    facts: Sequence[Fact]
    rules: Sequence[Rule]


@dataclass(frozen=True)
class Stage:
    """Cases under way at one stage, by kind."""

    name: object
    values: Sequence[int]


@dataclass(frozen=True)
class Mark:
    """A year on the bar of time; `at` in per cent."""

    at: float
    label: str


@dataclass(frozen=True, eq=False)
class TimeBar(Settled):
    """How much of the programme's time is gone, in per cent."""

    starts_on: date
    ends_on: date
    percent: float
    label: object
    marks: Sequence[Mark]
    says: object


def show_days(table: Table) -> object:
    """Say which day of the programme it is and how many are left."""
    period = table.period
    if period.phase is Phase.BEFORE:
        return _("Not begun: %(first)s to %(last)s", first=period.starts_on, last=period.ends_on)
    if period.phase is Phase.ENDED:
        return _("Ended: %(first)s to %(last)s", first=period.starts_on, last=period.ends_on)
    return n_(
        "Day %(day)s of %(total)s · %(num)s day left until %(last)s",
        "Day %(day)s of %(total)s · %(num)s days left until %(last)s",
        period.days_left,
        day=f"{period.elapsed_days:,}",
        total=f"{period.total_days:,}",
        last=period.ends_on,
    )


@remembered
def show_bar(period: Period) -> TimeBar:
    """Draw the programme's days with the one that is asked for."""
    words = {"day": period.as_of, "percent": f"{period.percent:.1f}"}
    return TimeBar(
        period.starts_on,
        period.ends_on,
        period.percent,
        label=_("%(day)s · %(percent)s%% of the time", **words),
        marks=_mark_years(period),
        says=_(
            "Time of the programme from %(first)s to %(last)s: %(percent)s%% gone on %(day)s",
            first=period.starts_on,
            last=period.ends_on,
            **words,
        ),
    )


def _mark_years(period: Period) -> list[Mark]:
    """Mark each new year within the programme, not more than can be read."""
    years = range(period.starts_on.year + 1, period.ends_on.year + 1)
    every = -(-len(years) // YEARS_MOST) or 1
    return [Mark(_percent_at(date(year, 1, 1), period), str(year)) for year in years[::every]]


def _percent_at(day: date, period: Period) -> float:
    return round(100 * (day - period.starts_on).days / period.total_days, 2)


def show_goals(answer: Answer, links: Links, *, course: Course) -> list[GoalShown]:
    """Return the four figures with what stands under each."""
    table, changes = answer.table, course.grown[course.week_on][None]
    return [
        _show_goal(
            goal,
            bases,
            Beside(
                table.period,
                course.outlooks[goal.kind],
                coming=course.coming.get(goal.kind),
                given=table.allocated(goal.kind),
                week_on=course.week_on,
                change=change,
                checked=add_checked(answer.checked, bases.measures),
                ever=answer.ever.get(goal.kind),
            ),
            links,
        )
        for goal, bases, change in zip(table.goals, answer.tally.goals, changes, strict=True)
    ]


@dataclass(frozen=True)
class Beside:
    """What is said beside a figure: `given` to the districts together, the `change` of the week.

    `coming` is the target of the first day, while it is still to come.
    """

    period: Period
    outlook: Outlook
    coming: int | None
    given: int | None
    week_on: date
    change: int
    checked: Checked
    ever: tuple[tuple[Measure, ...], int] | None


@remembered
def _show_goal(goal: GoalLine, bases: Counted, beside: Beside, links: Links) -> GoalShown:
    status, verdict = VERDICTS[goal.pace]
    period, outlook = beside.period, beside.outlook
    has_plan = bool(goal.target) and period.phase is Phase.RUNNING
    return GoalShown(
        kind=goal.kind.value,
        name=KIND_NAMES[goal.kind],
        counted=goal.counted,
        unit=goal.unit,
        target=beside.coming if goal.target is None else goal.target,
        url=links.entries(kind=goal.kind),
        status=status,
        verdict=verdict,
        plan=goal.plan if has_plan else None,
        low=outlook.forecast.low if outlook.forecast else None,
        high=outlook.forecast.high if outlook.forecast else None,
        facts=[
            *_share_facts(goal, period, has_plan=has_plan, is_coming=beside.coming is not None),
            *show_course(
                goal,
                outlook,
                links,
                change=beside.change,
                week_on=beside.week_on,
                as_of=period.as_of,
            ),
            Fact(_("Under way, not counted"), amount(goal.pipeline, goal.unit), "#pipeline"),
            *_apart_facts(goal, beside.ever, links),
            say_checked(goal, beside.checked, links),
        ],
        rules=explain_goal(goal, bases, outlook, period=period, given=beside.given),
    )


def _share_facts(goal: GoalLine, period: Period, *, has_plan: bool, is_coming: bool) -> list[Fact]:
    if goal.share is None:
        none = (
            _("from %(day)s on", day=period.starts_on) if is_coming else _("no target on this day")
        )
        return [Fact(_("Share of the target"), str(none))]
    lead = _("%(lead)s vs plan", lead=signed(goal.lead, goal.unit))
    return [
        Fact(_("Share of the target"), f"{goal.share:,.1f}%", note=lead if has_plan else ""),
        Fact(_("Still to come"), amount(goal.missing, goal.unit)),
    ]


def _apart_facts(
    goal: GoalLine, ever: tuple[tuple[Measure, ...], int] | None, links: Links
) -> list[Fact]:
    """Name what the goal leaves out: mobile robots, and those that have left the stock."""
    facts = [
        Fact(APART_NAMES[measure], amount(total, goal.unit), links.entries(measures=(measure,)))
        for measure, total in goal.apart.items()
    ]
    if ever is not None:
        measures, total = ever
        url = links.entries(measures=measures)
        facts.append(Fact(_("Ever deployed, retired ones too"), amount(total, goal.unit), url))
    return facts


@remembered
def show_maps(kinds: Sequence[Kind], links: Links, *, shown: Kind) -> list[Choice]:
    """Offer each kind for the map."""
    return [
        Choice(KIND_NAMES[kind], f"{links.again(map=kind)}#map", kind is shown) for kind in kinds
    ]


def show_stages(answer: Answer, stages: Mapping[Status, Mapping[Kind, int]]) -> list[Stage]:
    """Return the cases under way, stage by stage."""
    kinds = answer.table.kinds
    return [
        Stage(STAGE_NAMES[stage], [counts.get(kind, 0) for kind in kinds])
        for stage, counts in stages.items()
    ]


@dataclass(frozen=True)
class Page:
    """All parts of the tally page in the order in which they stand."""

    days: object
    lead: Lead
    is_over: bool
    result_url: str
    bar: TimeBar
    goals: Sequence[GoalShown]
    has_plan: bool
    has_forecast: bool
    kinds: Sequence[KindShown]
    districts_say: object
    orders: Sequence[Choice]
    rows: Sequence[RowShown]
    city: RowShown
    desk_head: ExtraHead
    moves: Sequence[MoveRow]
    week: WeekShown
    allocation_notes: Sequence[object]
    trends: Sequence[TrendShown]
    months: Sequence[Month]
    maps: Sequence[Choice]
    map_says: object
    tiles: Sequence[Tile]
    waters: Sequence[Water]
    stages: Sequence[Stage]
    pipeline: Sequence[int]
    rules: Sequence[Rule]
    as_of: date
    known_at: datetime
    sequence: int
    head: str
    file_url: str
    workbook_url: str
    briefing_url: str
    charts_url: str


def show_page(
    answer: Answer,
    stages: Mapping[Status, Mapping[Kind, int]],
    links: Links,
    *,
    course: Course,
    order: Kind | None,
    on_map: Kind,
) -> Page:
    """Set out the whole page; `order` is the kind whose share orders the districts."""
    table, period, head = answer.table, answer.table.period, answer.tally.head
    has_plan = period.phase is Phase.RUNNING
    ids = {line.code: line.id for line in answer.tally.districts}
    return Page(
        days=show_days(table),
        lead=foresee_lead(lead_of(table), table, course),
        is_over=period.phase is Phase.ENDED,
        result_url=links.again(as_of=period.ends_on.isoformat()),
        bar=show_bar(period),
        goals=show_goals(answer, links, course=course),
        has_plan=has_plan,
        has_forecast=any(outlook.forecast for outlook in course.outlooks.values()),
        kinds=show_kinds(table),
        districts_say=say_districts(table),
        orders=show_orders(table.kinds, links, order=order),
        rows=show_rows(table, links, order=order, desks=course.desks, ids=ids),
        city=show_city(table, links, desks=course.desks),
        desk_head=show_desk_head(),
        moves=show_moves(answer, course, links),
        week=show_week(answer, course, links),
        allocation_notes=note_allocations(table),
        trends=show_trends(answer, course=course),
        months=show_months(answer),
        maps=show_maps(table.kinds, links, shown=on_map),
        map_says=_("Share of the own allocation by district: %(kind)s", kind=KIND_NAMES[on_map]),
        tiles=show_tiles(table, links, kind=on_map),
        waters=show_waters(),
        stages=show_stages(answer, stages),
        pipeline=[goal.pipeline for goal in table.goals],
        rules=[*rules_of(table), *rules_of_course(course), CHECKED],
        as_of=period.as_of,
        known_at=head.recorded_at.astimezone(PLACE),
        sequence=head.sequence,
        head=head.hash,
        file_url=links.file(),
        workbook_url=links.workbook(),
        briefing_url=links.briefing(),
        charts_url=links.charts(),
    )
