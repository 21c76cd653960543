"""The mails that steps cause: to the enterprise, in the language of each reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from flask_babel import force_locale

from registry.accounts.models import User
from registry.accounts.queries import list_admitted, list_proven_members
from registry.applications.models import Application
from registry.applications.steps import Step
from registry.applications.workflow import Action
from registry.core.language import _
from registry.notices.service import tell

Letter = Callable[[Application], tuple[object, object]]


def write(step: Step) -> None:
    """Put the mails of a step into the outbox, to those of the enterprise who began or filed it."""
    letter = LETTERS.get(step.row.action)
    if letter is None:
        return
    case = step.application
    send(
        lambda: letter(case), to=list_filers(case, but=step.by), at=step.at, application_id=case.id
    )


def send(
    words: Callable[[], tuple[object, object]],
    *,
    to: Iterable[User],
    at: datetime,
    application_id: int,
) -> None:
    """Put one mail a person into the outbox: subject and body in the language of the reader."""
    for person in to:
        with force_locale(person.language):
            subject, body = (str(word) for word in words())
        tell(to=person.email, subject=subject, body=body, at=at, application_id=application_id)


def list_filers(application: Application, *, but: User) -> list[User]:
    """List those who began or filed a case and still belong to its enterprise.

    Where none of them does, its proven members are told.
    """
    ids = {application.started_by_id, *(filing.filed_by_id for filing in application.filings)}
    people = list_admitted(application.enterprise_id, ids=ids)
    told = people or list_proven_members(application.enterprise_id)
    return [person for person in told if person.id != but.id]


def _returned(application: Application) -> tuple[object, object]:
    return (
        _("%(number)s was returned: please mend it", number=application.number),
        _(
            "Your district asks you to mend some points of %(number)s. Please answer each remark "
            "and file it again by %(day)s. Until then the time for review stands still.",
            number=application.number,
            day=application.answer_by.isoformat() if application.answer_by else "",
        ),
    )


def _approved(application: Application) -> tuple[object, object]:
    if application.amends is not None:
        words = {"number": application.number, "entry": application.amends.number or ""}
        return (
            _("The amendment of %(entry)s was approved", **words),
            _(
                "Your amendment %(number)s of the registration %(entry)s was approved. The "
                "register says so now: {site}/register/%(entry)s",
                **words,
            ),
        )
    return (
        _("%(number)s was approved", number=application.number),
        _(
            "Your application %(number)s was approved and stands in the register.",
            number=application.number,
        ),
    )


def _rejected(application: Application) -> tuple[object, object]:
    if application.amends is not None:
        words = {"number": application.number, "entry": application.amends.number or ""}
        return (
            _("The amendment of %(entry)s was rejected", **words),
            _(
                "Your amendment %(number)s of the registration %(entry)s was rejected. The reason "
                "stands with the case. What is registered stays as it is.",
                **words,
            ),
        )
    return (
        _("%(number)s was rejected", number=application.number),
        _(
            "Your application %(number)s was rejected. The reason stands with the case.",
            number=application.number,
        ),
    )


def _recalled(application: Application) -> tuple[object, object]:
    return (
        _("%(number)s is in review again", number=application.number),
        _(
            "Your district has taken %(number)s back into review. You need not do anything now.",
            number=application.number,
        ),
    )


LETTERS: Mapping[Action, Letter] = {
    Action.RETURN: _returned,
    Action.APPROVE: _approved,
    Action.REJECT: _rejected,
    Action.RECALL: _recalled,
}
