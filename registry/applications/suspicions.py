"""What makes an officer look twice: the same robot, invoice, title or lot elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.applications.models import Application
from registry.applications.status import PIPELINE
from registry.core.database import db
from registry.core.language import _, n_
from registry.enterprises.queries import records_of
from registry.entries.catalogue import CATALOGUE
from registry.entries.models import (
    Entry,
    EquipmentLine,
    RobotLot,
    RobotUnit,
    Standing,
)
from registry.entries.uniqueness import find_foreign_invoices, similar_titles

LOTS_REPLACED = "replace"
LOTS_ON_TOP = "on_top"
LOT_CHOICES = frozenset({LOTS_REPLACED, LOTS_ON_TOP})


@dataclass(frozen=True)
class Elsewhere:
    """Where the same thing stands: a case or an entry, whose, in which district."""

    number: str
    enterprise: str
    district_zh: str
    district_en: str
    application_id: int | None = None
    entry_id: int | None = None


@dataclass(frozen=True)
class Suspicion:
    """One thing to look into. A hard one blocks approval while any of its rows is ticked.

    `code`: open_case, registered, invoice, title or lot; `what`: the serial, invoice or title.
    """

    code: str
    title: object
    text: object
    is_hard: bool
    rows: tuple[int, ...] = ()
    what: str = ""
    elsewhere: Elsewhere | None = None

    def blocks(self, *, verified: Collection[int], lots: str) -> bool:
        """Say whether approval with these rows and this choice about lots must wait."""
        if not self.is_hard:
            return False
        if self.code == "lot":
            return lots not in LOT_CHOICES
        return not self.rows or bool(set(self.rows) & set(verified))


def list_suspicions(application: Application) -> list[Suspicion]:
    """List everything that stands against an application as filed, hard ones first."""
    found = [
        *_serials_registered(application),
        *_serials_in_open_cases(application),
        *_invoices_elsewhere(application),
        *_similar_titles(application),
        *_lots(application),
    ]
    return sorted(found, key=lambda suspicion: (not suspicion.is_hard, suspicion.rows))


def list_lots(enterprise_id: int) -> Sequence[RobotLot]:
    """List the live lots without serial numbers of an enterprise and of its duplicate records."""
    return db.session.scalars(
        sa.select(RobotLot)
        .join(Entry, RobotLot.entry_id == Entry.id)
        .where(
            Entry.enterprise_id.in_(records_of(enterprise_id)),
            Entry.standing == Standing.REGISTERED,
            Entry.revoked_on.is_(None),
            RobotLot.until_on.is_(None),
        )
        .order_by(RobotLot.from_on, RobotLot.id)
    ).all()


def _serials_registered(application: Application) -> Iterable[Suspicion]:
    other = aliased(RobotUnit)
    rows = db.session.execute(
        sa.select(RobotUnit.position, RobotUnit.brand, RobotUnit.serial_no, Entry)
        .join(other, RobotUnit.serial_key == other.serial_key)
        .join(Entry, other.entry_id == Entry.id)
        .where(
            RobotUnit.entry_id == application.entry_id,
            other.entry_id.not_in((application.entry_id, application.amends_id or 0)),
            other.is_registered,
            other.until_on.is_(None),
        )
        .order_by(RobotUnit.position)
    ).all()
    for position, brand, serial_no, entry in rows:
        yield Suspicion(
            "registered",
            _("Row %(row)s: this robot is registered already", row=position),
            _("It counts elsewhere. Leave the row unticked, or return the case with a remark."),
            is_hard=True,
            rows=(position,),
            what=f"{brand} {serial_no}",
            elsewhere=_place_of(entry),
        )


def _serials_in_open_cases(application: Application) -> Iterable[Suspicion]:
    other = aliased(RobotUnit)
    rows = db.session.execute(
        sa.select(RobotUnit.position, RobotUnit.brand, RobotUnit.serial_no, Application)
        .join(other, RobotUnit.serial_key == other.serial_key)
        .join(Application, other.entry_id == Application.entry_id)
        .where(
            RobotUnit.entry_id == application.entry_id,
            other.entry_id != application.entry_id,
            Application.status.in_(PIPELINE),
        )
        .order_by(RobotUnit.position, Application.id)
    ).all()
    for position, brand, serial_no, case in rows:
        yield Suspicion(
            "open_case",
            _("Row %(row)s: this robot stands in another open case", row=position),
            _("Only one of the two can be counted. Find out whose it is before approving."),
            is_hard=_came_first(case, application),
            rows=(position,),
            what=f"{brand} {serial_no}",
            elsewhere=_place_of(case.entry),
        )


def _came_first(case: Application, application: Application) -> bool:
    """Say whether the other case was filed first; then this one is the second and must wait."""
    if case.first_filed_at is None or application.first_filed_at is None:
        return True
    return (case.first_filed_at, case.id) < (application.first_filed_at, application.id)


def _invoices_elsewhere(application: Application) -> Iterable[Suspicion]:
    for foreign in find_foreign_invoices(application.entry):
        entry = db.session.get_one(Entry, foreign.entry_id)
        rows = _rows_of_invoice(application.entry_id, foreign.key)
        yield Suspicion(
            "invoice",
            n_(
                "%(num)s row names an invoice of another enterprise",
                "%(num)s rows name an invoice of another enterprise",
                len(rows),
            ),
            _("An invoice belongs to one enterprise. Compare the originals before approving."),
            is_hard=True,
            rows=rows,
            what=foreign.key.strip(":"),
            elsewhere=_place_of(entry),
        )


def _rows_of_invoice(entry_id: int, key: str) -> tuple[int, ...]:
    return tuple(
        position
        for model in (RobotUnit, EquipmentLine)
        for position in db.session.scalars(
            sa.select(model.position)
            .where(model.entry_id == entry_id, model.invoice_key == key)
            .order_by(model.position)
        )
    )


def _similar_titles(application: Application) -> Iterable[Suspicion]:
    entry = application.entry
    for other in similar_titles(entry):
        if other.revoked_on is not None or other.id == application.amends_id:
            continue
        is_same = entry.title_key == other.title_key and entry.district_id == other.district_id
        yield Suspicion(
            "title",
            _("An entry of much the same name is registered already"),
            _("Make sure that this is another thing. If it is the same, reject it."),
            is_hard=is_same and CATALOGUE[application.kind].title_is_unique,
            what=other.title,
            elsewhere=_place_of(other),
        )


def _lots(application: Application) -> Iterable[Suspicion]:
    units = db.session.scalar(
        sa.select(sa.func.count()).where(RobotUnit.entry_id == application.entry_id)
    )
    lots = list_lots(application.enterprise_id) if units else []
    if not lots:
        return
    total = sum(lot.quantity for lot in lots)
    yield Suspicion(
        "lot",
        _("%(count)s robots of this enterprise come from an old list without serials", count=total),
        _("Say whether the robots of this case replace units of that list or come on top."),
        is_hard=True,
        what=str(total),
    )


def _place_of(entry: Entry) -> Elsewhere:
    case = db.session.scalar(sa.select(Application).where(Application.entry_id == entry.id))
    return Elsewhere(
        entry.number or (case.number if case is not None else ""),
        entry.enterprise.name,
        entry.district.name_zh,
        entry.district.name_en,
        application_id=case.id if case is not None else None,
        entry_id=entry.id,
    )
