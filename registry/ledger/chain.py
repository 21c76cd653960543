"""The bytes that are hashed: the same on both databases, each form led by a mark of its version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple  # a payload is any JSON

NOTHING_BEFORE = "0" * 64
_encoder = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def canonical(payload: Mapping[str, Any]) -> str:
    """Write a payload so that equal content gives equal text."""
    return _encoder.encode(payload)


def posting_digest(columns: Sequence[object]) -> str:
    """Hash sequence, position, programme, subject, measure, district, entry, day, quantity."""
    return sha256("p1|" + "|".join(map(str, columns)))


def event_digest(columns: Sequence[object]) -> str:
    """Hash sequence, position, application, entry, batch, type, and the payload as stored."""
    sequence, position, application, entry, batch, type_, payload = columns
    application = "" if application is None else application
    entry = "" if entry is None else entry
    batch = "" if batch is None else batch
    return sha256(f"e1|{sequence}|{position}|{application}|{entry}|{batch}|{type_}|{payload}")


class SealFacts(NamedTuple):
    """What a seal's hash stands for, but for the digests of its rows; its moment is written."""

    sequence: int
    recorded_at: str
    actor_id: int | None
    cause: str
    rows: int
    previous: str


def seal_hash(seal: SealFacts, digests: Iterable[str]) -> str:
    """Hash a seal over the one before it and the digests of its events, then its postings."""
    actor = "" if seal.actor_id is None else seal.actor_id
    words = f"{seal.previous}|{seal.sequence}|{seal.recorded_at}|{actor}|{seal.cause}|{seal.rows}"
    return sha256(f"s1|{words}|{','.join(digests)}")


def write_moment(moment: datetime) -> str:
    """Write a moment as it is hashed; so written, moments stand in their order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def sha256(text: str) -> str:
    """Hash a text."""
    return hashlib.sha256(text.encode()).hexdigest()
