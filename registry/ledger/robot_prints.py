"""Fingerprints of the robots of an entry, sealed with the entry's own: brand, serial and span.

The recount proves how many robots an entry has, and its fingerprint whose it is; that each is the
machine which was verified is proved here. Seals written before there were any hold none, and an
entry is proved from the first one on that does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import sqlalchemy as sa

from registry.core.database import db
from registry.entries.models import RobotUnit
from registry.ledger.facts import chunks
from registry.ledger.streams import stream

VERSION, LENGTH, MARK = "u1", 32, 6
COLUMNS = (
    RobotUnit.entry_id,
    RobotUnit.position,
    RobotUnit.brand,
    RobotUnit.model,
    RobotUnit.serial_no,
    RobotUnit.serial_key,
    sa.type_coerce(RobotUnit.robot_type, sa.String),
    sa.type_coerce(RobotUnit.from_on, sa.String),
    sa.type_coerce(RobotUnit.until_on, sa.String),
    RobotUnit.retired,
)
REGISTERED = (
    sa.select(*COLUMNS)
    .where(RobotUnit.is_registered)
    .order_by(RobotUnit.entry_id, RobotUnit.position, RobotUnit.id)
)
BY_IDS = REGISTERED.where(RobotUnit.entry_id.in_(sa.bindparam("ids", expanding=True)))


class Prints(NamedTuple):
    """The fingerprint of all robots of an entry, and a short mark of each, to find the wrong one.

    The marks prove nothing; they are too short for that.
    """

    whole: str
    marks: str


Rows = Sequence[Sequence[object]]


def read_robot_prints(entry_ids: Collection[int]) -> dict[str, Prints]:
    """Return the fingerprints of the registered robots of these entries, by entry."""
    connection = db.session.connection()
    found: dict[str, Prints] = {}
    for ids in chunks(sorted(entry_ids)):
        for entry_id, rows in _by_entry(connection.execute(BY_IDS, {"ids": ids})):
            found[entry_id] = prints_of(rows)
    return found


def iterate_robots() -> Iterator[tuple[str, Rows]]:
    """Go through all registered robots, entry by entry."""
    return _by_entry(stream(REGISTERED))


def _by_entry(rows: Iterable[Sequence[object]]) -> Iterator[tuple[str, Rows]]:
    for entry_id, group in groupby(rows, key=itemgetter(0)):
        yield str(entry_id), list(group)


def prints_of(rows: Rows) -> Prints:
    """Return the fingerprint of the robots of one entry, rows of COLUMNS in their order."""
    digests = [_digest(row) for row in rows]
    whole = hashlib.sha256(f"{VERSION}|{','.join(digests)}".encode()).hexdigest()[:LENGTH]
    return Prints(f"{VERSION}:{whole}", "".join(digest[:MARK] for digest in digests))


def find_changed(rows: Rows, marks: str) -> object | None:
    """Return the position of the first robot that does not bear its mark, if one can be named."""
    if len(rows) * MARK != len(marks):
        return None
    for number, row in enumerate(rows):
        if not marks.startswith(_digest(row)[:MARK], number * MARK):
            return row[1]
    return None


def _digest(row: Sequence[object]) -> str:
    words = "|".join("" if value is None else f"{len(str(value))}:{value}" for value in row)
    return hashlib.sha256(f"{VERSION}|{words}".encode()).hexdigest()
