"""Approval: checklist, suspicions, the rows as verified; then the entry stands in the register."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any  # a payload is any JSON

import sqlalchemy as sa

from registry.applications import amending
from registry.applications.models import Application
from registry.applications.queries import find_filing
from registry.applications.steps import Step
from registry.applications.suspicions import (
    LOTS_REPLACED,
    Suspicion,
    list_lots,
    list_suspicions,
)
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, WrongState
from registry.core.language import _
from registry.entries import service as entries
from registry.entries.models import RobotLot, RobotUnit, UnitStatus
from registry.programme.kinds import Measure

DOCUMENT_LONGEST = 100


def approve(step: Step) -> Mapping[str, Any]:
    """Register the entry with the rows that were verified, from the day of decision in Shanghai.

    Of an amendment: let the registered entry say what it says. Raise Invalid where the checklist or
    the ticked rows do not do, NotAllowed for who entered or filed it for the firm, WrongState while
    a suspicion is open, or where the entry was changed after the amendment was filed.
    """
    application, given = step.application, step.given
    check_independent(step)
    _check_list(step)
    verified = _check_rows(step)
    _check_suspicions(step, verified)
    done = _amend(step, verified) if application.is_amendment else _register(step, verified)
    application.decided_at = step.at
    application.decision_note = given.note.strip() or None
    frozen = find_filing(application)
    return {
        "quantity": application.quantity,
        "verified": len(verified),
        "rows": list(verified),
        "filing": application.filings_count,
        "hash": frozen.hash if frozen is not None else "",
        "effective_on": step.today.isoformat(),
        **done,
    }


def _register(step: Step, verified: Sequence[int]) -> Mapping[str, Any]:
    """Put a new entry into the register."""
    application = step.application
    replaced = _replace_lots(step, verified)
    application.entry.document = step.given.document.strip()[:DOCUMENT_LONGEST] or None
    entries.register(application.entry, effective_on=step.today, verified=verified or None)
    step.touched.append(application.entry_id)
    counted = _count_by_measure(application, verified)
    application.quantity = _quantity(application, counted)
    return {
        "counted": {measure.value: count for measure, count in sorted(counted.items())},
        "lots_replaced": replaced,
    }


def _amend(step: Step, verified: Sequence[int]) -> Mapping[str, Any]:
    """Let a registered entry say what its amendment says; number, rank and first day stay."""
    application = step.application
    entry = amending.check_standing(application)
    amendment = amending.read_filed(application)
    difference = amendment.difference
    moves = amending.plan(
        application, amendment, verified=verified, lots=step.given.lots, on=step.today
    )
    others = amending.carry_out(application, amendment, moves)
    entries.take_over(entry, application.entry)
    entries.release(application.entry)
    step.touched.extend({entry.id, *others})
    application.quantity = len(set(verified) & set(amendment.main_rows))
    done = {
        "amends": entry.id,
        "added": len(moves.begins),
        "altered": len(difference.altered),
        "left": sum(retired for *_unit, retired in moves.ends),
        "struck": sum(not retired for *_unit, retired in moves.ends),
        "fields": list(difference.fields),
        "lots_replaced": sum(part.count for part in moves.parts),
    }
    words = {
        "case": application.number,
        "reason": str(amendment.checked.values["amend_reason"] or ""),
        "effective_on": step.today.isoformat(),
        "document": step.given.document.strip()[:DOCUMENT_LONGEST],
    }
    event = "corrected" if amendment.is_correction else "amended"
    step.told.append((event, {**words, **done}, _first_application_id(entry.id), entry.id))
    return done


def _first_application_id(entry_id: int) -> int | None:
    return db.session.scalar(sa.select(Application.id).where(Application.entry_id == entry_id))


def counts_rows(application: Application) -> bool:
    """Say whether what is counted is the number of rows that the officer verified."""
    return application.facts.counts_rows


def check_independent(step: Step) -> None:
    """Raise NotAllowed where the officer began or filed the application for the firm."""
    filers = {filing.filed_by_id for filing in step.application.filings}
    if step.by.id in filers | {step.application.started_by_id}:
        raise NotAllowed(
            _("You entered or filed this for the enterprise. Another officer must decide it.")
        )


def _check_list(step: Step) -> None:
    wanted = {item.code for item in step.application.facts.checklist}
    if wanted - set(step.given.checks):
        raise Invalid(
            _("The checklist is not complete. Tick what you have looked at."), field="checks"
        )


def countable_rows(application: Application) -> Sequence[int]:
    """Return the positions of the rows that may be verified: those filed as new and in use."""
    if not counts_rows(application):
        return []
    return db.session.scalars(
        sa.select(RobotUnit.position)
        .where(
            RobotUnit.entry_id == application.entry_id,
            RobotUnit.is_new,
            RobotUnit.status == UnitStatus.IN_USE,
        )
        .order_by(RobotUnit.position)
    ).all()


def _check_rows(step: Step) -> list[int]:
    if not counts_rows(step.application):
        return []
    chosen, countable = set(step.given.verified), countable_rows(step.application)
    verified = [position for position in countable if position in chosen]
    if len(verified) != len(chosen):
        raise Invalid(
            _("A ticked row is not among those filed as new and in use."), field="verified"
        )
    if not verified and (countable or not step.application.is_amendment):
        raise Invalid(
            _("Tick the rows you verified; without any, reject or return it."), field="verified"
        )
    _check_in_place(step, set(countable) - chosen)
    return verified


def _check_in_place(step: Step, left: Collection[int]) -> None:
    """In a correction, what takes the place of a registered row is verified, or nothing is."""
    if not step.application.is_amendment:
        return
    rows = amending.read_filed(step.application).difference.altered
    for row in rows:
        if not row.is_same and row.now in left:
            raise Invalid(
                _(
                    "Row %(row)s takes the place of a registered one: verify it, or return the "
                    "amendment with a remark.",
                    row=row.now,
                ),
                field="verified",
            )


def _check_suspicions(step: Step, verified: Collection[int]) -> None:
    blocking = [
        suspicion
        for suspicion in _list_suspicions(step)
        if suspicion.blocks(verified=verified, lots=step.given.lots)
    ]
    if blocking:
        raise WrongState(_("Not approved: a suspicion is open. %(title)s", title=blocking[0].title))


def _list_suspicions(step: Step) -> Sequence[Suspicion]:
    """Return what was found before the lock where that still holds, else what is found now."""
    if step.looked is not None and step.looked.holds(step.application):
        return step.looked.suspicions
    return list_suspicions(step.application)


def _replace_lots(step: Step, verified: Sequence[int]) -> int:
    """End as many units of old lots as the verified robots replace; the rest goes on as a lot."""
    if step.given.lots != LOTS_REPLACED:
        return 0
    replaced = 0
    for measure, count in _count_by_measure(step.application, verified).items():
        lots = [lot for lot in list_lots(step.application.enterprise_id) if lot.measure is measure]
        replaced += _end_units(lots, count, step)
    return replaced


def _count_by_measure(application: Application, verified: Sequence[int]) -> dict[Measure, int]:
    counts: dict[Measure, int] = {}
    rows = db.session.execute(
        sa.select(RobotUnit.position, RobotUnit.measure).where(
            RobotUnit.entry_id == application.entry_id
        )
    )
    chosen = set(verified)
    for position, measure in rows:
        if position in chosen:
            counts[measure] = counts.get(measure, 0) + 1
    return counts


def _quantity(application: Application, counted: Mapping[Measure, int]) -> int:
    if not counts_rows(application):
        return 1
    return counted.get(application.facts.measures[0], 0)


def _end_units(lots: Sequence[RobotLot], count: int, step: Step) -> int:
    """End so many units of lots from today; what is left of a lot keeps its own first day."""
    left = count
    for lot in lots:
        ended = min(left, lot.quantity)
        if not ended:
            break
        amending.end_part(lot, ended, until_on=step.today)
        step.touched.append(lot.entry_id)
        left -= ended
    return count - left
