"""The list of releases: each month that has ended, released or not, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # the figures are JSON

from registry.core.language import is_chinese
from registry.ledger.heads import read_head
from registry.ledger.queries import Totals, read_goals, read_totals_of
from registry.programme.kinds import Kind
from registry.programme.models import Programme
from registry.releases.queries import Recorded, last_day, list_months, list_releases
from registry.releases.shown import GoalRow
from registry.tally.words import KIND_NAMES


@dataclass(frozen=True)
class MonthRow:
    """One month: the release that holds, those it superseded, and its figures then and now."""

    month: date
    as_of: date
    holds: Recorded | None
    earlier: Sequence[Recorded]
    figures: Sequence[GoalRow]


@dataclass(frozen=True)
class Listing:
    """The months of one year, the newest first; `missing` are those that nobody released."""

    year: int
    years: Sequence[int]
    rows: Sequence[MonthRow]
    missing: int
    names: Sequence[object]


def read_listing(programme: Programme, *, year: int, today: date) -> Listing:
    """Read the months of a year; of the last one with an ended month, where there is none."""
    months = list_months(programme, today=today)
    years = sorted({month.year for month in months}, reverse=True)
    shown = year if year in years else max(years, default=today.year)
    listed = [month for month in reversed(months) if month.year == shown]
    by_month: dict[date, list[Recorded]] = {month: [] for month in listed}
    for each in list_releases(first=date(shown, 1, 1), last=date(shown, 12, 31)):
        by_month.setdefault(each.release.month, []).append(each)
    head = read_head()
    days = [last_day(month) for month in listed]
    totals = read_totals_of(days, head=head, newest=head) if days else {}
    goals = {goal.kind: goal.measures for goal in read_goals(today, head)}
    rows = [
        _row(month, by_month[month], totals=totals[last_day(month)], goals=goals)
        for month in listed
    ]
    missing = sum(row.holds is None for row in rows)
    return Listing(shown, years, rows, missing, [KIND_NAMES[kind] for kind in goals])


def _row(
    month: date, releases: list[Recorded], *, totals: Totals, goals: dict[Kind, Any]
) -> MonthRow:
    if not releases:
        return MonthRow(month, last_day(month), None, [], [])
    holds, *earlier = releases
    unit = "unit_zh" if is_chinese() else "unit_en"
    figures = [
        GoalRow(
            name=KIND_NAMES[Kind(goal["kind"])],
            unit=goal[unit],
            released=goal["counted"],
            released_url="",
            target=goal["target"],
            now=sum(
                total
                for (_place, measure), total in totals.items()
                if measure in goals[Kind(goal["kind"])]
            ),
            now_url="",
        )
        for goal in holds.release.frozen["goals"]
    ]
    return MonthRow(month, last_day(month), holds, earlier, figures)
