"""The facts that each act changes; within a ledger deed, on an entry read under its lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any  # a payload is any JSON

import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import Invalid
from registry.core.language import _
from registry.districts.models import District
from registry.entries.models import Entry, EntryDistrict, RobotLot, RobotUnit, UnitStatus
from registry.standing.models import Act

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What is asked for. `effective_on` None: from the beginning, it was recorded wrongly."""

    reason_code: str
    reason: str
    document: str
    effective_on: date | None
    district_id: int | None = None


@dataclass(frozen=True)
class Leaving:
    """Robots that leave the stock: units by id, numbers of lots by the lot's id, how and when."""

    on: date
    way: UnitStatus
    note: str
    document: str = ""
    unit_ids: Sequence[int] = ()
    lots: Mapping[int, int] = field(default_factory=dict)


def check_day(entry: Entry, day: date | None, *, today: date) -> date:
    """Return the day; raise Invalid where it lies before the registration or in the future."""
    if day is None:
        raise Invalid(_("Please fill this in."), field="effective_on")
    if day > today:
        raise Invalid(_("The day lies in the future."), field="effective_on")
    if entry.effective_on is not None and day < entry.effective_on:
        raise Invalid(
            _(
                "It was registered on %(day)s; choose this day or a later one.",
                day=entry.effective_on,
            ),
            field="effective_on",
        )
    return day


def check_revocation(entry: Entry, asked: Asked, *, today: date) -> None:
    """Raise Invalid where a revocation cannot take effect as asked."""
    check_day(entry, asked.effective_on, today=today)


def check_relocation(entry: Entry, asked: Asked, *, today: date) -> None:
    """Raise Invalid where a relocation cannot take effect as asked."""
    if asked.district_id is None or db.session.get(District, asked.district_id) is None:
        raise Invalid(_("Please choose one."), field="district")
    if asked.district_id == entry.district_id:
        raise Invalid(_("It stands there already. Choose the other district."), field="district")
    if asked.effective_on is None:
        return
    day = check_day(entry, asked.effective_on, today=today)
    since = _places(entry)[-1].from_on
    if day <= since:
        raise Invalid(
            _(
                "It stands in its present district since %(day)s. Choose a later day, or say that "
                "the district was recorded wrongly.",
                day=since,
            ),
            field="effective_on",
        )


def revoke(entry: Entry, asked: Asked, *, today: date) -> Payload:
    """Let an entry count until the day before; its serials are free for others from then on."""
    day = check_day(entry, asked.effective_on, today=today)
    entry.revoked_on = day
    db.session.flush()
    for model, live in (
        (RobotUnit, RobotUnit.is_registered),
        (RobotLot, sa.true()),
    ):
        ends = sa.case((model.from_on > day, model.from_on), else_=sa.literal(day, sa.Date))
        db.session.execute(
            sa.update(model)
            .where(model.entry_id == entry.id, model.until_on.is_(None), live)
            .values(until_on=ends)
            .execution_options(synchronize_session="fetch")
        )
    return {"effective_on": day.isoformat()}


def relocate(entry: Entry, asked: Asked, *, today: date) -> Payload:
    """Let an entry stand elsewhere: from a day on, or as if it had always been so."""
    check_relocation(entry, asked, today=today)
    before = entry.district_id
    places = _places(entry)
    if asked.effective_on is not None:
        row = {"from_on": asked.effective_on, "district_id": asked.district_id}
        db.session.add(EntryDistrict(entry_id=entry.id, **row))
    elif len(places) > 1 and places[-2].district_id == asked.district_id:
        db.session.delete(places[-1])
    else:
        places[-1].district_id = _given(asked.district_id)
    entry.district_id = _given(asked.district_id)
    db.session.flush()
    db.session.expire(entry)
    return {
        "from": before,
        "to": asked.district_id,
        "effective_on": asked.effective_on.isoformat() if asked.effective_on else None,
    }


def _given(district_id: int | None) -> int:
    if district_id is None:
        raise Invalid(_("Please choose one."), field="district")
    return district_id


