"""The bytes that are hashed: the same on both databases, each form led by a mark of its version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any  # a payload is any JSON

NOTHING_BEFORE = "0" * 64


def canonical(payload: Mapping[str, Any]) -> str:
    """Write a payload so that equal content gives equal text."""
    return json.dumps(
        payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def posting_digest(columns: Sequence[object]) -> str:
    """Hash sequence, position, programme, subject, measure, district, entry, day, quantity."""
    return sha256("p1|" + "|".join(map(str, columns)))


def event_digest(columns: Sequence[object]) -> str:
    """Hash sequence, position, application, entry, batch, type, and the payload as stored."""
    return sha256("e1|" + "|".join("" if value is None else str(value) for value in columns))


@dataclass(frozen=True)
class SealFacts:
    """What a seal's hash stands for, but for the digests of its rows."""

    sequence: int
    recorded_at: datetime
    actor_id: int | None
    cause: str
    rows: int
    previous: str


def seal_hash(seal: SealFacts, digests: Iterable[str]) -> str:
    """Hash a seal over the one before it and the digests of its events, then its postings."""
    moment = seal.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    actor = "" if seal.actor_id is None else seal.actor_id
    words = (seal.previous, seal.sequence, moment, actor, seal.cause, seal.rows, ",".join(digests))
    return sha256("s1|" + "|".join(map(str, words)))


def sha256(text: str) -> str:
    """Hash a text."""
    return hashlib.sha256(text.encode()).hexdigest()
