"""Draw a sample, and record what was found at an entry: both sealed, neither ever changed.

A draw cannot be made to fit. Its seed is the hash of the very seal that orders it, over all that
was asked, the moment to the microsecond and the seal before: nobody knows it until it is recorded.
Who draws again leaves both draws behind, with their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any  # what an event tells is JSON

import sqlalchemy as sa

from registry.accounts.models import User
from registry.core.clock import day_of
from registry.core.database import db
from registry.core.deeds import claim_key
from registry.core.errors import Invalid, NotAllowed, NotFound, WrongState
from registry.core.language import _
from registry.districts.models import District
from registry.ledger.drawing import Frame, Member, put_in_order, read_population
from registry.ledger.heads import Head
from registry.ledger.models import Seal
from registry.ledger.proof_papers import hash_words
from registry.ledger.queries import read_goals
from registry.ledger.service import Deed, deed
from registry.programme.kinds import Kind
from registry.sampling import policy
from registry.sampling.models import CheckResult, Draw, DrawEntry, Outcome
from registry.sampling.queries import find_drawn, next_look
from registry.sampling.words import COUNTS_FOUND

PURPOSE_LONGEST, CHECKERS_LONGEST, WORDS_LONGEST = 200, 100, 1_000
SAMPLE_MOST, FOUND_MOST = 1_000, 1_000_000
SIZE = re.compile(r"(?P<number>[0-9]{1,6})|(?P<percent>[0-9]{1,3}(\.[0-9]{1,2})?)[%％]")


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn: of which kind and district (None: the city), how many, and why.

    `size` is a number such as `20`, or a share of the population such as `5%`, rounded up.
    """

    purpose: str
    kind: Kind
    size: str
    district_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Seen:
    """What was found at an entry, on which day and by whom; `found`: robots on site."""

    outcome: Outcome
    checked_on: date
    checkers: str
    found: int | None = None
    words: str = ""


@dataclass(frozen=True)
class Done:
    """What a deed led to; `led_to`: it was done before, and led there."""

    draw: Draw | None = None
    result: CheckResult | None = None
    led_to: str | None = None


def draw(wanted: Wanted, *, by: User, at: datetime, key: str | None = None) -> Done:
    """Draw a sample from the entries behind a figure, as they stand now.

    Raise NotAllowed for who may not draw there, Invalid for what cannot be drawn.
    """
    led_to = claim_key(key, user_id=by.id, at=at) if key else None
    if led_to is not None:
        return Done(led_to=led_to)
    if not policy.may_draw(by, district_id=wanted.district_id):
        raise NotAllowed(_("You draw from your own district only; the city draws from all."))
    _check_wanted(wanted)
    with deed(by=by, cause="draw") as opened:
        frame = _frame(wanted, opened, today=day_of(at))
        population = read_population(frame)
        size = _read_size(wanted.size, len(population))
        told = _tell_draw(wanted, frame, population=len(population), size=size)
        opened.record("sample_drawn", told)
    return Done(_keep(told, wanted, population, sequence=opened.sequence))


def _frame(wanted: Wanted, opened: Deed, *, today: date) -> Frame:
    """Name what is drawn from, at the record that is being made; it changes no figure."""
    head = Head(opened.sequence, opened.recorded_at, "")
    goals = {goal.kind: goal.measures for goal in read_goals(today, head)}
    return Frame(
        measures=goals[wanted.kind],
        as_of=today,
        sequence=opened.sequence,
        district_id=wanted.district_id,
        since=wanted.since,
        until=wanted.until,
    )


def _tell_draw(wanted: Wanted, frame: Frame, *, population: int, size: int) -> dict[str, Any]:
    place = db.session.get(District, wanted.district_id) if wanted.district_id else None
    last = db.session.scalar(sa.select(sa.func.max(Draw.number)))
    return {
        "number": (last or 0) + 1,
        "purpose": wanted.purpose.strip(),
        "kind": wanted.kind.value,
        "measures": " ".join(sorted(frame.measures)),
        "district": place.code if place else "",
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "as_of": frame.as_of.isoformat(),
        "asked": wanted.size.strip(),
        "population": population,
        "size": size,
    }


def _keep(
    told: dict[str, Any], wanted: Wanted, population: Sequence[Member], *, sequence: int
) -> Draw:
    """Store what the seal, whose hash is known only now, draws from the population."""
    seed = db.session.scalars(sa.select(Seal.hash).where(Seal.sequence == sequence)).one()
    named = ("number", "purpose", "measures", "asked", "population", "size")
    found = Draw(
        sequence=sequence,
        kind=wanted.kind,
        district_id=wanted.district_id,
        since=wanted.since,
        until=wanted.until,
        as_of=date.fromisoformat(told["as_of"]),
        seed=seed,
        **{name: told[name] for name in named},
    )
    db.session.add(found)
    db.session.flush()
    drawn = put_in_order(population, seed=seed)[: found.size]
    rows = [
        {
            "draw_sequence": sequence,
            "position": position,
            "entry_id": placed.member.entry_id,
            "district_id": placed.member.district_id,
            "quantity": placed.member.quantity,
            "key": placed.key,
        }
        for position, placed in enumerate(drawn, start=1)
    ]
    db.session.execute(sa.insert(DrawEntry), rows)
    return found


