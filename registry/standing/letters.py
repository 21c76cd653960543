"""The mails to the enterprise when its entry is revoked or moved to another district."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_babel import force_locale

from registry.accounts.models import User
from registry.accounts.queries import list_admitted, list_proven_members
from registry.applications.models import Application, Filing
from registry.core.database import db
from registry.core.language import _
from registry.entries.models import Entry
from registry.notices.service import tell
from registry.standing.models import Act, Proposal
from registry.standing.words import REASONS

Letter = Callable[[Proposal], tuple[object, object]]


def write(proposal: Proposal, *, at: datetime) -> None:
    """Put the mails of a confirmed proposal into the outbox, each in its reader's language."""
    application_id = db.session.scalar(
        sa.select(Application.id).where(Application.entry_id == proposal.entry_id)
    )
    for person in _readers(proposal.entry, application_id):
        with force_locale(person.language):
            subject, body = LETTERS[proposal.act](proposal)
            words = str(subject), str(body)
        tell(to=person.email, subject=words[0], body=words[1], at=at, application_id=application_id)


def _readers(entry: Entry, application_id: int | None) -> Sequence[User]:
    """List the proven members of the firm, and who filed for the entry and still belongs to it."""
    filers = sa.select(Filing.filed_by_id).where(Filing.application_id == application_id)
    found = list_admitted(entry.enterprise_id, ids=db.session.scalars(filers))
    people = {person.id: person for person in found}
    people |= {person.id: person for person in list_proven_members(entry.enterprise_id)}
    return [people[person_id] for person_id in sorted(people)]


def _revoked(proposal: Proposal) -> tuple[object, object]:
    entry = proposal.entry
    return (
        _("%(number)s was revoked", number=entry.number or ""),
        _(
            "The registration %(number)s (%(title)s) is revoked from %(day)s. Reason: %(reason)s. "
            "%(words)s Document: %(document)s. It stays in the register as revoked: "
            "{site}/register/%(number)s",
            number=entry.number or "",
            title=entry.title,
            day=proposal.effective_on or "",
            reason=REASONS[proposal.act][proposal.reason_code],
            words=proposal.reason,
            document=proposal.document,
        ),
    )


def _relocated(proposal: Proposal) -> tuple[object, object]:
    entry = proposal.entry
    return (
        _("%(number)s now belongs to another district", number=entry.number or ""),
        _(
            "The registration %(number)s (%(title)s) was put to another district. Reason: "
            "%(reason)s. %(words)s Document: %(document)s. Please see {site}/register/%(number)s",
            number=entry.number or "",
            title=entry.title,
            reason=REASONS[proposal.act][proposal.reason_code],
            words=proposal.reason,
            document=proposal.document,
        ),
    )


LETTERS: Mapping[Act, Letter] = {Act.REVOKE: _revoked, Act.RELOCATE: _relocated}
