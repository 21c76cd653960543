"""Proof of what was made known from the figures: releases, draws and results are as recorded.

Comes last: a release is recounted from cells and postings that are proved by then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any  # rows read through a table's name, and JSON

import sqlalchemy as sa

from registry.core.database import Base, db
from registry.core.language import _
from registry.districts.models import District
from registry.ledger.chain import canonical
from registry.ledger.drawing import Frame, Placed, put_in_order, read_population
from registry.ledger.faults import NO_EVENT, NO_ROW, NOT_AS_TOLD, Fault
from registry.ledger.frozen import is_same, read_frozen
from registry.ledger.heads import Head, read_head
from registry.ledger.models import Seal
from registry.ledger.streams import stream
from registry.ledger.told import read_told
from registry.programme.kinds import Measure

Told = Mapping[int, dict[str, Any]]


def prove_papers() -> Iterator[Fault]:
    """Yield what differs from the events, and what a recount does not give."""
    yield from _prove_releases()
    yield from _prove_draws()
    yield from _prove_results()


def hash_words(*words: str) -> str:
    """Return the fingerprint that an event keeps of words that are not for everybody."""
    return hashlib.sha256(canonical({"words": words}).encode()).hexdigest()


def _told(type_: str) -> dict[int, dict[str, Any]]:
    return {sequence: dict(told) for sequence, _, told in read_told(type_)}


def _hash_of(sequence: int) -> str | None:
    """Return the hash of a seal; the chain is proved by itself."""
    return db.session.scalar(sa.select(Seal.hash).where(Seal.sequence == sequence))


def _compare(
    table: str, rows: Iterable[tuple[int, dict[str, Any]]], told: Told
) -> Iterator[Fault | int]:
    """Yield each row that is not its event's, and the sequences of those that are."""
    left = dict(told)
    for sequence, row in rows:
        said = left.pop(sequence, None)
        if said is None:
            yield Fault(table, NO_EVENT, sequence=sequence)
        elif said != row:
            yield Fault(table, NOT_AS_TOLD, sequence=sequence)
        else:
            yield sequence
    for sequence in left:
        yield Fault(table, NO_ROW, sequence=sequence)


def _read_json(text: str) -> object:
    """Return what a text says, and the text itself where it was altered into what is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _rows(table: sa.Table) -> Iterator[dict[str, Any]]:
    """Go through a table by its sequence; days are written as in events."""
    for row in stream(sa.select(table).order_by(table.c.sequence)):
        yield {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's documented name
        }


def _prove_releases() -> Iterator[Fault]:
    found = {row.pop("sequence"): row for row in _rows(Base.metadata.tables["release"])}
    rows = [
        (sequence, {**row, "figures": _read_json(row["figures"])})
        for sequence, row in found.items()
    ]
    newest = read_head()
    for result in _compare("release", rows, _told("figures_released")):
        if isinstance(result, Fault):
            yield result
        else:
            yield from _prove_release(result, found[result], newest=newest)


def _prove_release(sequence: int, row: dict[str, Any], *, newest: Head) -> Iterator[Fault]:
    """The head it names is in the chain, and the figures known there are those released."""
    head = Head(row["head_sequence"], newest.recorded_at, row["head_hash"])
    if head.sequence and _hash_of(head.sequence) != head.hash:
        sentence = _("names a head that is not in the chain.")
        yield Fault("release", sentence, sequence=sequence)
        return
    as_of = date.fromisoformat(row["as_of"])
    if not is_same(json.loads(row["figures"]), read_frozen(as_of, head, newest=newest)):
        sentence = _(
            "says other figures than the ledger gives for %(day)s at #%(sequence)s.",
            day=as_of,
            sequence=head.sequence,
        )
        yield Fault("release", sentence, sequence=sequence)


def _prove_draws() -> Iterator[Fault]:
    codes = dict(db.session.execute(sa.select(District.id, District.code)).all())
    rows, seeds = [], {}
    for row in _rows(Base.metadata.tables["draw"]):
        sequence, place = row.pop("sequence"), row.pop("district_id")
        seeds[sequence] = row.pop("seed")
        rows.append((sequence, {**row, "district": codes.get(place, "")}))
    ids = {code: place_id for place_id, code in codes.items()}
    drawn, told = _read_drawn(), _told("sample_drawn")
    for result in _compare("draw", rows, told):
        if isinstance(result, Fault):
            yield result
            continue
        if seeds[result] != _hash_of(result):
            sentence = _("has a seed that is not the hash of its seal.")
            yield Fault("draw", sentence, sequence=result)
        yield from _prove_draw(
            result, told[result], ids, seed=seeds[result], drawn=drawn.pop(result, [])
        )
    for sequence in drawn:
        yield Fault("draw_entry", _("has no draw."), sequence=sequence)


def _prove_draw(
    sequence: int,
    said: dict[str, Any],
    ids: Mapping[str, int],
    *,
    seed: str,
    drawn: list[tuple[Any, ...]],
) -> Iterator[Fault]:
    """Draw again: the population has its size, and the first of its order are those drawn."""
    population = read_population(read_frame(sequence, said, ids))
    if len(population) != said["population"]:
        sentence = _("says another population than the ledger gives.")
        yield Fault("draw", sentence, sequence=sequence)
        return
    again = [_as_row(placed) for placed in put_in_order(population, seed=seed)[: said["size"]]]
    for position, row in enumerate(again, start=1):
        if drawn[position - 1 : position] != [(position, *row)]:
            sentence = _("is not what the seed draws.")
            yield Fault("draw_entry", sentence, sequence=sequence, position=position)
            return
    if len(drawn) > len(again):
        yield Fault("draw_entry", _("is more than was drawn."), sequence=sequence)


def read_frame(sequence: int, said: Mapping[str, Any], ids: Mapping[str, int]) -> Frame:
    """Return what the event of a draw says that was drawn from; `ids` are districts by code."""
    return Frame(
        measures=[Measure(name) for name in said["measures"].split()],
        as_of=date.fromisoformat(said["as_of"]),
        sequence=sequence,
        district_id=ids.get(said["district"]),
        since=date.fromisoformat(said["since"]) if said["since"] else None,
        until=date.fromisoformat(said["until"]) if said["until"] else None,
    )


def _as_row(placed: Placed) -> tuple[Any, ...]:
    member = placed.member
    return (member.entry_id, member.district_id, member.quantity, placed.key)


def _read_drawn() -> dict[int, list[tuple[Any, ...]]]:
    table = Base.metadata.tables["draw_entry"]
    columns = (table.c.position, table.c.entry_id, table.c.district_id, table.c.quantity)
    found = sa.select(table.c.draw_sequence, *columns, table.c.key)
    rows = stream(found.order_by(table.c.draw_sequence, table.c.position))
    return {
        sequence: [tuple(row[1:]) for row in group]
        for sequence, group in groupby(rows, key=lambda row: row[0])
    }


def _prove_results() -> Iterator[Fault]:
    rows = []
    for row in _rows(Base.metadata.tables["check_result"]):
        sequence, said = row.pop("sequence"), hash_words(row.pop("checkers"), row.pop("words"))
        draw, entry = row.pop("draw_sequence"), row.pop("entry_id")
        rows.append((sequence, {**row, "draw": draw, "entry": entry, "words": said}))
    for result in _compare("check_result", rows, _told("entry_checked")):
        if isinstance(result, Fault):
            yield result
