"""A fingerprint of each registered entry's facts, sealed with every deed that touches the entry.

The count of an entry is proved by recounting; its fingerprint proves what does not move the
count as well: whose it is, its title, its number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any  # values of a row

import sqlalchemy as sa

from registry.core.database import db
from registry.entries.models import Entry, Standing
from registry.ledger.facts import chunks
from registry.ledger.streams import stream_raw

SEALED = "facts_sealed"
LENGTH = 32
WORDS_MOST = 10_000
COLUMNS = (
    Entry.id,
    sa.type_coerce(Entry.kind, sa.String),
    Entry.enterprise_id,
    Entry.district_id,
    Entry.title,
    sa.type_coerce(Entry.standing, sa.String),
    sa.cast(Entry.effective_on, sa.String),
    sa.type_coerce(Entry.precision, sa.String),
    Entry.rank,
    sa.cast(Entry.revoked_on, sa.String),
    Entry.number,
    Entry.certificate_code,
    Entry.batch_id,
)


REGISTERED = sa.select(*COLUMNS).where(Entry.standing != Standing.UNREGISTERED).order_by(Entry.id)
BY_IDS = REGISTERED.where(Entry.id.in_(sa.bindparam("ids", expanding=True)))


def read_fingerprints(entry_ids: Collection[int]) -> dict[str, str]:
    """Return the fingerprints of those of these entries that are or were in the register."""
    connection = db.session.connection()
    found: dict[str, str] = {}
    for ids in chunks(sorted(entry_ids)):
        found |= dict(_fingerprints(connection.execute(BY_IDS, {"ids": ids})))
    return found


def iterate_fingerprints() -> Iterator[tuple[str, str]]:
    """Go through the whole register, by (id, fingerprint)."""
    return _fingerprints(stream_raw(REGISTERED))


class _Words(dict[object, str]):
    """Values as they are hashed, their lengths before them; for columns in which few recur."""

    def __missing__(self, value: object) -> str:
        if len(self) >= WORDS_MOST:
            self.clear()
        text = "" if value is None else str(value)
        self[value] = words = _lengths[len(text)] + text
        return words


class _Lengths(dict[int, str]):
    """What stands before a text of some length; nothing stands for no text."""

    def __missing__(self, length: int) -> str:
        self[length] = words = f"|{length}:" if length else "|"
        return words


_words, _lengths = _Words(), _Lengths()


def fingerprint_of(row: Sequence[Any]) -> str:
    """Return the fingerprint of the values of COLUMNS."""
    _, fingerprint = next(_fingerprints([row]))
    return fingerprint


def _fingerprints(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, str]]:
    """Written out for speed: this loop runs once for every entry there is."""
    known, of, sha256 = _words, _lengths, hashlib.sha256
    for row in rows:
        id_, kind, firm, place, title, standing, day, precision, rank, revoked, no, code, batch = (
            row
        )
        id_, firm, rank = str(id_), str(firm), "" if rank is None else str(rank)
        title, no, code = title or "", no or "", code or ""
        text = (
            f"f1{of[len(id_)]}{id_}{known[kind]}{of[len(firm)]}{firm}{known[place]}"
            f"{of[len(title)]}{title}{known[standing]}{known[day]}{known[precision]}"
            f"{of[len(rank)]}{rank}{known[revoked]}{of[len(no)]}{no}{of[len(code)]}{code}"
            f"{known[batch]}"
        )
        yield id_, sha256(text.encode()).hexdigest()[:LENGTH]
