"""P1 and P2: the tally's data against reading as many ready rows; a large register against a small.

The work is what page, command and interface ask the ledger for: `read_tally` and `read_trend`, in a
session of its own. The limit reads, in a session of its own and by one statement, as many rows as
that answer is made of. A process keeps the answers of some days at the newest head; so more days
than it keeps are asked in turn, and nothing is kept of the day that is timed. What is no day's own
(the open cases) is kept, as it is between two requests.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median

import sqlalchemy as sa

from registry.core import clock
from registry.core.database import Base, db, reading
from registry.ledger.answers import read_tally
from registry.ledger.growing import ANSWERS_MOST
from registry.ledger.heads import KnownAt, read_head
from registry.ledger.queries import read_trend
from registry.programme.queries import get_programme
from tests.bench.lines import STEADY, Line, at_most, bracket, ms, time_calls
from tests.bench.places import Place

IDS = ("P1", "P2")
DAYS, ROUNDS, LIMITS_AT_ONCE = ANSWERS_MOST + 9, 9, 4
SEED = 184
Act = Callable[[], object]
Times = list[tuple[float, float, float]]


def measure(place: Place) -> Iterator[Line]:
    with place.app.app_context(), reading():
        yield from _measure_days(place)
    yield _measure_growth(place)


def _measure_days(place: Place) -> Iterator[Line]:
    limit, rows = _limit()
    today = clock.today()
    times = _time_days([*_sample_days(), today], limit)
    ratios = {
        day: median(2 * work / (before + after) for before, work, after in taken)
        for day, taken in times.items()
    }
    worst = max(ratios, key=lambda day: ratios[day])
    again = bracket(limit, _work(today))
    before, work, after = (
        median(part) for part in zip(*[one for all_ in times.values() for one in all_], strict=True)
    )
    is_steady = max(before, after) <= STEADY * min(before, after)
    unsteady = "" if is_steady else " · UNSTEADY"
    details = [
        (
            f"{place.size:,} entries, {len(ratios)} days in turn: tally and trend {ms(work)} ·"
            f" {rows} ready rows {ms(before)} before, {ms(after)} after{unsteady}"
        ),
        (
            f"ratio today {ratios[today]:.2f}, all days {min(ratios.values()):.2f} to"
            f" {ratios[worst]:.2f}; today asked again at the same head {again.ratio:.2f}"
        ),
        *_tell_known(),
    ]
    cause = "so many statements cost more than one, however few rows each reads"
    middle = median(ratios.values())
    yield at_most("P1", place.database, middle, 3, detail="\n".join(details), cause=cause)
    detail = f"worst of {len(ratios)} days: as of {worst}"
    yield at_most("P1-worst", place.database, ratios[worst], 6, detail=detail, cause=cause)


def _time_days(days: list[date], limit: Act) -> dict[date, Times]:
    """Time each day once a round, with the limit before and after it."""
    found: dict[date, Times] = {day: [] for day in days}
    for _ in range(ROUNDS):
        gc.collect()
        for day in days:
            before = time_calls(limit, LIMITS_AT_ONCE)
            work = time_calls(_work(day), 1)
            found[day].append((before, work, time_calls(limit, LIMITS_AT_ONCE)))
    return {day: taken[1:] for day, taken in found.items()}  # the first round loads


def _limit() -> tuple[Act, int]:
    """Return how to read as many rows, ready in one table, as the answer is made of."""
    rows = _count_rows()
    select = sa.text("SELECT district_id, measure, total FROM cell LIMIT :rows")

    def read() -> None:
        found = db.session.execute(select, {"rows": rows}).all()
        if len(found) != rows:
            raise RuntimeError(f"{len(found)} rows are ready, {rows} were wanted")
        db.session.remove()

    return read, rows


def _count_rows() -> int:
    """Count the cells of one day, the months of the trend, goals, shares, districts, head."""
    counts = "SELECT count(*) FROM cell WHERE day = (SELECT max(day) FROM cell)"
    tables = ("trend", "goal", "goal_version", "allocation", "district", "programme")
    total = 1 + int(db.session.scalar(sa.text(counts)) or 0)
    for name in tables:
        table = Base.metadata.tables[name]
        total += db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    db.session.remove()
    return total


def _work(day: date, known: KnownAt | None = None) -> Act:
    def read() -> None:
        answer = read_tally(day, known)
        read_trend(day, answer.head)
        db.session.remove()

    return read


def _sample_days() -> list[date]:
    first = get_programme().starts_on
    db.session.remove()
    span = (clock.today() - first).days
    chosen = random.Random(SEED).sample(range(span), DAYS)
    return [first + timedelta(days=number) for number in chosen]


def _tell_known() -> Iterator[str]:
    """Say what an earlier knowledge costs, asked for the first time and again."""
    newest = read_head().sequence
    db.session.remove()
    for share in (0.99, 0.9, 0.5, 0.01):
        known = KnownAt(asked="", sequence=max(1, int(newest * share)))
        work = _work(clock.today() - timedelta(days=30), known)
        first, again = time_calls(work, 1), time_calls(work, 3)
        yield f"as known at {share:.0%} of the chain: {ms(first)} at first, {ms(again)} again"


def _measure_growth(place: Place) -> Line:
    small = place.smallest

    def run(where: Place) -> Act:
        def read() -> None:
            with where.app.app_context(), reading():
                _work(clock.today())()

        return read

    taken = bracket(run(small), run(place))
    detail = taken.say(f"at {small.size:,}", f"tally and trend at {place.size:,}")
    cause = "something that the answer reads grows with the number of entries"
    return at_most("P2", place.database, taken.ratio, 1.2, detail=detail, cause=cause)
