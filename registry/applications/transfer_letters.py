"""The mails of a transfer: to the other desk, to who holds the case, to the enterprise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import sqlalchemy as sa

from registry.accounts.models import User
from registry.accounts.queries import list_supervisors
from registry.applications.letters import list_filers, send
from registry.applications.models import Transfer
from registry.applications.steps import Step
from registry.applications.workflow import SETTLING, Action
from registry.core.database import db
from registry.core.language import _, is_chinese
from registry.districts.models import District

Words = tuple[object, object]
Mail = tuple[Callable[[Transfer], Words], Iterable[User]]


def write(step: Step, *, holder_id: int | None, has_ended: bool) -> None:
    """Put the mails of a step into the outbox; `holder_id`: who held the case before it.

    `has_ended`: the step decided or withdrew a case whose transfer was open. Nobody is told what
    they did themselves, and nobody twice.
    """
    if not (has_ended or step.row.action in SETTLING | {Action.TRANSFER}):
        return
    transfer, told = step.application.transfers[-1], {step.by.id}
    for letter, readers in _mails(step, transfer, holder_id=holder_id):
        people = {person.id: person for person in readers if person.id not in told}
        told |= people.keys()
        send(
            partial(letter, transfer),
            to=people.values(),
            at=step.at,
            application_id=step.application.id,
        )


def _mails(step: Step, transfer: Transfer, *, holder_id: int | None) -> list[Mail]:
    holder, desk = _people(holder_id), _people(transfer.proposed_by_id, holder_id)
    receivers = list_supervisors(transfer.receiver_id)
    firm = list_filers(step.application, but=step.by)
    mails: Mapping[Action, list[Mail]] = {
        Action.TRANSFER: [(_asked, receivers), (_leaving, holder)],
        Action.ACCEPT_TRANSFER: [(_gone, desk), (_moved, firm)],
        Action.REFUSE_TRANSFER: [(_refused, desk)],
        Action.TAKE_BACK_TRANSFER: [(_asked_no_more, receivers), (_stays, holder)],
    }
    return mails.get(step.row.action, [(_asked_no_more, receivers)])


def _people(*ids: int | None) -> list[User]:
    wanted = [user_id for user_id in ids if user_id is not None]
    found = sa.select(User).where(User.id.in_(wanted), User.closed_at.is_(None))
    return list(db.session.scalars(found.order_by(User.id)))


def _name(district: District) -> str:
    return district.name_zh if is_chinese() else district.name_en


def _facts(transfer: Transfer) -> dict[str, object]:
    return {
        "number": transfer.application.number,
        "giver": _name(transfer.giver),
        "receiver": _name(transfer.receiver),
    }


def _asked(transfer: Transfer) -> Words:
    facts = _facts(transfer)
    return (
        _("%(number)s: %(giver)s asks you to take it over", **facts),
        _(
            "%(giver)s asks %(receiver)s to take over the case %(number)s. Reason: “%(reason)s”. "
            "Please accept or refuse it: {site}/approval/transfers/%(id)s",
            **facts,
            reason=transfer.reason,
            id=transfer.id,
        ),
    )


def _leaving(transfer: Transfer) -> Words:
    facts = _facts(transfer)
    return (
        _("%(number)s is to go to %(receiver)s", **facts),
        _(
            "A transfer of the case %(number)s, which you hold, to %(receiver)s is proposed. "
            "Reason: “%(reason)s”. Until it is accepted you can go on working on it: "
            "{site}/approval/cases/%(id)s",
            **facts,
            reason=transfer.reason,
            id=transfer.application_id,
        ),
    )


def _gone(transfer: Transfer) -> Words:
    facts = _facts(transfer)
    return (
        _("%(number)s is with %(receiver)s now", **facts),
        _(
            "%(receiver)s has accepted the case %(number)s. It has left your queue; you need not "
            "do anything more.",
            **facts,
        ),
    )


def _moved(transfer: Transfer) -> Words:
    facts = _facts(transfer)
    return (
        _("%(number)s is with %(receiver)s now", **facts),
        _(
            "Your application %(number)s was handed from %(giver)s to %(receiver)s. Number, "
            "filings and promised day stay as they are, and you need not file again. See how it "
            "stands: {site}/applications/%(id)s",
            **facts,
            id=transfer.application_id,
        ),
    )


def _refused(transfer: Transfer) -> Words:
    facts = _facts(transfer)
    return (
        _("%(number)s stays with you", **facts),
        _(
            "%(receiver)s does not take over the case %(number)s. Reason: “%(reason)s”. It stays "
            "in your queue: {site}/approval/cases/%(id)s",
            **facts,
            reason=transfer.note,
            id=transfer.application_id,
        ),
    )


def _stays(transfer: Transfer) -> Words:
    facts = _facts(transfer)
    return (
        _("%(number)s stays with you", **facts),
        _("The transfer of the case %(number)s to %(receiver)s was taken back.", **facts),
    )


def _asked_no_more(transfer: Transfer) -> Words:
    facts = _facts(transfer)
    return (
        _("%(number)s need not be taken over any more", **facts),
        _(
            "The transfer of the case %(number)s from %(giver)s has ended: it was taken back, or "
            "the case was decided or withdrawn. You need not do anything.",
            **facts,
        ),
    )
