"""One line a measure, and the way a ratio is taken: interleaved with its limit, the median."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

ROUNDS = 7
STEADY = 1.25
LEAST_SECONDS = 0.02


@dataclass(frozen=True)
class Line:
    """What was measured: `goal` as in `<=3`; `detail` stands above the line, `cause` below it.

    A line falls short where `ok` is False; then `cause` says why in one sentence.
    """

    id: str
    database: str
    ratio: float
    goal: str
    ok: bool
    detail: str = ""
    cause: str = ""

    def __str__(self) -> str:
        words = [self.id, self.database, format_ratio(self.ratio), self.goal]
        text = " ".join([*words, "ok" if self.ok else "short"])
        if self.detail:
            text = "\n".join([*(f"  {part}" for part in self.detail.splitlines()), text])
        return text if self.ok else f"{text}\n  cause: {self.cause or 'not known'}"


def format_ratio(ratio: float) -> str:
    """Write a ratio in three digits, a large number in full."""
    return f"{ratio:,.0f}" if abs(ratio) >= 1_000 else f"{ratio:.3g}"


def at_most(id_: str, database: str, ratio: float, goal: float, **rest: str) -> Line:
    """Return a line whose ratio must not exceed the goal."""
    return Line(id_, database, ratio, f"<={goal:g}", ratio <= goal, **rest)


def at_least(id_: str, database: str, ratio: float, goal: float, **rest: str) -> Line:
    """Return a line whose ratio must reach the goal."""
    return Line(id_, database, ratio, f">={goal:g}", ratio >= goal, **rest)


@dataclass(frozen=True)
class Bracket:
    """A work and its limit, in seconds a call: medians of the rounds; `ratio` is the median too."""

    before: float
    work: float
    after: float
    ratio: float

    @property
    def is_steady(self) -> bool:
        """Say whether the limit was the same before and after the work, within 25 %."""
        return max(self.before, self.after) <= STEADY * min(self.before, self.after)

    def say(self, limit: str, work: str) -> str:
        """Write the details in one line."""
        unsteady = "" if self.is_steady else " · UNSTEADY: the limit moved by more than 25 %"
        return (
            f"{work} {ms(self.work)} · {limit} {ms(self.before)} before,"
            f" {ms(self.after)} after{unsteady}"
        )


def bracket(
    limit: Callable[[], object], work: Callable[[], object], rounds: int = ROUNDS
) -> Bracket:
    """Measure limit, work, limit in each round; the ratio of a round is to the mean of its two."""
    limit_calls, work_calls = _enough_calls(limit), _enough_calls(work)
    taken = []
    for _ in range(rounds):
        gc.collect()
        before = time_calls(limit, limit_calls)
        between = time_calls(work, work_calls)
        taken.append((before, between, time_calls(limit, limit_calls)))
    return Bracket(
        before=median(before for before, _, _ in taken),
        work=median(between for _, between, _ in taken),
        after=median(after for _, _, after in taken),
        ratio=median(2 * between / (before + after) for before, between, after in taken),
    )


def _enough_calls(act: Callable[[], object]) -> int:
    """Say how often to call it so that a round lasts long enough to be told; warms it up too."""
    seconds = min(time_calls(act, 1) for _ in range(3))
    return max(1, round(LEAST_SECONDS / max(seconds, 1e-6)))


def time_calls(act: Callable[[], object], calls: int) -> float:
    """Return the seconds of one call, the mean of so many, without the collector's pauses."""
    gc.disable()
    try:
        start = perf_counter()
        for _ in range(calls):
            act()
        return (perf_counter() - start) / calls
    finally:
        gc.enable()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ms(seconds: float) -> str:
    """Write seconds as milliseconds."""
    return f"{seconds * 1_000:.3g} ms"
