"""The plan line of a goal: an even pace, or straight from one milestone to the next. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from registry.core.language import _

Point = tuple[int, int]  # days gone, quantity


@dataclass(frozen=True, order=True)
class Milestone:
    """So much of a goal is to stand at the end of a day."""

    on: date
    quantity: int


def write_milestones(milestones: Sequence[Milestone]) -> str:
    """Write milestones so that equal ones give equal text: [[day, quantity], …] by their days."""
    rows = [[each.on.isoformat(), each.quantity] for each in sorted(milestones)]
    return json.dumps(rows, separators=(",", ":"))


def read_milestones(text: str) -> tuple[Milestone, ...]:
    """Read what `write_milestones` wrote."""
    return tuple(Milestone(date.fromisoformat(on), quantity) for on, quantity in json.loads(text))


@dataclass(frozen=True)
class PlanLine:
    """From nothing on the eve of the first day to the target at the end of the last one.

    What was set and no longer fits (the days or the target were changed since) bends nothing: a
    milestone outside the programme is left out, one above the target counts as the target.
    """

    starts_on: date
    ends_on: date
    target: int
    milestones: tuple[Milestone, ...] = ()

    @property
    def bends(self) -> tuple[Milestone, ...]:
        """Return the milestones that the line goes through."""
        if not self.target:
            return ()
        return tuple(
            Milestone(each.on, min(each.quantity, self.target))
            for each in sorted(self.milestones)
            if self.starts_on < each.on < self.ends_on
        )

    @property
    def total_days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    @property
    def points(self) -> tuple[Point, ...]:
        """Return the corners of the line, first and last included."""
        between = [(self.days_gone(each.on), each.quantity) for each in self.bends]
        return ((0, 0), *between, (self.total_days, self.target))

    def days_gone(self, day: date) -> int:
        """Return the days gone at the end of a day: 0 before the start, all after the end."""
        return min(max((day - self.starts_on).days + 1, 0), self.total_days)

    def at(self, day: date) -> Fraction:
        """Return what should stand at the end of a day."""
        gone = self.days_gone(day)
        for (start, low), (end, high) in pairwise(self.points):
            if gone <= end:
                return low + Fraction((high - low) * (gone - start), end - start)
        return Fraction(self.target)

    def share_at(self, day: date) -> Fraction:
        """Return what should stand as a share of the target; of the time where there is none."""
        if not self.target:
            return Fraction(self.days_gone(day), self.total_days)
        return self.at(day) / self.target

    def next_after(self, day: date) -> Milestone | None:
        """Return the milestone that comes next, after the end of a day."""
        return next((each for each in self.bends if each.on > day), None)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one milestone, by its place in what was given."""

    place: int
    name: str
    message: object


def find_faults(
    milestones: Sequence[Milestone], *, starts_on: date, ends_on: date, target: int | None
) -> list[Fault]:
    """Say what is wrong with milestones: their days, their order, and the target over them."""
    return [
        *_days_at_fault(milestones, starts_on=starts_on, ends_on=ends_on),
        *_quantities_at_fault(milestones, target=target),
    ]


def _days_at_fault(
    milestones: Sequence[Milestone], *, starts_on: date, ends_on: date
) -> Iterator[Fault]:
    seen: set[date] = set()
    for place, each in enumerate(milestones):
        if not starts_on < each.on < ends_on:
            message = _(
                "A milestone lies after the first day and before the last one: after %(first)s and"
                " before %(last)s. At the end stands the target itself.",
                first=starts_on,
                last=ends_on,
            )
            yield Fault(place, "on", message)
        elif each.on in seen:
            yield Fault(place, "on", _("This day has a milestone already. Leave one of them out."))
        seen.add(each.on)


def _quantities_at_fault(milestones: Sequence[Milestone], *, target: int | None) -> Iterator[Fault]:
    rising = sorted(enumerate(milestones), key=_by_day)
    before: Milestone | None = None
    for place, each in rising:
        if target is None:
            yield Fault(place, "quantity", _("No target is in force on that day. Set it first."))
        elif each.quantity > target:
            message = _(
                "The target is %(target)s; a milestone cannot be above it.", target=f"{target:,}"
            )
            yield Fault(place, "quantity", message)
        elif before is not None and each.quantity < before.quantity:
            message = _(
                "By %(day)s already %(quantity)s are to stand; later there cannot be fewer.",
                day=before.on,
                quantity=f"{before.quantity:,}",
            )
            yield Fault(place, "quantity", message)
        before = each


def _by_day(numbered: tuple[int, Milestone]) -> tuple[date, int]:
    return numbered[1].on, numbered[0]
