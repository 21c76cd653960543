"""Proof of the whole register: the chain, the recount, the totals, and a head printed earlier."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

from registry.core.beside import beside
from registry.core.database import lift_statement_limit
from registry.ledger.faults import Fault
from registry.ledger.heads import Head, read_head
from registry.ledger.proof_chain import Missing, Story, prove_chain
from registry.ledger.proof_facts import ask_database, prove_count, prove_facts
from registry.ledger.proof_figures import prove_figures
from registry.ledger.proof_papers import prove_papers
from registry.ledger.proof_records import prove_records
from registry.ledger.settled import read_unsettled
from registry.programme.queries import get_programme


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

    Reads in the caller's snapshot and writes nothing.
    """
    lift_statement_limit()
    story = Story(programme_starts_on=get_programme().starts_on)
    with _without_collector(), closing(_faults(story, expect)) as faults:
        fault = next(faults, None)
    if isinstance(fault, Missing):
        with closing(_recount(story.programme_starts_on)) as differences:
            is_posting = next(differences, None) is not None
        fault = fault.resolved(is_posting=is_posting)
    return Report(story.seals, story.events, story.postings, story.head, fault)


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


def _faults(story: Story, expect: Head | tuple[int, str] | None) -> Generator[Fault]:
    ask = partial(ask_database, story.programme_starts_on)
    with beside(ask, version=read_head) as asked:
        yield from prove_chain(story)
        if expect is not None:
            yield from _prove_expected(story, expect)
        yield from prove_records(story)
        yield from prove_facts(story, asked)
    yield from prove_figures()
    yield from prove_papers(story)


def _recount(starts_on: date) -> Generator[Fault]:
    yield from prove_count(read_unsettled(starts_on=starts_on), starts_on=starts_on)


def _prove_expected(story: Story, expect: Head | tuple[int, str]) -> Generator[Fault]:
    sequence, hash_ = expect if isinstance(expect, tuple) else (expect.sequence, expect.hash)
    if sequence > story.seals:
        sentence = f"is missing: it was printed once, and the chain now ends with {story.seals}."
        yield Fault("seal", sentence, sequence=sequence)
    elif story.hashes.get(sequence) != hash_:
        yield Fault("seal", "is not the one that was printed.", sequence=sequence)
