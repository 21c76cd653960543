"""P1 and P2: the tally's data against reading as many ready rows; a large register against a small.

The work is what page, command and interface ask the ledger for: `read_tally` and `read_trend`, in a
session of its own. The limit reads, in a session of its own and by one statement, as many rows as
that answer is made of. What a process keeps between two answers at the same head is kept here too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median

import sqlalchemy as sa

from registry.core import clock
from registry.core.database import Base, db, reading
from registry.ledger.answers import read_tally
from registry.ledger.heads import KnownAt, read_head
from registry.ledger.queries import read_trend
from registry.programme.queries import get_programme
from tests.bench.lines import Line, at_most, bracket, ms, time_calls
from tests.bench.places import Place

IDS = ("P1", "P2")
DAYS, ROUNDS_A_DAY = 40, 5
SEED = 184
Act = Callable[[], object]


def measure(place: Place) -> Iterator[Line]:
    with place.app.app_context(), reading():
        yield from _measure_days(place)
    yield _measure_growth(place)


def _measure_days(place: Place) -> Iterator[Line]:
    limit, rows = _limit()
    today = bracket(limit, _work(clock.today()))
    days = _sample_days()
    ratios = {day: bracket(limit, _work(day), ROUNDS_A_DAY).ratio for day in days}
    worst = max(days, key=lambda day: ratios[day])
    middle = median([today.ratio, *ratios.values()])
    details = [
        f"{place.size:,} entries; today: " + today.say(f"{rows} ready rows", "tally and trend"),
        (
            f"today {today.ratio:.2f}; {DAYS} sampled days {min(ratios.values()):.2f} to"
            f" {ratios[worst]:.2f}, median {median(ratios.values()):.2f}"
        ),
        *_tell_known(),
    ]
    cause = "so many statements cost more than one, however few rows each reads"
    yield at_most("P1", place.database, middle, 3, detail="\n".join(details), cause=cause)
    detail = f"worst of {DAYS} sampled days: as of {worst}"
    yield at_most("P1-worst", place.database, ratios[worst], 6, detail=detail, cause=cause)


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
    chance = random.Random(SEED)
    return sorted(first + timedelta(days=chance.randint(0, span)) for _ in range(DAYS))


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
