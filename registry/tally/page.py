"""The tally page, part by part, in the shapes that the templates draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from registry.applications.status import Status
from registry.core.clock import PLACE
from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _, n_
from registry.programme.kinds import Kind
from registry.tally.cards import GoalShown, show_goals
from registry.tally.charts import MapShown, Month, TrendShown, show_map, show_months, show_trends
from registry.tally.checked import CHECKED
from registry.tally.course import Course
from registry.tally.links import Links
from registry.tally.matrix import MatrixShown, show_matrix
from registry.tally.moves import MoveRow, show_move_row, show_moves
from registry.tally.outlook import (
    WeekShown,
    foresee_lead,
    rules_of_course,
    show_week,
)
from registry.tally.queries import Answer
from registry.tally.table import Period, Phase
from registry.tally.words import STAGE_NAMES, Lead, Rule, rules_of

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


class Around(NamedTuple):
    """What the tally page shows around its sections; the same after most records."""

    days: object
    is_begun: bool
    is_over: bool
    bar: TimeBar
    has_map: bool
    ways: Ways


@dataclass(frozen=True)
class Page:
    """All parts of the tally page in the order in which they stand."""

    around: Around
    lead: Lead
    goals: Sequence[GoalShown]
    has_plan: bool
    has_forecast: bool
    matrix: MatrixShown
    moves: Sequence[MoveRow]
    week: WeekShown
    trends: Sequence[TrendShown]
    months: Sequence[Month]
    map: MapShown
    stages: Sequence[Stage]
    pipeline: Sequence[int]
    rules: Sequence[Rule]
    as_of: date
    known_at: datetime
    sequence: int
    head: str


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
    table, counted, head = answer.table, answer.counted, answer.tally.head
    period, districts, outlooks = table.period, answer.tally.districts, course.outlooks
    since = course.month_on, course.year_on
    week, month, year = (course.grown[day] for day in (course.week_on, *since))
    desks = [*(course.desks.of(line.id) for line in districts), course.desks.city]
    moves = show_moves(table, districts, links, since=since, grown=(month, year))
    tiles = show_map(table, links, kind=on_map)
    around = Around(
        days=show_days(period),
        is_begun=any(goal.counted for goal in table.goals),
        is_over=period.phase is Phase.ENDED,
        bar=show_bar(period),
        has_map=bool(tiles.tiles),
        ways=show_ways(links, ends_on=period.ends_on),
    )
    return Page(
        around=around,
        lead=foresee_lead(table, outlooks),
        goals=_show_goals(answer, course, links),
        has_plan=period.phase is Phase.RUNNING,
        has_forecast=any(outlook.forecast for outlook in outlooks),
        matrix=show_matrix(table, tuple([desk.wait for desk in desks]), links, order=order),
        moves=list(map(show_move_row, moves, [desk.took for desk in desks])),
        week=show_week(
            table, counted, links, week_on=course.week_on, grown=week, latest=course.latest
        ),
        trends=show_trends(table, counted, answer.trend, outlooks=outlooks),
        months=show_months(answer.trend, counted),
        map=tiles,
        stages=show_stages(table.kinds, stages),
        pipeline=tuple(goal.pipeline for goal in table.goals),
        rules=(*rules_of(table), *rules_of_course(course), CHECKED),
        as_of=period.as_of,
        known_at=head.recorded_at.astimezone(PLACE),
        sequence=head.sequence,
        head=head.hash,
    )


def _show_goals(answer: Answer, course: Course, links: Links) -> tuple[GoalShown, ...]:
    return show_goals(
        answer.table,
        answer.tally.goals,
        links,
        outlooks=course.outlooks,
        week_on=course.week_on,
        grown=course.grown[course.week_on],
        checked=answer.checked,
        coming=tuple(course.coming.items()),
    )
