"""What the approval of an amendment does to the rows of its entry, and to those of old lots.

The moves are worked out first, from what was filed and what stands; the preview adds them up, the
deed carries them out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any  # the columns of a row

import sqlalchemy as sa

from registry.applications.amendment import REGISTERED, Amendment, check_valid, get_amended
from registry.applications.models import Application
from registry.applications.queries import find_filing
from registry.applications.suspicions import LOTS_REPLACED, list_lots
from registry.core.database import db
from registry.core.errors import Invalid, WrongState
from registry.core.language import _
from registry.entries.models import Entry, RobotLot, RobotUnit
from registry.entries.registered import list_live_units, registered_words
from registry.entries.uniqueness import list_registered_serials
from registry.ledger.timelines import RowFacts


@dataclass(frozen=True)
class Part:
    """So many of a lot that robots with serial numbers replace from a day on."""

    lot: RobotLot
    count: int
    until_on: date


@dataclass
class Moves:
    """What becomes of rows. `begins`: by position of the filed row, the day from which it counts.

    `keeps`: the filed row that a registered unit becomes. `ends`: units that end, on which day, and
    whether they stay in what was ever deployed.
    """

    begins: dict[int, date] = field(default_factory=dict)
    keeps: list[tuple[RobotUnit, int]] = field(default_factory=list)
    ends: list[tuple[RobotUnit, date, bool]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def check_standing(application: Application) -> Entry:
    """Return the entry; raise WrongState where it is not as it was when the amendment was filed."""
    entry = get_amended(application)
    check_valid(entry)
    if entry.district_id != application.district_id:
        raise WrongState(
            _(
                "The entry stands in another district now. Return the amendment: filed again, it "
                "goes to that district."
            )
        )
    frozen = find_filing(application)
    if frozen is None or registered_words(entry) != frozen.form[REGISTERED]:
        raise WrongState(
            _(
                "The entry was changed in the register after this was filed. Return the amendment, "
                "so that the enterprise brings it up to what is registered now."
            )
        )
    return entry


def read_filed(application: Application) -> Amendment:
    """Return the amendment as it was filed last."""
    frozen = find_filing(application)
    if frozen is None:
        raise WrongState
    return Amendment.of_filing(application, frozen)


def plan(
    application: Application,
    amendment: Amendment,
    *,
    verified: Collection[int],
    lots: str,
    on: date,
) -> Moves:
    """Work out what an approval with these rows verified does, on a day; nothing is written."""
    moves = Moves()
    if not amendment.facts.counts_rows or application.amends is None:
        return moves
    units = list_live_units(application.amends)
    for row in amendment.difference.rows:
        unit = units[row.was - 1] if row.was else None
        if unit is None:
            if row.now in verified:
                moves.begins[row.now] = on
            continue
        if row.now and (row.changed or unit.position != row.now):
            moves.keeps.append((unit, row.now))
        _end(moves, amendment, unit, row.now, on=on)
    if lots == LOTS_REPLACED:
        _match_lots(moves, application, amendment, on=on)
    return moves


def _end(moves: Moves, amendment: Amendment, unit: RobotUnit, now: int, *, on: date) -> None:
    """End a unit that has left, today; one that should never have been listed, when it began."""
    values = amendment.checked.rows[now - 1] if now else None
    if values is not None and amendment.facts.has_left(values):
        moves.ends.append((unit, on, True))
    elif values is None or not amendment.facts.is_countable(values):
        moves.ends.append((unit, _begun(unit), False))


def _begun(unit: RobotUnit) -> date:
    if unit.from_on is None:
        raise LookupError(unit.id)
    return unit.from_on


def _match_lots(moves: Moves, application: Application, amendment: Amendment, *, on: date) -> None:
    """Let new rows replace units of old lots of the same measure, those of this entry first.

    In a correction the lot of this entry was the wrong row: from its own first day.
    """
    waiting = sorted(moves.begins)
    lots = sorted(
        list_lots(application.enterprise_id), key=lambda lot: lot.entry_id != application.amends_id
    )
    for lot in lots:
        rows = [number for number in waiting if amendment.measure_of(number) is lot.measure]
        rows = rows[: lot.quantity]
        if not rows:
            continue
        is_own = lot.entry_id == application.amends_id
        day = lot.from_on if is_own and amendment.is_correction else on
        moves.parts.append(Part(lot, len(rows), day))
        moves.begins.update(dict.fromkeys(rows, day))
        waiting = [number for number in waiting if number not in rows]


def rows_moved(
    application: Application, amendment: Amendment, moves: Moves
) -> Mapping[int, Sequence[RowFacts]]:
    """Return, by entry, the rows that would come; a quantity below 0 takes one away."""
    found: dict[int, list[RowFacts]] = {}
    mine = found.setdefault(application.amends_id or 0, [])
    becomes = {unit.id: number for unit, number in moves.keeps}
    ends = {unit.id: (until_on, retired) for unit, until_on, retired in moves.ends}
    units = {unit.id: unit for unit, _number in moves.keeps}
    units |= {unit.id: unit for unit, _day, _retired in moves.ends}
    for unit_id, unit in units.items():
        measure = unit.measure
        if number := becomes.get(unit_id):
            measure = amendment.facts.derive_row(amendment.checked.rows[number - 1])["measure"]
        until_on, retired = ends.get(unit_id, (None, False))
        mine.append(RowFacts(unit.measure, -1, _begun(unit)))
        mine.append(RowFacts(measure, 1, _begun(unit), until_on, retired))
    for number, from_on in moves.begins.items():
        if (new := amendment.measure_of(number)) is not None:
            mine.append(RowFacts(new, 1, from_on))
    for part in moves.parts:
        lot, rows = part.lot, found.setdefault(part.lot.entry_id, [])
        rows.append(RowFacts(lot.measure, -part.count, lot.from_on))
        rows.append(RowFacts(lot.measure, part.count, lot.from_on, part.until_on))
    return found


def carry_out(application: Application, amendment: Amendment, moves: Moves) -> list[int]:
    """Change the rows; return the entries touched. Raise Invalid for a serial taken meanwhile."""
    if not amendment.facts.counts_rows or application.amends_id is None:
        return []
    numbers = [*moves.begins, *(number for _unit, number in moves.keeps)]
    _check_serials(application, amendment, numbers)
    rows = {
        number: {**amendment.checked.rows[number - 1]} | _derived(amendment, number)
        for _unit, number in moves.keeps
    }
    for unit, until_on, retired in moves.ends:
        unit.until_on, unit.retired = until_on, retired
    db.session.flush()
    _write_kept([(unit, rows[number], number) for unit, number in moves.keeps])
    for position, from_on in moves.begins.items():
        db.session.execute(
            sa.update(RobotUnit)
            .where(RobotUnit.entry_id == application.entry_id, RobotUnit.position == position)
            .values(entry_id=application.amends_id, is_registered=True, from_on=from_on)
            .execution_options(synchronize_session="fetch")
        )
    for part in moves.parts:
        end_part(part.lot, part.count, until_on=part.until_on)
    db.session.flush()
    return [part.lot.entry_id for part in moves.parts]


def _derived(amendment: Amendment, number: int) -> dict[str, Any]:
    return amendment.facts.derive_row(amendment.checked.rows[number - 1])


def _write_kept(kept: Sequence[tuple[RobotUnit, dict[str, Any], int]]) -> None:
    """Write the rows that units become; serials that are given up are free before any is taken."""
    for unit, row, _number in kept:
        if unit.serial_key != row["serial_key"]:
            unit.serial_key = f"{unit.id}:"
    db.session.flush()
    for unit, row, number in kept:
        unit.position = number
        for name, value in row.items():
            setattr(unit, name, value)
    db.session.flush()


def _check_serials(
    application: Application, amendment: Amendment, numbers: Collection[int]
) -> None:
    keys = {number: _derived(amendment, number)["serial_key"] for number in numbers}
    taken = list_registered_serials(keys.values(), but_entry_id=application.amends_id)
    rows = ", ".join(str(number) for number in sorted(keys) if keys[number] in taken)
    if rows:
        raise Invalid(
            _("Registered meanwhile, so they cannot be counted again: rows %(rows)s.", rows=rows)
        )


def end_part(lot: RobotLot, count: int, *, until_on: date) -> None:
    """End so many of a lot on a day; what is left of it keeps its own first day."""
    if count == lot.quantity:
        lot.until_on = until_on
        return
    lot.quantity -= count
    db.session.add(
        RobotLot(
            entry_id=lot.entry_id,
            measure=lot.measure,
            quantity=count,
            from_on=lot.from_on,
            until_on=until_on,
        )
    )
