"""Cases that were decided, and how long they took: the median, and nine tenths of them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from registry.core.kept import Settled
from registry.programme.kinds import Kind

PERCENTILE = 90


class Decision(NamedTuple):
    """One case that was decided; `days`: working days that the district had it."""

    kind: Kind
    district_id: int
    is_approved: bool
    days: int


class Sample(Settled):
    """The working days that some decisions took, and how many of these approved."""

    def __init__(self, days: Iterable[int] = (), *, approved: int = 0) -> None:
        self._days: Mapping[int, int] = Counter(days) if days else {}
        self.approved = approved

    def change(self, changes: Iterable[tuple[Decision, int]]) -> Sample:
        """Return a sample with decisions counted in (1) and out (-1)."""
        new, days = Sample(approved=self.approved), {**self._days}
        for decision, by in changes:
            days[decision.days] = days.get(decision.days, 0) + by
            new.approved += by * decision.is_approved
        new._days = days
        return new

    @cached_property
    def _ends(self) -> tuple[list[int], list[int]]:
        """Return the days in order, and how many decisions took so many or fewer."""
        ordered = sorted(self._days)
        return ordered, list(accumulate([self._days[days] for days in ordered]))

    @property
    def decided(self) -> int:
        return self._ends[1][-1] if self._days else 0

    @property
    def pass_rate(self) -> Fraction:
        """The share of decisions that approved."""
        return Fraction(self.approved, self.decided)

    @cached_property
    def measured(self) -> tuple[int, float | None, int | None]:
        """How many were decided, the median of their days and the 90th percentile, if any."""
        decided = self.decided
        return (decided, self.median, self.percentile) if decided else (0, None, None)

    @property
    def median(self) -> float:
        """The middle of the days, or the mean of the two in the middle."""
        decided = self.decided
        return (self._at((decided - 1) // 2) + self._at(decided // 2)) / 2

    @property
    def percentile(self) -> int:
        """The fewest days in which nine tenths were decided."""
        return self._at(math.ceil(self.decided * PERCENTILE / 100) - 1)

    def _at(self, place: int) -> int:
        """Return the days at a place, when they are put in order."""
        ordered, ends = self._ends
        return ordered[bisect_right(ends, place)]
