"""Between which two answers the changes are asked for: two days, or one day known twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from registry.core.errors import Invalid, NotFound
from registry.core.language import _
from registry.core.wire import read_number
from registry.ledger.differences import Place, Span
from registry.ledger.queries import KnownAt, parse_as_of, parse_known_at, read_head
from registry.tally.questions import OK, UNPROCESSABLE, pin

DAYS_DEFAULT = 7


class By(StrEnum):
    """What is compared: two days by the same knowledge, or two states of knowledge of one day."""

    DATES = "dates"
    KNOWN = "known"


@dataclass(frozen=True)
class SpanAsked:
    """The words as typed and the span as understood; where one has a fault, a default stands in."""

    by: By
    words: Mapping[str, str]
    span: Span
    faults: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return UNPROCESSABLE if self.faults else OK

    @property
    def pinned(self) -> dict[str, str]:
        """Return the words that ask for exactly this, whatever is recorded since."""
        span = self.span
        if self.by is By.DATES:
            return {
                "since": span.since.isoformat(),
                "as_of": span.as_of.isoformat(),
                "known_at": pin(span.known_at, None),
            }
        return {
            "by": self.by.value,
            "as_of": span.as_of.isoformat(),
            "known_since": pin(span.known_since, None) or self.words["known_since"],
            "known_at": pin(span.known_at, None),
        }


def read_span(asked: Mapping[str, str]) -> SpanAsked:
    """Understand the words of an address; nothing asked is the week up to today."""
    by = By.KNOWN if asked.get("by") == By.KNOWN else By.DATES
    faults: dict[str, object] = {}
    day = _read_day(asked, "as_of", faults)
    known = _read_known(asked, "known_at", faults)
    later = read_head(known)
    week_ago = day - min(timedelta(days=DAYS_DEFAULT), day - date.min)
    words = {
        "as_of": asked.get("as_of", "") or day.isoformat(),
        "known_at": _word(asked, "known_at"),
    }
    if by is By.DATES:
        since = _read_day(asked, "since", faults, default=week_ago)
        if since > day and not faults:
            faults["since"] = _("This day is after the other one. Choose the earlier day here.")
        since = min(since, day)
        words["since"] = asked.get("since", "") or since.isoformat()
        return SpanAsked(by, words, Span(since, day, later, later), faults)
    word = _word(asked, "known_since") or week_ago.isoformat()
    earlier = read_head(_read_known({"known_since": word}, "known_since", faults))
    if earlier.sequence > later.sequence:
        if not faults:
            faults["known_since"] = _(
                "This is later than the other one. Name the earlier one here."
            )
        earlier = later
    words["known_since"] = word
    return SpanAsked(by, words, Span(day, day, earlier, later), faults)


def _word(asked: Mapping[str, str], name: str) -> str:
    return asked.get(name, "").strip()


def _read_day(
    asked: Mapping[str, str], name: str, faults: dict[str, object], *, default: date | None = None
) -> date:
    text = _word(asked, name)
    if not text and default is not None:
        return default
    try:
        return parse_as_of(text)
    except Invalid as error:
        faults[name] = error.message
        return default or parse_as_of(None)


def _read_known(asked: Mapping[str, str], name: str, faults: dict[str, object]) -> KnownAt | None:
    """Read a state of knowledge that there is; None, the newest, where there is none."""
    try:
        known = parse_known_at(_word(asked, name))
        if known is not None:
            read_head(known)
    except Invalid as error:
        faults[name] = error.message
        return None
    return known


def read_place(text: str) -> Place | None:
    """Read where a page of changes begins; an address that was altered is not found."""
    parts = text.split(".")
    if parts == [""]:
        return None
    try:
        is_new, day, sequence, position = map(read_number, parts)
        date.fromordinal(day)
    except (ValueError, OverflowError):
        raise NotFound from None
    if not sequence or not position or is_new > 1:
        raise NotFound
    return is_new, day, sequence, position
