"""The mails that steps cause: to the enterprise, in the language of each reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask_babel import force_locale

from registry.accounts.models import User
from registry.applications.models import Application
from registry.applications.steps import Step
from registry.applications.workflow import Action
from registry.core.database import db
from registry.core.language import _
from registry.notices.service import tell

Letter = Callable[[Application], tuple[object, object]]


def write(step: Step) -> None:
    """Put the mails of a step into the outbox, to those of the enterprise who began or filed it."""
    letter = LETTERS.get(step.row.action)
    if letter is None:
        return
    subject, body = letter(step.application)
    for person in _readers(step.application, but=step.by):
        with force_locale(person.language):
            words = str(subject), str(body)
        tell(
            to=person.email,
            subject=words[0],
            body=words[1],
            at=step.at,
            application_id=step.application.id,
        )


def _readers(application: Application, *, but: User) -> list[User]:
    ids = {application.started_by_id, *(filing.filed_by_id for filing in application.filings)}
    people = db.session.scalars(
        sa.select(User).where(User.id.in_(ids), User.closed_at.is_(None)).order_by(User.id)
    ).all()
    return [person for person in people if person.id != but.id]


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
