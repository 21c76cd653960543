"""The share of a figure that was looked at in sample checks, beside the figure."""

from __future__ import annotations

from registry.core.language import _
from registry.ledger.checks import Checked
from registry.tally.links import Links
from registry.tally.outlook import Fact
from registry.tally.table import GoalLine
from registry.tally.words import Rule, amount

CHECKED = Rule(
    _("Checked on site"),
    _(
        "What the entries of sample checks add to the figure. They are drawn by a seed that nobody"
        " can choose; the last look at each holds, from the day of the check on."
    ),
)


def say_checked(goal: GoalLine, found: Checked, links: Links) -> Fact:
    """Say how much of a figure stands behind entries that were checked, and how much is in order.

    In the goal's own unit: a checked deployment of 47 robots is 47 of the figure.
    """
    note = _("of %(all)s", all=amount(goal.counted, goal.unit))
    if found.checked:
        note = _(
            "of %(all)s; %(good)s of them in order",
            all=amount(goal.counted, goal.unit),
            good=amount(found.in_order, goal.unit),
        )
    words = amount(found.checked, goal.unit)
    return Fact(_("Checked on site"), words, note=note, about=links.checks())
