"""The four figures of the tally page, each with what stands under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.core.kept import Settled, remembered, remembered_lately
from registry.core.language import _
from registry.ledger.answers import GoalLine as Counted
from registry.ledger.checks import Checked, add_checked
from registry.programme.kinds import Kind, Measure
from registry.tally.checked import say_checked
from registry.tally.course import Grown, Outlook
from registry.tally.links import Links
from registry.tally.outlook import Fact, explain_goal, show_course
from registry.tally.table import GoalLine, Period, Phase, Table
from registry.tally.words import APART_NAMES, KIND_NAMES, VERDICTS, Rule, amount, signed


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


@remembered_lately
def show_goals(
    table: Table,
    counted: tuple[Counted, ...],
    links: Links,
    *,
    outlooks: tuple[Outlook, ...],
    week_on: date,
    grown: Grown,
    checked: Mapping[Measure, Checked],
    coming: tuple[tuple[Kind, int], ...],
) -> tuple[GoalShown, ...]:
    """Return the four figures with what stands under each; `grown`: since the week's first day.

    `coming` has the targets of the first day, while it is still to come.
    """
    targets = dict(coming)
    return tuple(
        _show_goal(
            (goal, bases, outlook),
            links,
            period=table.period,
            week=(week_on, change),
            coming=targets.get(goal.kind),
            given=table.allocated(goal.kind),
            checked=add_checked(checked, bases.measures),
        )
        for goal, bases, outlook, change in zip(
            table.goals, counted, outlooks, grown.city, strict=True
        )
    )


@remembered
def _show_goal(
    figure: tuple[GoalLine, Counted, Outlook],
    links: Links,
    *,
    period: Period,
    week: tuple[date, int],
    coming: int | None,
    given: int | None,
    checked: Checked,
) -> GoalShown:
    """Set out one figure: `week` has its first day and the growth, `given` is to the districts."""
    goal, bases, outlook = figure
    status, verdict = VERDICTS[goal.pace]
    week_on, change = week
    has_plan = bool(goal.target) and period.phase is Phase.RUNNING
    return GoalShown(
        kind=goal.kind.value,
        name=KIND_NAMES[goal.kind],
        counted=goal.counted,
        unit=goal.unit,
        target=coming if goal.target is None else goal.target,
        url=links.entries(kind=goal.kind),
        status=status,
        verdict=verdict,
        plan=goal.plan if has_plan else None,
        low=outlook.forecast.low if outlook.forecast else None,
        high=outlook.forecast.high if outlook.forecast else None,
        facts=[
            *_share_facts(goal, period, has_plan=has_plan, is_coming=coming is not None),
            *show_course(
                goal,
                outlook,
                links,
                change=change,
                week_on=week_on,
                as_of=period.as_of,
            ),
            Fact(_("Under way, not counted"), amount(goal.pipeline, goal.unit), "#pipeline"),
            *_apart_facts(goal, bases.ever, links),
            say_checked(goal, checked, links),
        ],
        rules=explain_goal(goal, bases, outlook, period=period, given=given),
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
