"""What a page of figures was asked for: as of which day, as known when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.core import clock
from registry.core.errors import Invalid
from registry.ledger.queries import Head, KnownAt, parse_as_of, parse_known_at, read_head

UNPROCESSABLE = 422
OK = 200


@dataclass(frozen=True)
class Question:
    """The two dates as typed and as understood; where one has a fault, its default stands in."""

    as_of: str
    known_at: str
    day: date
    known: KnownAt | None
    faults: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return UNPROCESSABLE if self.faults else OK


def read_question(asked: Mapping[str, str]) -> Question:
    """Understand the words of an address; nothing asked is today, by all that is known."""
    faults: dict[str, object] = {}
    day, known = clock.today(), None
    try:
        day = parse_as_of(asked.get("as_of"))
    except Invalid as error:
        faults["as_of"] = error.message
    try:
        known = parse_known_at(asked.get("known_at"))
        if known is not None:
            read_head(known)
    except Invalid as error:
        known = None
        faults["known_at"] = error.message
    return Question(
        as_of=asked.get("as_of", "") if "as_of" in faults else day.isoformat(),
        known_at=asked.get("known_at", "").strip(),
        day=day,
        known=known,
        faults=faults,
    )


def pin(head: Head, known: KnownAt | None) -> str:
    """Name the head, so that an address asks for what was shown, whatever is recorded since."""
    if head.sequence:
        return f"#{head.sequence}"
    return known.asked if known else ""
