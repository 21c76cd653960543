"""Draws, what was drawn, and what was found, as far as a person may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from registry.accounts.models import User
from registry.accounts.roles import DESK, Role
from registry.core.database import db
from registry.core.errors import NotFound
from registry.entries.models import Entry
from registry.entries.queries import may_see_details
from registry.ledger.drawing import Frame, Placed, put_in_order, read_population
from registry.ledger.facts import chunks
from registry.ledger.models import Seal
from registry.programme.kinds import Measure
from registry.sampling import policy
from registry.sampling.models import CheckResult, Draw, DrawEntry, Outcome

PAGE_ROWS = 50


@dataclass(frozen=True)
class Progress:
    """How far a draw is: how many entries have a result, and which."""

    draw: Draw
    drawn_at: datetime
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)

    @property
    def checked(self) -> int:
        return sum(self.outcomes.values())

    @property
    def is_finished(self) -> bool:
        return self.checked == self.draw.size


@dataclass(frozen=True)
class Drawn:
    """One drawn entry with its results, the latest first."""

    row: DrawEntry
    results: Sequence[CheckResult]

    @property
    def latest(self) -> CheckResult | None:
        return self.results[0] if self.results else None


def visible_to(actor: User) -> sa.Select[Draw]:
    """Select the draws a person may see: of the city all, of a district those that reach it."""
    found = sa.select(Draw)
    if actor.role not in policy.READERS:
        return found.where(sa.false())
    if actor.district_id is None:
        return found
    moved_in = (
        sa.select(sa.literal(1))
        .select_from(DrawEntry)
        .join(Entry, Entry.id == DrawEntry.entry_id)
        .where(DrawEntry.draw_sequence == Draw.sequence, Entry.district_id == actor.district_id)
        .exists()
    )
    here = (Draw.district_id.is_(None), Draw.district_id == actor.district_id, moved_in)
    return found.where(sa.or_(*here))


def list_draws(actor: User, *, before: int | None = None) -> tuple[Sequence[Progress], int | None]:
    """List one page of draws, the newest first, and where the next page begins."""
    found = _with_moment(visible_to(actor)).order_by(Draw.number.desc()).limit(PAGE_ROWS + 1)
    if before is not None:
        found = found.where(Draw.number < before)
    rows = db.session.execute(found).all()
    page = rows[:PAGE_ROWS]
    outcomes = _count_outcomes([draw.sequence for draw, _at in page])
    shown = [Progress(draw, at, outcomes.get(draw.sequence, {})) for draw, at in page]
    return shown, page[-1][0].number if len(rows) > PAGE_ROWS else None


def get_draw(actor: User, number: int) -> Progress:
    """Return a draw by its number; raise NotFound where a person may not see it."""
    found = db.session.execute(_with_moment(visible_to(actor)).where(Draw.number == number)).first()
    if found is None:
        raise NotFound
    draw, drawn_at = found
    return Progress(draw, drawn_at, _count_outcomes([draw.sequence]).get(draw.sequence, {}))


def _with_moment(found: sa.Select[Draw]) -> sa.Select[Draw, datetime]:
    return (
        found.join(Seal, Seal.sequence == Draw.sequence)
        .add_columns(Seal.recorded_at)
        .options(selectinload(Draw.district))
    )


def _latest() -> sa.Subquery:
    """Select the last look at each drawn entry."""
    by = (CheckResult.draw_sequence, CheckResult.entry_id)
    return (
        sa.select(*by, sa.func.max(CheckResult.sequence).label("sequence")).group_by(*by).subquery()
    )


def _count_outcomes(sequences: Sequence[int]) -> dict[int, dict[Outcome, int]]:
    latest = _latest()
    by = (CheckResult.draw_sequence, CheckResult.outcome)
    found = (
        sa.select(*by, sa.func.count())
        .join(latest, latest.c.sequence == CheckResult.sequence)
        .where(CheckResult.draw_sequence.in_(sequences))
        .group_by(*by)
    )
    counts: dict[int, dict[Outcome, int]] = {}
    for sequence, outcome, count in db.session.execute(found):
        counts.setdefault(sequence, {})[outcome] = count
    return counts


def list_drawn(
    draw: Draw, *, district_id: int | None = None, only_open: bool = False
) -> list[Drawn]:
    """List what was drawn, in its order; of one district (where it stands now) where asked for."""
    found = (
        sa.select(DrawEntry)
        .join(Entry, Entry.id == DrawEntry.entry_id)
        .where(DrawEntry.draw_sequence == draw.sequence)
        .options(
            contains_eager(DrawEntry.entry).selectinload(Entry.enterprise),
            contains_eager(DrawEntry.entry).selectinload(Entry.district),
        )
        .order_by(DrawEntry.position)
    )
    if district_id is not None:
        found = found.where(Entry.district_id == district_id)
    results = _results_of(draw)
    rows = [Drawn(row, results.get(row.entry_id, [])) for row in db.session.scalars(found)]
    return [row for row in rows if row.latest is None] if only_open else rows


def _results_of(draw: Draw) -> dict[int, list[CheckResult]]:
    found = sa.select(CheckResult).where(CheckResult.draw_sequence == draw.sequence)
    results: dict[int, list[CheckResult]] = {}
    for result in db.session.scalars(found.order_by(CheckResult.look.desc())):
        results.setdefault(result.entry_id, []).append(result)
    return results


def frame_of(draw: Draw) -> Frame:
    """Return what a draw drew from."""
    return Frame(
        measures=[Measure(name) for name in draw.measures.split()],
        as_of=draw.as_of,
        sequence=draw.sequence,
        district_id=draw.district_id,
        since=draw.since,
        until=draw.until,
    )


def read_order(draw: Draw) -> Sequence[Placed]:
    """Return the whole population of a draw in its order, computed anew from the ledger."""
    return put_in_order(read_population(frame_of(draw)), seed=draw.seed)


def read_entries(entry_ids: Collection[int]) -> dict[int, Entry]:
    """Return entries by id, with their firms and districts."""
    found: dict[int, Entry] = {}
    for ids in chunks(sorted(entry_ids)):
        named = sa.select(Entry).where(Entry.id.in_(ids))
        with_names = named.options(selectinload(Entry.enterprise), selectinload(Entry.district))
        found |= {entry.id: entry for entry in db.session.scalars(with_names)}
    return found


def find_drawn(draw_sequence: int, entry_id: int) -> DrawEntry | None:
    """Return a drawn entry as it stands now."""
    found = (
        sa.select(DrawEntry)
        .where(DrawEntry.draw_sequence == draw_sequence, DrawEntry.entry_id == entry_id)
        .options(selectinload(DrawEntry.entry), selectinload(DrawEntry.draw))
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(found)


def get_drawn(draw: Draw, entry_number: str) -> DrawEntry:
    """Return the drawn entry of a number; raise NotFound where it was not drawn."""
    found = db.session.scalar(
        sa.select(DrawEntry)
        .join(Entry, Entry.id == DrawEntry.entry_id)
        .where(DrawEntry.draw_sequence == draw.sequence, Entry.number == entry_number)
        .options(
            contains_eager(DrawEntry.entry).selectinload(Entry.enterprise),
            contains_eager(DrawEntry.entry).selectinload(Entry.district),
            selectinload(DrawEntry.draw),
        )
    )
    if found is None:
        raise NotFound
    return found


def next_look(draw_sequence: int, entry_id: int) -> int:
    """Return which look the next one at an entry would be."""
    last = sa.select(sa.func.max(CheckResult.look)).where(
        CheckResult.draw_sequence == draw_sequence, CheckResult.entry_id == entry_id
    )
    return (db.session.scalar(last) or 0) + 1


def list_results(draw: Draw, entry_id: int) -> Sequence[CheckResult]:
    """List the looks at an entry, the latest first."""
    found = sa.select(CheckResult).where(
        CheckResult.draw_sequence == draw.sequence, CheckResult.entry_id == entry_id
    )
    return db.session.scalars(found.order_by(CheckResult.look.desc())).all()


@dataclass(frozen=True)
class ChecksOf:
    """The draws that drew an entry, and all looks at it, the latest first."""

    rows: Sequence[DrawEntry]
    results: Sequence[CheckResult]
    with_words: bool


def checks_of(entry: Entry, *, reader: User | None) -> ChecksOf:
    """Return the checks of an entry for who may see them: its own firm, its district, the city.

    The firm learns what came of a check and not that one is to come, nor the officers' words.
    """
    nothing = ChecksOf([], [], with_words=False)
    if reader is None:
        return nothing
    is_firm = reader.role is Role.MEMBER and may_see_details(entry, actor=reader)
    with_words = policy.may_read_words(reader, district_id=entry.district_id)
    if not (is_firm or with_words):
        return nothing
    results = (
        sa.select(CheckResult)
        .where(CheckResult.entry_id == entry.id)
        .options(selectinload(CheckResult.draw))
        .order_by(CheckResult.sequence.desc())
    )
    rows = (
        sa.select(DrawEntry)
        .where(DrawEntry.entry_id == entry.id)
        .options(selectinload(DrawEntry.draw))
        .order_by(DrawEntry.draw_sequence.desc())
    )
    return ChecksOf(
        [] if is_firm else db.session.scalars(rows).all(),
        db.session.scalars(results).all(),
        with_words=with_words,
    )


def count_open(actor: User) -> int:
    """Count the drawn entries that the desk of a person has yet to look at."""
    if actor.role not in DESK:
        return 0
    looked_at = (
        sa.select(sa.literal(1))
        .where(
            CheckResult.draw_sequence == DrawEntry.draw_sequence,
            CheckResult.entry_id == DrawEntry.entry_id,
        )
        .exists()
    )
    found = (
        sa.select(sa.func.count())
        .select_from(DrawEntry)
        .join(Entry, Entry.id == DrawEntry.entry_id)
        .where(Entry.district_id == actor.district_id, ~looked_at)
    )
    return db.session.scalar(found) or 0