def _places(entry: Entry) -> Sequence[EntryDistrict]:
    return db.session.scalars(
        sa.select(EntryDistrict)
        .where(EntryDistrict.entry_id == entry.id)
        .order_by(EntryDistrict.from_on)
        .execution_options(populate_existing=True)
    ).all()


def retire(entry: Entry, leaving: Leaving, *, today: date) -> Payload:
    """Take robots out of the stock on a day; they stay in what was ever deployed."""
    check_day(entry, leaving.on, today=today)
    units = _live_units(entry, leaving)
    parts = _live_lots(entry, leaving)
    if not units and not parts:
        raise Invalid(_("Choose the robots that have left."), field="units")
    rows: list[RobotUnit | RobotLot] = [*units, *(lot for lot, _count in parts)]
    late = [row for row in rows if row.from_on is not None and row.from_on > leaving.on]
    if late:
        raise Invalid(
            _(
                "One of the robots counts only from %(day)s. Choose a later day.",
                day=late[0].from_on,
            ),
            field="effective_on",
        )
    for unit in units:
        unit.until_on, unit.retired, unit.status = leaving.on, True, leaving.way
    for lot, count in parts:
        _part_lot(lot, count, leaving.on)
    db.session.flush()
    return {
        "effective_on": leaving.on.isoformat(),
        "way": leaving.way.value,
        "units": sorted(unit.id for unit in units),
        "lots": {str(lot.id): count for lot, count in parts},
        "quantity": len(units) + sum(count for _lot, count in parts),
    }


def _live_units(entry: Entry, leaving: Leaving) -> Sequence[RobotUnit]:
    wanted = set(leaving.unit_ids)
    units = [unit for unit in list_live_units(entry) if unit.id in wanted]
    if len(units) != len(wanted):
        raise Invalid(
            _("One of the robots is not in the stock any more. Look at the list again."),
            field="units",
        )
    return units


def _live_lots(entry: Entry, leaving: Leaving) -> Sequence[tuple[RobotLot, int]]:
    lots = {lot.id: lot for lot in list_live_lots(entry)}
    parts = [(lots.get(lot_id), count) for lot_id, count in leaving.lots.items() if count]
    found = [(lot, count) for lot, count in parts if lot and 0 < count <= lot.quantity]
    if len(found) != len(parts):
        raise Invalid(_("More than are in the stock. Look at the list again."), field="lots")
    return found


def _part_lot(lot: RobotLot, count: int, day: date) -> None:
    """End so many of a lot; what is left keeps its own first day."""
    if count == lot.quantity:
        lot.until_on, lot.retired = day, True
        return
    lot.quantity -= count
    db.session.add(
        RobotLot(
            entry_id=lot.entry_id,
            measure=lot.measure,
            quantity=count,
            from_on=lot.from_on,
            until_on=day,
            retired=True,
        )
    )


def list_live_units(entry: Entry) -> Sequence[RobotUnit]:
    """List the robots of an entry that are in the stock, in the order they were filed."""
    return db.session.scalars(
        sa.select(RobotUnit)
        .where(
            RobotUnit.entry_id == entry.id, RobotUnit.is_registered, RobotUnit.until_on.is_(None)
        )
        .order_by(RobotUnit.position, RobotUnit.id)
        .execution_options(populate_existing=True)
    ).all()


def list_live_lots(entry: Entry) -> Sequence[RobotLot]:
    """List the lots of an entry, robots without serial numbers, that are in the stock."""
    return db.session.scalars(
        sa.select(RobotLot)
        .where(RobotLot.entry_id == entry.id, RobotLot.until_on.is_(None))
        .order_by(RobotLot.from_on, RobotLot.id)
        .execution_options(populate_existing=True)
    ).all()


CHECKS: Mapping[Act, Callable[..., None]] = {
    Act.REVOKE: check_revocation,
    Act.RELOCATE: check_relocation,
}
CHANGES: Mapping[Act, Callable[..., Payload]] = {Act.REVOKE: revoke, Act.RELOCATE: relocate}
