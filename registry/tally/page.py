"""The tally page, part by part, in the shapes that the templates draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.applications.status import Status
from registry.core.clock import PLACE
from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _, n_
from registry.programme.kinds import Kind
from registry.tally.cards import GoalShown, show_goals
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
from registry.tally.checked import CHECKED
from registry.tally.course import Course
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
    MoveRow,
    WeekShown,
    foresee_lead,
    rules_of_course,
    show_desk_head,
    show_moves,
    show_week,
)
from registry.tally.queries import Answer
from registry.tally.sources import note_allocations
from registry.tally.table import Period, Phase
from registry.tally.words import (
    KIND_NAMES,
    STAGE_NAMES,
    Lead,
    Rule,
    rules_of,
)

YEARS_MOST = 6


@dataclass(frozen=True, eq=False)
class Stage(Settled):
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


@remembered
def show_days(period: Period) -> object:
    """Say which day of the programme it is and how many are left."""
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


@remembered
def show_maps(kinds: tuple[Kind, ...], links: Links, *, shown: Kind) -> tuple[Choice, ...]:
    """Offer each kind for the map."""
    return tuple(
        Choice(KIND_NAMES[kind], f"{links.again(map=kind)}#map", kind is shown) for kind in kinds
    )


@remembered
def say_map(kind: Kind) -> object:
    """Say what the map shows."""
    return _("Share of the own allocation by district: %(kind)s", kind=KIND_NAMES[kind])


@remembered_lately
def show_stages(
    kinds: tuple[Kind, ...], stages: Mapping[Status, Mapping[Kind, int]]
) -> tuple[Stage, ...]:
    """Return the cases under way, stage by stage."""
    return tuple(
        Stage(STAGE_NAMES[stage], [counts.get(kind, 0) for kind in kinds])
        for stage, counts in stages.items()
    )


@dataclass(frozen=True, eq=False)
class Ways(Settled):
    """The addresses of the same figures in other forms, and of the result."""

    result: str
    file: str
    workbook: str
    briefing: str
    charts: str


@remembered
def show_ways(links: Links, *, ends_on: date) -> Ways:
    """Return where else the figures of a page are."""
    return Ways(
        links.again(as_of=ends_on.isoformat()),
        links.file(),
        links.workbook(),
        links.briefing(),
        links.charts(),
    )


@dataclass(frozen=True)
class Page:
    """All parts of the tally page in the order in which they stand."""

    days: object
    lead: Lead
    is_begun: bool
    is_over: bool
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
    ways: Ways


def show_page(
    answer: Answer,
    stages: Mapping[Status, Mapping[Kind, int]],
    links: Links,
    *,
    course: Course,
    order: Kind | None,
    on_map: Kind,
) -> Page:
    """Set out the whole page; `order` is the kind whose share orders the districts.

    What hangs together is given again as it is while all that it is made of is the same.
    """
    table, counted, head = answer.table, answer.tally.goals, answer.tally.head
    period, kinds, districts = table.period, table.kinds, answer.tally.districts
    desks, outlooks, week = course.desks, course.outlooks, course.grown[course.week_on]
    coming = tuple(course.coming.items())
    grown = course.grown[course.month_on], course.grown[course.year_on]
    return Page(
        days=show_days(period),
        lead=foresee_lead(table, outlooks),
        is_begun=any(goal.counted for goal in table.goals),
        is_over=period.phase is Phase.ENDED,
        bar=show_bar(period),
        goals=show_goals(
            table,
            counted,
            links,
            outlooks=outlooks,
            week_on=course.week_on,
            grown=week,
            checked=answer.checked,
            coming=coming,
        ),
        has_plan=period.phase is Phase.RUNNING,
        has_forecast=any(outlook.forecast for outlook in outlooks),
        kinds=show_kinds(table),
        districts_say=say_districts(table),
        orders=show_orders(kinds, links, order=order),
        rows=show_rows(
            table, tuple(desks.of(line.id).wait for line in districts), links, order=order
        ),
        city=show_city(table, desks.city.wait, links),
        desk_head=show_desk_head(),
        moves=show_moves(
            table,
            districts,
            links,
            since=(course.month_on, course.year_on),
            grown=grown,
            desks=desks,
        ),
        week=show_week(
            table,
            answer.counted,
            links,
            week_on=course.week_on,
            grown=week,
            latest=course.latest,
        ),
        allocation_notes=note_allocations(table),
        trends=show_trends(table, answer.counted, answer.trend, outlooks=outlooks),
        months=show_months(answer.trend, answer.counted),
        maps=show_maps(kinds, links, shown=on_map),
        map_says=say_map(on_map),
        tiles=show_tiles(table, links, kind=on_map),
        waters=show_waters(),
        stages=show_stages(kinds, stages),
        pipeline=tuple(goal.pipeline for goal in table.goals),
        rules=(*rules_of(table), *rules_of_course(course), CHECKED),
        as_of=period.as_of,
        known_at=head.recorded_at.astimezone(PLACE),
        sequence=head.sequence,
        head=head.hash,
        ways=show_ways(links, ends_on=period.ends_on),
    )
