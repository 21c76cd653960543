"""The head of the chain that an answer read, and the two dates that a question may name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa

from registry.core import clock
from registry.core.database import db, once_a_snapshot
from registry.core.errors import Invalid
from registry.core.language import _
from registry.core.prepared import Prepared, read_moment
from registry.ledger.chain import NOTHING_BEFORE
from registry.ledger.models import Seal

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SEQUENCE = re.compile(r"#[0-9]{1,9}")
BLANK_FOR_PLUS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")

NEWEST = Prepared(
    sa.select(Seal.sequence, Seal.recorded_at, Seal.hash).order_by(Seal.sequence.desc()).limit(1)
)


@dataclass(frozen=True)
class Head:
    """The newest seal that an answer knows; sequence 0 where nothing was recorded by then."""

    sequence: int
    recorded_at: datetime
    hash: str


@dataclass(frozen=True)
class KnownAt:
    """Up to when records are known: a moment or a sequence, and the text that asked for it."""

    asked: str
    moment: datetime | None = None
    sequence: int | None = None


def parse_as_of(text: str | None) -> date:
    """Read the day asked for, today where none is; raise Invalid for a bad or future one."""
    if not text or not text.strip():
        return clock.today()
    day = _parse_day(text.strip())
    if day is None:
        message = _("Write the date as YYYY-MM-DD, for example %(day)s.", day=clock.today())
        raise Invalid(message, field="as_of")
    if day > clock.today():
        raise Invalid(_("This date has not come yet. Choose today or earlier."), field="as_of")
    return day


def parse_known_at(text: str | None) -> KnownAt | None:
    """Read `2026-11-22` (its end in Shanghai), a time with zone, or `#1234`.

    Return None where nothing is asked. Raise Invalid for all else and for what is still to come.
    """
    asked = (text or "").strip()
    if not asked:
        return None
    if SEQUENCE.fullmatch(asked):
        return KnownAt(asked=asked, sequence=int(asked[1:]))
    day = _parse_day(asked)
    if day is not None:
        if day > clock.today():
            raise _not_yet()
        return KnownAt(asked=asked, moment=clock.end_of(day))
    moment = _parse_moment(asked)
    if moment > clock.now():
        raise _not_yet()
    return KnownAt(asked=moment.isoformat(), moment=moment)


def read_head(known_at: KnownAt | None = None) -> Head:
    """Return the newest seal, or the last one known then; raise Invalid for an unknown."""
    if known_at is None:
        return once_a_snapshot("head", _read_newest)
    newest_first = sa.select(Seal.sequence, Seal.recorded_at, Seal.hash).order_by(
        Seal.sequence.desc()
    )
    if known_at.moment is not None:
        known = newest_first.where(Seal.recorded_at <= known_at.moment)
        row = db.session.execute(known.limit(1)).first()
        return Head(*row) if row else Head(0, known_at.moment, NOTHING_BEFORE)
    row = db.session.execute(newest_first.where(Seal.sequence == known_at.sequence)).first()
    if row is None:
        message = _(
            "There is no record %(asked)s. The newest one is #%(newest)s.",
            asked=known_at.asked,
            newest=read_head().sequence,
        )
        raise Invalid(message, field="known_at")
    return Head(*row)


def _read_newest() -> Head:
    for sequence, recorded_at, hash_ in NEWEST.fetch():
        return Head(sequence, read_moment(recorded_at), hash_)
    return Head(0, clock.now(), NOTHING_BEFORE)


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _parse_moment(text: str) -> datetime:
    """Read a time with zone; a plus sign that an address turned into a blank is put back."""
    try:
        moment = datetime.fromisoformat(BLANK_FOR_PLUS.sub("+", text))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = _(
        "Write when it was known as YYYY-MM-DD, as a time with zone such as"
        " 2026-11-22T08:00:00+08:00, or as the number of a record such as #1234."
    )
    raise Invalid(message, field="known_at")


def _not_yet() -> Invalid:
    message = _("What will be known later cannot be asked for. Choose today or earlier.")
    return Invalid(message, field="known_at")
