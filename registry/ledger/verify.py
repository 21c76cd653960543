"""Proof of the whole register: the chain, the recount, the totals, and a head printed earlier.

It is made of parts that read by themselves, each the first fault it finds; the fault of the first
part counts. A register so large that this takes long is shared with other processes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from registry.core.beside import count_spare_processors, in_parts
from registry.core.database import db, lift_statement_limit
from registry.core.language import _
from registry.entries.models import Entry
from registry.ledger.chain import NOTHING_BEFORE
from registry.ledger.faults import Fault
from registry.ledger.heads import Head
from registry.ledger.links import parts_of
from registry.ledger.models import Event, Posting, Seal
from registry.ledger.proof_chain import Missing, prove_no_others, prove_seals
from registry.ledger.proof_facts import prove_count, prove_entries, prove_places
from registry.ledger.proof_figures import prove_figures
from registry.ledger.proof_papers import prove_papers
from registry.ledger.proof_records import prove_records
from registry.programme.queries import get_programme

LARGE = 200_000  # entries; beginning another process takes as long as proving some 60,000
OTHERS_MOST = 3
Proof = Callable[[], Iterator[Fault]]
END = sa.select(Seal.sequence, Seal.hash).order_by(Seal.sequence.desc()).limit(1)


@dataclass(frozen=True)
class Report:
    """What was proved: how much there is, its head, and the first row that is wrong, if one is."""

    seals: int
    events: int
    postings: int
    head: str
    fault: Fault | None


def verify(*, expect: Head | tuple[int, str] | None = None) -> Report:
    """Prove everything and stop at the first fault; `expect` is a head that was printed earlier.

    Writes nothing. A large register is read in a snapshot of its own, newer than the caller's.
    """
    lift_statement_limit()
    count = partial(prove_count, starts_on=get_programme().starts_on)
    parts = _parts(count, expect)
    heavy = [prove_entries, count, prove_records, prove_figures, prove_places]
    asked = in_parts(
        [partial(_find_first, part) for part in parts],
        version=_read_end,
        others=_count_others(),
        heavy=[parts.index(part) for part in heavy],
    )
    with closing(asked) as faults:
        fault = next((fault for fault in faults if fault is not None), None)
    if isinstance(fault, Missing):
        fault = fault.resolved(is_posting=_find_first(count) is not None)
    sequence, hash_ = _read_end()
    return Report(sequence, _count(Event), _count(Posting), hash_, fault)


def _read_end() -> tuple[int, str]:
    """Return the end of the chain, without its time: that may have been altered into none."""
    end = db.session.execute(END).first()
    return (0, NOTHING_BEFORE) if end is None else (end.sequence, end.hash)


def _parts(count: Proof, expect: Head | tuple[int, str] | None) -> Sequence[Proof]:
    """List the proofs in the order in which a fault is named."""
    starts_on, (length, _hash) = get_programme().starts_on, _read_end()
    expected = [] if expect is None else [partial(_prove_expected, expect)]
    return [
        *(partial(prove_seals, p, starts_on=starts_on) for p in parts_of(length)),
        prove_no_others,
        *expected,
        prove_records,
        prove_entries,
        prove_places,
        count,
        prove_figures,
        prove_papers,
    ]


def _count_others() -> int:
    """Say how many processes are worth their start."""
    is_large = (db.session.scalar(sa.select(sa.func.max(Entry.id))) or 0) >= LARGE
    return count_spare_processors(most=OTHERS_MOST) if is_large else 0


def _find_first(proof: Proof) -> Fault | None:
    with _without_collector():
        return next(proof(), None)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let the collector of cycles rest: millions of rows have none, and it would look at each."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _count(model: type[Event | Posting]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def _prove_expected(expect: Head | tuple[int, str]) -> Iterator[Fault]:
    sequence, hash_ = expect if isinstance(expect, tuple) else (expect.sequence, expect.hash)
    newest, _hash = _read_end()
    if sequence > newest:
        sentence = _(
            "is missing: it was printed once, and the chain now ends with %(newest)s.",
            newest=newest,
        )
        yield Fault("seal", sentence, sequence=sequence)
    elif db.session.scalar(sa.select(Seal.hash).where(Seal.sequence == sequence)) != hash_:
        yield Fault("seal", _("is not the one that was printed."), sequence=sequence)
