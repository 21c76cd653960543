"""What an officer's approval looks at before it locks anything, and whether that still holds.

To look for the same thing elsewhere takes as long as all the rest of an approval; under the lock
everybody else would wait for it. Under the lock it is looked at again only where something was
recorded meanwhile that could matter: of this case, of its enterprise, of its serials or invoices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from registry.accounts.models import User
from registry.applications.models import Application
from registry.applications.queries import visible_to
from registry.applications.suspicions import Suspicion, list_suspicions
from registry.core.database import db
from registry.enterprises.queries import records_of
from registry.entries.models import Entry
from registry.entries.uniqueness import shares_keys
from registry.ledger.fingerprints import SEALED
from registry.ledger.models import Event, Seal

LAST = sa.select(sa.func.max(Seal.sequence))
RECORDED_SINCE = (
    sa.select(Event.entry_id, Entry.enterprise_id)
    .outerjoin(Entry, Entry.id == Event.entry_id)
    .where(Event.sequence > sa.bindparam("since"), Event.type != SEALED)
)


@dataclass(frozen=True)
class Looked:
    """What stood against a case at a version of it, by what was recorded up to a sequence.

    `entry` is kept so that it need not be read again under the lock: the version speaks for it.
    """

    version: int
    sequence: int
    suspicions: Sequence[Suspicion]
    entry: Entry

    def holds(self, application: Application) -> bool:
        """Say, the case being locked, whether nothing has changed that it depends on."""
        if application.version != self.version:
            return False
        since = db.session.connection().execute(RECORDED_SINCE, {"since": self.sequence}).all()
        return not since or not _concerns(application, since)


def _concerns(application: Application, since: Iterable[tuple[int | None, int | None]]) -> bool:
    """Say whether an event, by entry and enterprise, may have changed what stands against a case.

    One without an entry may be anything: a list, two records of a firm joined.
    """
    entries, firms = map(set, zip(*since, strict=True))
    if None in entries or application.entry_id in entries:
        return True
    same = set(db.session.scalars(records_of(application.enterprise_id)))
    return bool(firms & same) or shares_keys(application.entry_id, entries)


def look(application_id: int, *, by: User) -> Looked | None:
    """Look at what stands against a case; None where it cannot be seen, or amends an entry."""
    sequence = db.session.scalar(LAST) or 0
    application = db.session.scalar(visible_to(by).where(Application.id == application_id))
    if application is None or application.is_amendment:
        return None
    return Looked(
        version=application.version,
        sequence=sequence,
        suspicions=list_suspicions(application),
        entry=application.entry,
    )