def _check_wanted(wanted: Wanted) -> None:
    _check_text(wanted.purpose, field="purpose", longest=PURPOSE_LONGEST)
    if wanted.since and wanted.until and wanted.since > wanted.until:
        message = _("This day is before the other one. Choose the later day here.")
        raise Invalid(message, field="until")


def _read_size(text: str, population: int) -> int:
    """Read a number or a share; raise Invalid where it is none, or more than there is."""
    match = SIZE.fullmatch(text.strip())
    if match is None:
        message = _("Write a number such as 20, or a share such as 5%.")
        raise Invalid(message, field="size")
    if not population:
        message = _("No entry counts there. Choose another kind, district or period.")
        raise Invalid(message, field="size")
    if match["number"]:
        size = int(match["number"])
    else:
        exact = population * Decimal(match["percent"]) / 100
        size = int(exact.to_integral_value(ROUND_CEILING))
    if not 1 <= size <= min(population, SAMPLE_MOST):
        message = _(
            "There are %(population)s entries to draw from: write a size from 1 to %(most)s.",
            population=f"{population:,}",
            most=f"{min(population, SAMPLE_MOST):,}",
        )
        raise Invalid(message, field="size")
    return size


def record(
    draw_sequence: int,
    entry_id: int,
    seen: Seen,
    *,
    by: User,
    at: datetime,
    look: int,
    key: str | None = None,
) -> Done:
    """Record what was found at a drawn entry; `look` is which one this is: 1, then 2, and so on.

    Raise NotFound, NotAllowed for others than the desk of the district it stands in, Invalid for
    what cannot be, WrongState where somebody recorded that look already.
    """
    led_to = claim_key(key, user_id=by.id, at=at) if key else None
    if led_to is not None:
        return Done(led_to=led_to)
    with deed(by=by, cause="check") as opened:
        drawn = find_drawn(draw_sequence, entry_id)
        if drawn is None:
            raise NotFound
        if not policy.may_record(by, district_id=drawn.entry.district_id):
            raise NotAllowed(_("Only the desk of the district it stands in may do this."))
        _check_seen(seen, drawn, look=look, on=day_of(at))
        if next_look(draw_sequence, entry_id) != look:
            raise WrongState(
                _(
                    "A result was recorded meanwhile. Look at it first; yours would be a further"
                    " one."
                )
            )
        result = _keep_result(
            seen, opened, draw_sequence=draw_sequence, entry_id=entry_id, look=look
        )
    return Done(result=result)


def _keep_result(
    seen: Seen, opened: Deed, *, draw_sequence: int, entry_id: int, look: int
) -> CheckResult:
    checkers, words = seen.checkers.strip(), seen.words.strip()
    facts = {"look": look, "outcome": seen.outcome, "found": seen.found}
    told = {
        **facts,
        "draw": draw_sequence,
        "entry": entry_id,
        "checked_on": seen.checked_on.isoformat(),
        "words": hash_words(checkers, words),
    }
    opened.record("entry_checked", told, entry_id=entry_id)
    result = CheckResult(
        sequence=opened.sequence,
        draw_sequence=draw_sequence,
        entry_id=entry_id,
        checked_on=seen.checked_on,
        checkers=checkers,
        words=words,
        **facts,
    )
    db.session.add(result)
    return result


def _check_seen(seen: Seen, drawn: DrawEntry, *, look: int, on: date) -> None:
    """Check what was found against the draw and the calendar."""
    _check_text(seen.checkers, field="checkers", longest=CHECKERS_LONGEST)
    if len(seen.words) > WORDS_LONGEST:
        message = _("No more than %(most)s characters, please.", most=WORDS_LONGEST)
        raise Invalid(message, field="words")
    if seen.checked_on > on:
        message = _("This date has not come yet. Choose today or earlier.")
        raise Invalid(message, field="checked_on")
    if seen.checked_on < drawn.draw.as_of:
        message = _("The sample was drawn on %(day)s; no check is earlier.", day=drawn.draw.as_of)
        raise Invalid(message, field="checked_on")
    if not seen.words.strip() and (look > 1 or seen.outcome is not Outcome.IN_ORDER):
        message = _("Say in words what was found; for a further look, why it was taken.")
        raise Invalid(message, field="words")
    _check_found(seen, drawn)


def _check_found(seen: Seen, drawn: DrawEntry) -> None:
    if drawn.draw.kind not in COUNTS_FOUND:
        if seen.found is not None:
            raise Invalid(_("A number is found of robots only."), field="found")
        return
    if seen.found is None or not 0 <= seen.found <= FOUND_MOST:
        message = _("Write how many robots were found on site, 0 where none was.")
        raise Invalid(message, field="found")
    if seen.outcome is Outcome.NOT_FOUND and seen.found:
        message = _("Robots were found: then it is in order or a deviation.")
        raise Invalid(message, field="found")


def _check_text(text: str, *, field: str, longest: int) -> None:
    if not text.strip():
        raise Invalid(_("Please fill this in."), field=field)
    if len(text) > longest:
        raise Invalid(_("No more than %(most)s characters, please.", most=longest), field=field)
