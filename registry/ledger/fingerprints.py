"""A fingerprint of each registered entry's facts, sealed with every deed that touches the entry.

The count of an entry is proved by recounting; its fingerprint proves what does not move the
count as well: whose it is, its title, its number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import Any  # values of a row

import orjson
import sqlalchemy as sa

from registry.core.database import db
from registry.entries.models import Entry, Standing
from registry.ledger.facts import chunks
from registry.ledger.streams import stream_raw

SEALED = "facts_sealed"
LENGTH = 32
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
    return {str(row[0]): fingerprint_of(row) for row in _read(entry_ids)}


def read_first_form(entry_ids: Collection[int]) -> dict[str, str]:
    """Return the same as they were written at first: each value a text, its length before it."""
    return {str(row[0]): first_form_of(row) for row in _read(entry_ids)}


def iterate_fingerprints() -> Iterator[tuple[str, str]]:
    """Go through the whole register, by (id, fingerprint)."""
    for row in stream_raw(REGISTERED):
        yield str(row[0]), fingerprint_of(row)


def fingerprint_of(row: tuple[Any, ...]) -> str:
    """Return the fingerprint of the values of COLUMNS.

    They are written as JSON without blanks; what was altered into what JSON has not, as a text.
    """
    return hashlib.sha256(b"f2" + orjson.dumps(row, default=str)).hexdigest()[:LENGTH]


def first_form_of(row: tuple[Any, ...]) -> str:
    """Return the fingerprint as it was written at first."""
    texts = ["" if value is None else str(value) for value in row]
    words = "|".join([text and f"{len(text)}:{text}" for text in texts])
    return hashlib.sha256(f"f1|{words}".encode()).hexdigest()[:LENGTH]


def _read(entry_ids: Collection[int]) -> Iterator[tuple[Any, ...]]:
    connection = db.session.connection()
    for ids in chunks(sorted(entry_ids)):
        yield from map(tuple, connection.execute(BY_IDS, {"ids": ids}))
