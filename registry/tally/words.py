"""What the figures say, in sentences: the answer first, then what to read beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.lists import format_list
from flask_babel import get_locale

from registry.applications.status import Status
from registry.core.kept import Settled, remembered
from registry.core.language import _, agree, is_chinese, n_
from registry.entries.catalogue import CATALOGUE
from registry.programme.kinds import Kind, Measure
from registry.tally.table import GoalLine, Pace, Period, Phase, Table

KIND_NAMES: Mapping[Kind, object] = {kind: facts.label for kind, facts in CATALOGUE.items()}
MEASURE_NAMES: Mapping[Measure, object] = {
    Measure.SMART_FACTORY: _("Smart factory"),
    Measure.SMART_WORKSHOP: _("Smart workshop"),
    Measure.EQUIPMENT_UPGRADE: _("Equipment upgrade"),
    Measure.ROBOT: _("Industrial robots in use"),
    Measure.MOBILE_ROBOT: _("Mobile robots (AGV, AMR) in use"),
    Measure.ROBOT_RETIRED: _("Industrial robots retired"),
    Measure.MOBILE_ROBOT_RETIRED: _("Mobile robots retired"),
}
APART_NAMES: Mapping[Measure, object] = {
    Measure.MOBILE_ROBOT: _("Mobile robots, apart"),
}
STAGE_NAMES: Mapping[Status, object] = {
    Status.SUBMITTED: _("Waiting to be taken up"),
    Status.IN_REVIEW: _("Under review"),
    Status.RETURNED: _("Returned to be mended"),
}
VERDICTS: Mapping[Pace, tuple[str, object]] = {
    Pace.WAITING: ("", ""),
    Pace.AHEAD: ("ahead", _("Ahead of plan")),
    Pace.LEVEL: ("level", _("On plan")),
    Pace.BEHIND: ("behind", _("Behind plan")),
    Pace.REACHED: ("ahead", _("Target reached")),
    Pace.MISSED: ("behind", _("Target not reached")),
}
GOOD = frozenset({Pace.AHEAD, Pace.REACHED})
BAD = frozenset({Pace.BEHIND, Pace.MISSED})


@dataclass(frozen=True, eq=False)
class Lead(Settled):
    """The leading sentence: how it stands, and where it leads.

    `weight` is the words of the second part that are set off, `shortfall` those of the outlook.
    """

    first: object
    second: object = ""
    weight: object = ""
    outlook: object = ""
    shortfall: object = ""


@dataclass(frozen=True, eq=False)
class Rule(Settled):
    """One rule of counting in words."""

    name: object
    text: object


def amount(value: int | Decimal, unit: str) -> str:
    """Write a number with its unit; a true minus sign, thousands apart."""
    return f"{value:,} {agree(unit, value)}".replace("-", "−")


def signed(value: int | Decimal, unit: str) -> str:
    """Write a difference with its sign and unit; zero has none."""
    return (
        amount(value, unit) if not value else f"{value:+,} {agree(unit, value)}".replace("-", "−")
    )


def of_kind(kind: Kind, much: str) -> str:
    """Say of which kind an amount is: as each language does."""
    name = KIND_NAMES[kind]
    return f"{name} {much}" if is_chinese() else f"{much} ({name})"


def percent_of(part: int, whole: int) -> float | None:
    """Return what a part is of a whole in per cent; nothing where that would say nothing."""
    return round(100 * part / whole, 1) if whole > 0 and 0 <= part <= whole else None


def lead_of(table: Table) -> Lead:
    """Say in words how the city stands: what is ahead, what is behind, and by how much."""
    phases = {Phase.BEFORE: _before, Phase.RUNNING: _running, Phase.ENDED: _ended}
    return phases[table.period.phase](table)


def _before(table: Table) -> Lead:
    period = table.period
    days = (period.starts_on - period.as_of).days
    return Lead(
        n_(
            "The programme starts in %(num)s day.",
            "The programme starts in %(num)s days.",
            days,
        ),
        _("Counting begins on %(day)s.", day=period.starts_on),
    )


def _running(table: Table) -> Lead:
    goals = table.goals
    if not any(goal.counted for goal in goals):
        return Lead(_("Nothing is counted yet."), _plan_says(goals))
    behind = [goal for goal in goals if goal.pace in BAD]
    if not behind:
        return _all_well(goals)
    gaps = join([gap_of(goal) for goal in behind])
    rest = [goal for goal in goals if goal.pace not in BAD and goal.target]
    if not rest:
        return Lead(_("Every goal is behind plan."), _("Short of the plan line:"), gaps)
    return Lead(_rest_says(rest), _("Behind plan:"), gaps)


def _all_well(goals: Sequence[GoalLine]) -> Lead:
    running = [goal for goal in goals if goal.pace in {Pace.AHEAD, Pace.LEVEL}]
    if not running:
        return Lead(_("Every target is reached."))
    closest = min(running, key=lambda goal: goal.lead / (goal.target or 1))
    level = [goal for goal in running if goal.pace is Pace.LEVEL]
    first = (
        _rest_says(goals)
        if level
        else _("All %(count)s goals are ahead of plan.", count=len(goals))
    )
    return Lead(first, _("The narrowest margin:"), margin_of(closest))


def _rest_says(goals: Sequence[GoalLine]) -> object:
    ahead = [str(KIND_NAMES[goal.kind]) for goal in goals if goal.pace in GOOD]
    level = [str(KIND_NAMES[goal.kind]) for goal in goals if goal.pace is Pace.LEVEL]
    if ahead and level:
        words = {"ahead": join(ahead), "level": join(level)}
        return _("Ahead of plan: %(ahead)s. On plan: %(level)s.", **words)
    if ahead:
        return _("Ahead of plan: %(ahead)s.", ahead=join(ahead))
    return _("On plan: %(level)s.", level=join(level))


def _plan_says(goals: Sequence[GoalLine]) -> object:
    planned = join(
        [of_kind(goal.kind, amount(goal.plan, goal.unit)) for goal in goals if goal.plan]
    )
    if any(goal.line.bends for goal in goals):
        return _("By the plan line %(amounts)s would stand on this day.", amounts=planned)
    return _("An even pace would have reached %(amounts)s by this day.", amounts=planned)


def _ended(table: Table) -> Lead:
    first = _("The programme ended on %(day)s.", day=table.period.ends_on)
    missed = [goal for goal in table.goals if goal.pace is Pace.MISSED]
    if not missed:
        return Lead(first, _("Every target is reached."))
    gaps = [of_kind(goal.kind, amount(goal.missing, goal.unit)) for goal in missed]
    short = _("Short of the target on %(day)s:", day=table.period.as_of)
    return Lead(first, short, join(gaps))


def gap_of(goal: GoalLine) -> str:
    """Name a goal and how far it is short of the plan line."""
    return of_kind(goal.kind, amount(-goal.lead, goal.unit))


def margin_of(goal: GoalLine) -> str:
    """Name a goal and how far it is from the plan line, with the sign."""
    return of_kind(goal.kind, signed(goal.lead, goal.unit))


def join(words: Sequence[str]) -> str:
    """Join words as the language lists them."""
    if is_chinese():
        return "、".join(words)
    return format_list(words, style="standard", locale=get_locale())


def rules_of(table: Table) -> Sequence[Rule]:
    """Say how the figures came about: what counts, in which unit, from which source."""
    return _rules_of(table.period, table.bent)


@remembered
def _rules_of(period: Period, bent: tuple[Kind, ...]) -> Sequence[Rule]:
    """Say it for a programme whose plan lines go through milestones for some kinds."""
    return [
        Rule(_("Counted"), say_counting()),
        Rule(
            _("Left out"),
            _(
                "What was decided before %(day)s stands in the register and in no figure here. What"
                " is revoked, scrapped or moved away leaves the figure on its own day. Mobile"
                " robots stand apart.",
                day=period.starts_on,
            ),
        ),
        Rule(_("Plan line"), say_plan_line(period, bent)),
        Rule(_("District"), _("Where the thing stands, not the seat of the enterprise.")),
        Rule(
            _("Under way"),
            _(
                "Filed and not decided, as it stood at the head named below: robots by row,"
                " upgrades by enterprise not counted yet, the rest by case."
            ),
        ),
        Rule(
            _("Source"),
            _(
                "The tally ledger: every figure is the sum of its postings, each sealed in a chain"
                " that can be recounted."
            ),
        ),
    ]


def say_counting() -> object:
    """Say what counts, kind by kind."""
    return _(
        "Only what is approved, from the day of the decision. Factories and workshops by"
        " entry, upgrades by enterprise, robots one by one by brand and serial number;"
        " old official lists as their numbers stand."
    )


def say_plan_line(period: Period, bent: Sequence[Kind]) -> object:
    """Say how the plan lines run, those through milestones by name."""
    words = {"gone": f"{period.elapsed_days:,}", "all": f"{period.total_days:,}"}
    if not bent:
        return _(
            "Target × days gone ÷ all days (%(gone)s ÷ %(all)s). On plan: less than one percentage"
            " point, or less than one unit, away from it.",
            **words,
        )
    return _(
        "Through the milestones that the city set, straight from one to the next (%(kinds)s);"
        " for other goals target × days gone ÷ all days (%(gone)s ÷ %(all)s). A district is held"
        " against the plan line of the city as a share of the target. On plan: less than one"
        " percentage point, or less than one unit, away from it.",
        kinds=join([str(KIND_NAMES[kind]) for kind in bent]),
        **words,
    )
