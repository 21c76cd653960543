"""Handing an open case to another district's queue: asked by one side, answered by the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any  # a payload is any JSON

from registry.applications import policy
from registry.applications.given import Given
from registry.applications.models import Application, Transfer, TransferState
from registry.applications.status import DECIDED
from registry.applications.steps import Step
from registry.applications.workflow import SETTLING, Action
from registry.core.database import db
from registry.core.errors import Invalid, NotAllowed, WrongState
from registry.core.language import _
from registry.districts.queries import find_district


def check_open(application: Application, action: Action, given: Given) -> None:
    """Raise WrongState where the transfer to be settled is not, or no longer, open."""
    if action not in SETTLING:
        return
    stands = application.open_transfer
    if stands is None or stands.id != given.transfer_id:
        raise WrongState(_("This transfer was settled meanwhile. Nothing was changed."))


def check(step: Step) -> None:
    """Raise WrongState for an amendment or an open transfer, Invalid for where it is already."""
    application = step.application
    if application.is_amendment:
        raise WrongState(
            _("An amendment is decided where its entry stands. Relocate the entry, not the case.")
        )
    if application.open_transfer is not None:
        raise WrongState(_("A transfer of this case is open already. It is answered first."))
    district = find_district(step.given.district)
    if district is None:
        raise Invalid(_("Please choose one."), field="district")
    if district.id == application.district_id:
        raise Invalid(
            _("It is with this district already. Choose the other one."), field="district"
        )


def propose(step: Step) -> Mapping[str, Any]:
    """Ask the other district to take the case; until it does, all goes on where it is."""
    receiver = find_district(step.given.district)
    if receiver is None:
        raise Invalid(_("Please choose one."), field="district")
    transfer = Transfer(
        application=step.application,
        giver=step.application.district,
        receiver=receiver,
        reason=step.given.reason.strip(),
        proposed_by_id=step.by.id,
        proposed_at=step.at,
    )
    db.session.add(transfer)
    db.session.flush()
    return {**_told(transfer), "reason": transfer.reason}


def accept(step: Step) -> Mapping[str, Any]:
    """Take the case over: district, entry and open form follow, the notes of the old desk end.

    What was filed stays as it was frozen, and the days go on.
    """
    application = step.application
    transfer = _settle(step, TransferState.ACCEPTED)
    application.district = application.entry.district = transfer.receiver
    fields = {**application.form.get("fields", {}), "district": transfer.receiver.code}
    application.form = {**application.form, "fields": fields}
    application.review = {}
    application.version += 1
    return _told(transfer)


def refuse(step: Step) -> Mapping[str, Any]:
    """Leave the case where it is, and say why."""
    transfer = _settle(step, TransferState.REFUSED)
    transfer.note = step.given.reason.strip()
    return {**_told(transfer), "reason": transfer.note}


def take_back(step: Step) -> Mapping[str, Any]:
    """Ask no longer."""
    return _told(_settle(step, TransferState.TAKEN_BACK))


def end(step: Step) -> Mapping[str, Any]:
    """End the open transfer of a case that is decided or withdrawn; say which, if there is one."""
    transfer = step.application.open_transfer if step.row.target in DECIDED else None
    if transfer is None:
        return {}
    _close(transfer, TransferState.ENDED, step)
    return {"transfer_ended": transfer.id}


def _settle(step: Step, state: TransferState) -> Transfer:
    transfer = step.application.open_transfer
    if transfer is None:
        raise WrongState(_("This transfer was settled meanwhile. Nothing was changed."))
    is_answer = state is not TransferState.TAKEN_BACK
    if is_answer and not policy.is_another(step.by, transfer):
        raise NotAllowed(_("You proposed this. Another person must answer it."))
    _close(transfer, state, step)
    return transfer


def _close(transfer: Transfer, state: TransferState, step: Step) -> None:
    transfer.state, transfer.decided_by_id, transfer.decided_at = state, step.by.id, step.at


def _told(transfer: Transfer) -> dict[str, Any]:
    return {"transfer": transfer.id, "from": transfer.giver_id, "to": transfer.receiver_id}
