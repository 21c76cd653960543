"""Where the numbers that the city set come from: target, plan line, shares; in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from registry.core.language import _
from registry.ledger.answers import GoalLine as Counted
from registry.ledger.answers import Tally
from registry.ledger.queries import Basis
from registry.programme.kinds import Kind
from registry.tally.table import GoalLine, Period, Phase, Table
from registry.tally.words import KIND_NAMES, Rule, amount, join, signed


def explain_basis(
    goal: GoalLine, bases: Counted, *, period: Period, given: int | None
) -> list[Rule]:
    """Say of one goal what its target, its plan line and its shares rest on, and since when."""
    return [
        *_explain_target(goal, bases),
        *_explain_plan(goal, bases, period),
        *_explain_shares(goal, bases, given),
    ]


def _explain_target(goal: GoalLine, bases: Counted) -> list[Rule]:
    if goal.target is None or bases.target_basis is None:
        return []
    return [Rule(_("Target"), _with_basis(amount(goal.target, goal.unit), bases.target_basis))]


def _explain_plan(goal: GoalLine, bases: Counted, period: Period) -> list[Rule]:
    if not goal.target or period.phase is not Phase.RUNNING:
        return []
    if goal.line.bends and bases.plan_basis is not None:
        return [Rule(_("Plan line"), _with_basis(say_milestones(goal), bases.plan_basis))]
    even = _(
        "%(target)s × %(gone)s days gone ÷ %(all)s days.",
        target=amount(goal.target, goal.unit),
        gone=f"{period.elapsed_days:,}",
        all=f"{period.total_days:,}",
    )
    return [Rule(_("Plan line"), even)]


def _explain_shares(goal: GoalLine, bases: Counted, given: int | None) -> list[Rule]:
    if given is None or bases.shares_basis is None:
        return []
    said = say_allocated(goal, given)
    return [Rule(_("Shares of the districts"), _with_basis(said, bases.shares_basis))]


def say_milestones(goal: GoalLine) -> object:
    """Say through which milestones the plan line goes, and where it ends."""
    stops = [f"{each.on} {amount(each.quantity, goal.unit)}" for each in goal.line.bends]
    end = f"{goal.line.ends_on} {amount(goal.target or 0, goal.unit)}"
    return _("straight from one to the next: %(stops)s", stops=join([*stops, end]))


def say_allocated(goal: GoalLine, given: int) -> object:
    """Say what the districts were given together, against the target, with the difference."""
    words = {"given": amount(given, goal.unit), "target": amount(goal.target or 0, goal.unit)}
    difference = given - (goal.target or 0)
    if not difference:
        return _("%(given)s together, as much as the target", given=words["given"])
    return _(
        "%(given)s together, the target is %(target)s: difference %(difference)s",
        **words,
        difference=signed(difference, goal.unit),
    )


def _with_basis(said: object, basis: Basis) -> object:
    words = {"said": said, "day": basis.effective_on, "sequence": f"{basis.sequence:,}"}
    if basis.source:
        return _(
            "%(said)s. By %(source)s, in force from %(day)s (record #%(sequence)s).",
            source=basis.source,
            **words,
        )
    return _("%(said)s. Set by the city, in force from %(day)s (record #%(sequence)s).", **words)


def note_allocations(table: Table) -> tuple[object, ...]:
    """Name the goals whose shares do not add up to the target, and by how much."""
    return tuple(
        _("%(kind)s: %(said)s.", kind=KIND_NAMES[goal.kind], said=say_allocated(goal, given))
        for goal in table.goals
        if (given := table.allocated(goal.kind)) is not None and given != goal.target
    )


def say_sources(answer: Tally, table: Table) -> list[object]:
    """Name the documents that targets, milestones and shares rest on, each once."""
    goals = answer.goals
    named = (
        (_("Targets"), {goal.kind: goal.target_basis for goal in goals}),
        (_("Milestones"), {goal.kind: _bent_by(goal, table) for goal in goals}),
        (_("Shares of the districts"), {goal.kind: goal.shares_basis for goal in goals}),
    )
    return [
        _("%(name)s: %(bases)s.", name=name, bases=join(_group(bases)))
        for name, bases in named
        if any(bases.values())
    ]


def name_documents(answer: Tally) -> str:
    """Name the documents that the targets rest on; empty where none is named."""
    named = {goal.target_basis.source for goal in answer.goals if goal.target_basis}
    return join(sorted(named - {""}))


def _bent_by(goal: Counted, table: Table) -> Basis | None:
    return goal.plan_basis if table.goal(goal.kind).line.bends else None


def _group(bases: Mapping[Kind, Basis | None]) -> list[str]:
    """Write each document with its first day; with the kinds where there are several documents."""
    kinds: dict[tuple[str, date], list[str]] = defaultdict(list)
    for kind, basis in bases.items():
        if basis is not None:
            kinds[basis.source, basis.effective_on].append(str(KIND_NAMES[kind]))
    texts = []
    for (source, day), names in kinds.items():
        words = {"source": source or _("set by the city"), "day": day}
        text = _("%(source)s, in force from %(day)s", **words)
        texts.append(str(text) if len(kinds) == 1 else f"{text} ({join(names)})")
    return texts
