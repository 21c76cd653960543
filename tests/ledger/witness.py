"""Recounts a register each time that a seal is written, and holds all it shows against that."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple  # what a listener is told

import sqlalchemy as sa
from flask import current_app

from registry.core.database import db, reading
from registry.entries.models import Entry
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Posting, Seal
from registry.ledger.pipeline import read_pipeline
from registry.ledger.queries import list_behind, read_totals
from registry.programme.kinds import Measure
from tests.ledger.recount import Place, recount
from tests.ledger.waiting import Waiting, recount_waiting

WRITES_A_SEAL = "INSERT INTO seal"


class Difference(NamedTuple):
    """A figure that is not what a recount found when the seal was written."""

    history: int | None  # None: the whole register
    what: str
    sequence: int
    day: date | None
    recounted: object
    found: object


@dataclass
class Told:
    """One history: its enterprises; each day's recount, and what waited, at each seal of it."""

    firms: Collection[int]
    sequences: list[int] = field(default_factory=list)
    figures: list[list[Counter[Place]]] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    def known(self, sequence: int) -> list[Counter[Place]] | None:
        """Return what was so when a seal was written; None before the first."""
        number = bisect_right(self.sequences, sequence)
        return self.figures[number - 1] if number else None

    def waited(self, sequence: int) -> Waiting:
        """Return what waited when a seal was written."""
        number = bisect_right(self.sequences, sequence)
        return self.waiting[number - 1] if number else Waiting(Counter(), Counter())


