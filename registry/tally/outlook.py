"""What moved, what is needed and what is foreseen, in words: beside each figure, and as rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil

from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _, n_
from registry.ledger.answers import GoalLine as Counted
from registry.ledger.differences import Differences
from registry.programme.kinds import Measure
from registry.tally import slots
from registry.tally.behind import HINTS
from registry.tally.changes import Group, group_lines
from registry.tally.course import Course, Grown, Outlook
from registry.tally.forecast import shown
from registry.tally.links import Links
from registry.tally.pace import Wait
from registry.tally.sources import explain_basis
from registry.tally.table import GoalLine, Pace, Period, Table
from registry.tally.words import (
    BAD,
    KIND_NAMES,
    Lead,
    Rule,
    amount,
    join,
    lead_of,
    of_kind,
    signed,
)

DONE = frozenset({Pace.REACHED, Pace.MISSED, Pace.WAITING})


@dataclass(frozen=True)
class Fact:
    """One line under a figure: `url` opens what adds up to the value, `about` what it speaks of."""

    label: object
    value: str
    url: str = ""
    note: object = ""
    about: str = ""


@remembered_lately
def foresee_lead(table: Table, outlooks: tuple[Outlook, ...]) -> Lead:
    """Return the leading sentence, and what the recent pace leads to."""
    lead = lead_of(table)
    known = [
        (goal, outlook.forecast)
        for goal, outlook in zip(table.goals, outlooks, strict=True)
        if outlook.forecast is not None and goal.target
    ]
    gaps = [
        of_kind(goal.kind, amount(gap, goal.unit))
        for goal, forecast in known
        if goal.pace not in DONE and (gap := forecast.short_of(goal.target))
    ]
    if gaps:
        is_well = not any(goal.pace in BAD for goal in table.goals)
        kept = replace(lead, second="", weight="") if is_well else lead
        return replace(
            kept,
            outlook=_("At the recent pace, up to this much may be missing at the end:"),
            shortfall=join(gaps),
        )
    if known and any(goal.pace not in DONE for goal, _forecast in known):
        return replace(lead, outlook=_("By the recent pace every target is reached by the end."))
    return lead


def show_course(
    goal: GoalLine, outlook: Outlook, links: Links, *, change: int, week_on: date, as_of: date
) -> list[Fact]:
    """Return the lines on what is foreseen and needed, and on the week that is over."""
    url = links.changes(since=week_on, kind=goal.kind) if change else ""
    return [
        *_foreseen_facts(goal, outlook),
        *_needed_facts(goal, outlook),
        *_milestone_facts(goal, as_of),
        Fact(_("Against a week ago"), signed(change, goal.unit), url),
    ]


def _foreseen_facts(goal: GoalLine, outlook: Outlook) -> list[Fact]:
    if outlook.forecast is not None:
        return [Fact(_("Forecast for the end"), say_range(outlook, goal.unit))]
    if outlook.needed is None:
        return []
    begins = _("after the first whole month") if outlook.recent is None else _("once it is counted")
    return [Fact(_("Forecast for the end"), str(begins))]


def say_range(outlook: Outlook, unit: str) -> str:
    """Write a forecast from lowest to highest; nothing where there is none."""
    forecast = outlook.forecast
    if forecast is None:
        return ""
    if forecast.low == forecast.high:
        return amount(forecast.low, unit)
    return f"{forecast.low:,}–{amount(forecast.high, unit)}"


def _needed_facts(goal: GoalLine, outlook: Outlook) -> list[Fact]:
    pace = amount(shown(outlook.recent.mean), goal.unit) if outlook.recent else ""
    lately = _("of late %(pace)s", pace=pace) if pace else ""
    if outlook.needed:
        return [Fact(_("Needed a month"), amount(shown(outlook.needed), goal.unit), note=lately)]
    return [Fact(_("A month, of late"), pace)] if pace else []


def _milestone_facts(goal: GoalLine, as_of: date) -> list[Fact]:
    """Name the milestone that comes next, and what is still to come until then."""
    following = goal.line.next_after(as_of)
    if following is None:
        return []
    left = max(following.quantity - goal.counted, 0)
    note = _("%(left)s to come", left=amount(left, goal.unit)) if left else _("reached already")
    label = _("Milestone of %(day)s", day=following.on)
    return [Fact(label, amount(following.quantity, goal.unit), note=note)]


def explain_goal(
    goal: GoalLine, bases: Counted, outlook: Outlook, *, period: Period, given: int | None
) -> list[Rule]:
    """Say in place how a figure came about: rule, unit, source (to be filled in) and date.

    `given` is what the districts were allocated together.
    """
    rules = [
        Rule(_("Counted"), HINTS[goal.kind]),
        Rule(_("Unit"), goal.unit),
        Rule(
            _("Source"),
            _(
                "The tally ledger up to #%(sequence)s, as of %(day)s.",
                sequence=slots.IN_WORDS,
                day=period.as_of,
            ),
        ),
    ]
    rules += explain_basis(goal, bases, period=period, given=given)
    if outlook.needed:
        rules.append(Rule(_("Needed"), _say_needed(goal, period)))
    if outlook.forecast is not None:
        rules.append(Rule(_("Forecast"), say_method(outlook, goal.unit)))
    return rules


def _say_needed(goal: GoalLine, period: Period) -> object:
    return _(
        "%(missing)s to come ÷ %(days)s days left × 30.4 days a month.",
        missing=amount(goal.missing, goal.unit),
        days=f"{period.days_left:,}",
    )


def say_method(outlook: Outlook, unit: str) -> str:
    """Say how a forecast was made, with the paces and shares that were measured."""
    recent, passing = outlook.recent, outlook.passing
    if recent is None:
        return ""
    pace = n_(
        "Lowest and highest of what follows if it goes on: like the slowest months of the last"
        " %(num)s whole month (%(slow)s a month); like their mean (%(mean)s a month).",
        "Lowest and highest of what follows if it goes on: like the slowest three of the last"
        " %(num)s whole months (%(slow)s a month); like their mean (%(mean)s a month).",
        recent.months,
        slow=amount(shown(recent.slow), unit),
        mean=amount(shown(recent.mean), unit),
    )
    if passing is None:
        return str(pace)
    pipeline = _(
        "Or: of what is under way (%(flow)s) %(rate)s passes, in %(days)s working days as measured,"
        " and then the mean.",
        flow=amount(passing.quantity, unit),
        rate=passing.share,
        days=plain(passing.working_days),
    )
    return join_sentences(pace, pipeline)


def join_sentences(*sentences: object) -> str:
    """Write sentences one after the other."""
    return str(_("%(first)s %(second)s", first=sentences[0], second=sentences[1]))


def plain(value: Fraction | float | None) -> int | float | None:
    """Write a half as 5.5 and a whole as 5."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


