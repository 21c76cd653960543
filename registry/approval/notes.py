"""An officer's working notes on a case: remarks being written, ticks, reasons.

The enterprise never sees them; a return sends the remarks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any  # stored notes are any JSON

Row = Mapping[str, Any]
REMARK_LONGEST = 1_000
REMARKS_MOST = 200


@dataclass(frozen=True)
class Notes:
    """What was noted on one filing: `verified` are positions of rows from 1, `words` the rest."""

    filing: int = 0
    remarks: Mapping[str, str] = field(default_factory=dict)
    checks: frozenset[str] = frozenset()
    verified: frozenset[int] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def written(self) -> list[tuple[str, str]]:
        """List the remarks that have words, as a return sends them."""
        return [(place, text) for place, text in self.remarks.items() if text.strip()]

    @property
    def is_empty(self) -> bool:
        return not (self.written or any(self.words.values()))


@dataclass(frozen=True)
class Posted:
    """Notes as a page sent them, with the rows that it showed: of those only it knows the ticks."""

    notes: Notes
    shown: frozenset[int]


def load_notes(stored: Mapping[str, Any]) -> Notes:
    """Read the notes kept with a case."""
    return Notes(
        filing=stored.get("filing", 0),
        remarks=stored.get("remarks", {}),
        checks=frozenset(stored.get("checks", ())),
        verified=frozenset(stored.get("verified", ())),
        words=stored.get("words", {}),
    )


def store_notes(notes: Notes) -> dict[str, Any]:
    """Return the notes as they are kept; remarks without words are not."""
    return {
        "filing": notes.filing,
        "remarks": dict(notes.written),
        "checks": sorted(notes.checks),
        "verified": sorted(notes.verified),
        "words": {name: text for name, text in notes.words.items() if text},
    }


def merge(kept: Notes, posted: Posted) -> Notes:
    """Lay what a page sent over what is kept; what it did not show stays as it was."""
    sent = posted.notes
    return replace(
        kept,
        remarks={**kept.remarks, **sent.remarks},
        checks=sent.checks,
        verified=(kept.verified - posted.shown) | (sent.verified & posted.shown),
        words={**kept.words, **sent.words},
    )


def carry_over(notes: Notes, *, filing: int, before: Sequence[Row], now: Sequence[Row]) -> Notes:
    """Bring notes to the present filing: rows that did not change stay ticked."""
    if notes.filing == filing:
        return notes
    seen = [before[place - 1] for place in sorted(notes.verified) if place <= len(before)]
    kept = _positions_of(seen, now)
    return Notes(filing=filing, remarks=notes.remarks, verified=kept)


def _positions_of(rows: Sequence[Row], now: Sequence[Row]) -> frozenset[int]:
    wanted: Collection[tuple[tuple[str, str], ...]] = {_key(row) for row in rows}
    return frozenset(place for place, row in enumerate(now, start=1) if _key(row) in wanted)


def _key(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(word)) for name, word in row.items() if word))


def after_return(notes: Notes) -> Notes:
    """Return what is left of notes once their remarks have been sent."""
    return replace(notes, remarks={}, words={})
