"""The bytes that are hashed: the same on both databases, each form led by a mark of its version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any  # a payload is any JSON

NOTHING_BEFORE = "0" * 64


def canonical(payload: Mapping[str, Any]) -> str:
    """Write a payload so that equal content gives equal text."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def posting_digest(
    sequence: int,
    position: int,
    programme_id: int,
    subject: str,
    measure: str,
    district_id: int,
    entry_id: int,
    effective_on: date,
    quantity: int,
) -> str:
    return _hash(
        f"p1|{sequence}|{position}|{programme_id}|{subject}|{measure}|{district_id}|{entry_id}"
        f"|{effective_on.isoformat()}|{quantity}"
    )


def event_digest(
    sequence: int,
    position: int,
    application_id: int | None,
    entry_id: int | None,
    batch_id: int | None,
    type_: str,
    payload: str,
) -> str:
    ids = "|".join("" if i is None else str(i) for i in (application_id, entry_id, batch_id))
    return _hash(f"e1|{sequence}|{position}|{ids}|{type_}|{payload}")


def seal_hash(
    previous: str,
    sequence: int,
    recorded_at: datetime,
    actor_id: int | None,
    cause: str,
    rows: int,
    digests: Iterable[str],
) -> str:
    """Hash a seal over the one before it and the digests of its events, then its postings, in order."""
    moment = recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    actor = "" if actor_id is None else actor_id
    return _hash(f"s1|{previous}|{sequence}|{moment}|{actor}|{cause}|{rows}|{','.join(digests)}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