@dataclass(frozen=True)
class Extra:
    """One more cell at the end of a row of the matrix."""

    label: object
    value: int | float | None
    unit: object


@dataclass(frozen=True, eq=False)
class ExtraHead(Settled):
    """The head of these cells."""

    label: object
    columns: Sequence[object]


@remembered
def show_desk_head() -> ExtraHead:
    """Name the columns on how a desk keeps up."""
    return ExtraHead(_("Review"), [_("Cases overdue"), _("Median days")])


def show_wait(wait: Wait) -> list[Extra]:
    """Return how a desk keeps up: what is overdue, and working days to decide."""
    overdue, median = wait
    return [
        Extra(_("Cases overdue"), overdue, n_("case", "cases", overdue)),
        Extra(_("Median days"), plain(median), n_("day", "days", ceil(median or 0))),
    ]


@dataclass(frozen=True)
class Delta:
    """How much one goal grew."""

    label: object
    value: int
    unit: str


@dataclass(frozen=True, eq=False)
class WeekShown(Settled):
    """The week up to the day: how much each goal grew, and the latest plus and minus."""

    says: object
    deltas: Sequence[Delta]
    groups: Sequence[Group]
    has_more: bool
    url: str


@remembered_lately
def show_week(
    table: Table,
    measures: tuple[tuple[Measure, ...], ...],
    links: Links,
    *,
    week_on: date,
    grown: Grown,
    latest: Differences,
) -> WeekShown:
    """Set out what changed in the last week; of each goal the measures that it adds up."""
    goals = table.goals
    units = {each: goal.unit for goal, names in zip(goals, measures, strict=True) for each in names}
    return WeekShown(
        says=_("%(first)s to %(last)s", first=week_on, last=table.period.as_of),
        deltas=[
            Delta(KIND_NAMES[goal.kind], change, goal.unit)
            for goal, change in zip(goals, grown.city, strict=True)
        ],
        groups=group_lines(latest.lines, units),
        has_more=latest.following is not None,
        url=links.changes(since=week_on),
    )


def rules_of_course(course: Course) -> Sequence[Rule]:
    """Say how movement, pace and forecast came about, as far as they are shown."""
    return [*_rules_of_pace(), _rule_of_desks(course.desks.city.decided)]


@remembered
def _rules_of_pace() -> Sequence[Rule]:
    return [
        Rule(
            _("Forecast"),
            _(
                "The range from three ways to go on until the end: the slowest three of the last"
                " six whole months; their mean; what is under way, by the share that passes and the"
                " days it takes, and then the mean. Beside each figure stand its own numbers."
            ),
        ),
        Rule(
            _("Plus or minus"),
            _(
                "The figure of the day less that of a week, a month or a year before, both by the"
                " same knowledge and by today's rule. Every plus and minus can be opened."
            ),
        ),
    ]


@remembered
def _rule_of_desks(decided: int) -> Rule:
    return Rule(
        _("Time to decide"),
        _(
            "Working days from filing to decision, less those on which the enterprise had the"
            " case; the cases decided in the year up to the day (%(decided)s). Nine tenths took"
            " no longer than the 90th percentile. Overdue: the promised 20 working days are"
            " over.",
            decided=f"{decided:,}",
        ),
    )