class Witness:
    """Histories in one register, each of firms of its own, so that each is recounted alone."""

    def __init__(self, days: Sequence[date], firms: Sequence[Collection[int]]) -> None:
        self.days = days
        self.told = [Told(of_history) for of_history in firms]
        self.seen: list[tuple[int, Waiting]] = []

    @contextmanager
    def watch(self, history: int) -> Iterator[None]:
        """Recount the firms of a history at each seal written meanwhile, before it is committed."""
        told = self.told[history]

        def recount_at(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith(WRITES_A_SEAL):
                sequence = connection.scalar(sa.select(sa.func.max(Seal.sequence)))
                told.sequences.append(sequence or 0)
                told.figures.append(recount(self.days, within=connection, firms=told.firms))
                told.waiting.append(recount_waiting(connection, firms=told.firms))

        sa.event.listen(db.engine, "after_cursor_execute", recount_at)
        try:
            yield
        finally:
            sa.event.remove(db.engine, "after_cursor_execute", recount_at)

    def look(self) -> None:
        """Read what waits as a page does: from what was kept, brought up to now."""
        with current_app.app_context(), reading():
            head = read_head()
            self.seen.append((head.sequence, _read_waiting(head)))
            db.session.remove()

    def find_differences(self) -> Iterator[Difference]:
        """Compare the postings at every date, as known at every seal, entry by entry."""
        for number, told in enumerate(self.told):
            postings = _read_postings(told.firms)
            strange = {row[0] for row in postings} - set(told.sequences)
            if strange:
                yield Difference(number, "seals", min(strange), None, told.sequences, strange)
            for sequence, recounted in zip(told.sequences, told.figures, strict=True):
                posted = self._add_up([row for row in postings if row[0] <= sequence])
                for day, wanted, found in zip(self.days, recounted, posted, strict=True):
                    if wanted != found:
                        yield Difference(number, "postings", sequence, day, wanted, found)
        yield from self._find_others()

    def _add_up(self, rows: Sequence[Sequence[Any]]) -> list[Counter[Place]]:
        """Return each day's sums, from rows in the order of the day."""
        figures, total, number = [], Counter[Place](), 0
        for day in self.days:
            while number < len(rows) and rows[number][1] <= day:
                _, _, district_id, measure, entry_id, quantity = rows[number]
                total[district_id, measure.value, entry_id] += quantity
                number += 1
            figures.append(Counter({place: n for place, n in total.items() if n}))
        return figures

    def _find_others(self) -> Iterator[Difference]:
        """Recount the whole register at once: nothing is counted that belongs to no history."""
        newest = read_head().sequence
        found = recount(self.days, within=db.session.connection())
        for number, day in enumerate(self.days):
            wanted = self._register(number, newest)
            if wanted != found[number]:
                yield Difference(None, "recount", newest, day, wanted, found[number])

    def _register(self, number: int, sequence: int) -> Counter[Place]:
        """Put together what all histories had on a day when a seal was written."""
        whole: Counter[Place] = Counter()
        for told in self.told:
            known = told.known(sequence)
            if known is not None:
                whole |= known[number]
        return whole

    def find_differences_waiting(self, chance: random.Random) -> Iterator[Difference]:
        """Compare what was seen to wait after each act, and what is known now of seals drawn."""
        heads = [Head(*row) for row in db.session.execute(SEALS)]
        drawn = chance.sample(heads, min(len(heads), HEADS_DRAWN))
        asked_now = [(head.sequence, _read_waiting(head)) for head in drawn]
        for what, found in (("waiting then", self.seen), ("waiting", asked_now)):
            for sequence, shown in found:
                wanted = self._waited(sequence)
                if wanted != shown:
                    yield Difference(None, what, sequence, None, wanted, shown)

    def _waited(self, sequence: int) -> Waiting:
        whole = Waiting(Counter(), Counter())
        for told in self.told:
            part = told.waited(sequence)
            whole.cases.update(part.cases)
            whole.asked.update(part.asked)
        return whole

    def find_differences_shown(self, chance: random.Random) -> Iterator[Difference]:
        """Compare what readers are shown: every date now and at a seal drawn, and every seal.

        For every seal a date is drawn and the measure that is opened.
        """
        newest = read_head()
        heads = [Head(*row) for row in db.session.execute(SEALS)]
        for number in range(len(self.days)):
            for head in (newest, chance.choice(heads)):
                yield from self._find_shown(number, head, newest=newest, opened=tuple(Measure))
        for head in heads:
            number, opened = chance.randrange(len(self.days)), chance.choice(list(Measure))
            yield from self._find_shown(number, head, newest=newest, opened=(opened,))

    def _find_shown(
        self, number: int, head: Head, *, newest: Head, opened: Collection[Measure]
    ) -> Iterator[Difference]:
        day, wanted = self.days[number], self._register(number, head.sequence)
        totals = read_totals(day, head=head, newest=newest)
        shown = {(place, measure.value): n for (place, measure), n in totals.items() if n}
        sums: Counter[tuple[int, str]] = Counter()
        for (district_id, measure, _), quantity in wanted.items():
            sums[district_id, measure] += quantity
        if shown != sums:
            yield Difference(None, "totals", head.sequence, day, sums, shown)
        for measure in opened:
            part = {place: n for place, n in wanted.items() if place[1] == measure.value}
            behind = list_behind(day, head, (measure,), limit=None)
            listed = {
                (row.district_id, measure.value, row.entry_id): row.quantity
                for row in behind.figures
            }
            if listed != part or behind.sum != sum(part.values()):
                yield Difference(None, "behind", head.sequence, day, part, listed)


HEADS_DRAWN = 100
SEALS = sa.select(Seal.sequence, Seal.recorded_at, Seal.hash).order_by(Seal.sequence)


def _read_waiting(head: Head) -> Waiting:
    pipeline = read_pipeline(head)
    asked = {(place, kind.value): n for (place, kind), n in pipeline.by_district.items()}
    return Waiting(Counter({kind.value: n for kind, n in pipeline.cases.items()}), Counter(asked))


def _read_postings(firms: Collection[int]) -> Sequence[Sequence[Any]]:
    columns = (Posting.district_id, Posting.measure, Posting.entry_id, Posting.quantity)
    return db.session.execute(
        sa.select(Posting.sequence, Posting.effective_on, *columns)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Entry.enterprise_id.in_(firms))
        .order_by(Posting.effective_on)
    ).all()
