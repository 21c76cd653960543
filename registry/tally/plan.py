"""The plan line of a goal at any day. Pure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from registry.tally.table import GoalLine, Period


def planned(goal: GoalLine, period: Period, day: date) -> Fraction:
    """Return what should be counted at the end of a day."""
    seen = Period(period.starts_on, period.ends_on, day)
    return (goal.target or 0) * seen.elapsed


def plan_share(_goal: GoalLine, period: Period) -> float:
    """Return the plan line on the day asked for as a share of the target, in per cent."""
    return period.percent


def list_bends(_goal: GoalLine, period: Period) -> list[date]:
    """Return the days at whose end the line bends or ends; it begins at nothing."""
    return [period.ends_on]
