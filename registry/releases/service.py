"""Release a month: freeze its figures under a name, a signer and a head, sealed in the ledger.

Only the city administrator releases. The figures are the sum of all districts, and a district or a
leader would fix what it is judged by; the desks go on recording, and what they record later stands
beside the release as a revision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any  # the figures are JSON

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.core.clock import day_of
from registry.core.database import db
from registry.core.deeds import claim_key
from registry.core.errors import Invalid, NotAllowed, WrongState
from registry.core.language import _
from registry.ledger.chain import canonical
from registry.ledger.frozen import Figures, is_same, read_frozen
from registry.ledger.heads import Head, KnownAt, read_head
from registry.ledger.service import deed
from registry.programme.queries import get_programme
from registry.releases.models import Release
from registry.releases.queries import find_latest, last_day, list_months

NAME_LONGEST, SIGNER_LONGEST, OFFICE_LONGEST, REASON_LONGEST = 60, 40, 80, 1_000
LONGEST = {
    "name": NAME_LONGEST,
    "signer_name": SIGNER_LONGEST,
    "signer_office": OFFICE_LONGEST,
    "reason": REASON_LONGEST,
}


@dataclass(frozen=True)
class Signed:
    """Under which name a month is released, and who signs; `reason`: why once more."""

    name: str
    signer_name: str
    signer_office: str
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a deed led to; `led_to`: it was done before, and led there."""

    release: Release | None = None
    led_to: str | None = None


def release(
    month: date, signed: Signed, *, by: User, at: datetime, seen: int, key: str | None = None
) -> Outcome:
    """Release the figures of a month's last day, as they are known now.

    `seen` is the head at which the person read them. Raise NotAllowed for others than the city
    administrator, Invalid for words or a month that cannot be, WrongState where the month was
    released or its figures changed after they were read.
    """
    led_to = claim_key(key, user_id=by.id, at=at) if key else None
    if led_to is not None:
        return Outcome(led_to=led_to)
    if by.role is not Role.ADMINISTRATOR:
        raise NotAllowed(_("Only the city administrator releases figures."))
    if month not in list_months(get_programme(), today=day_of(at)):
        raise Invalid(_("This month has not ended yet, or lies before the programme."))
    _check_words(signed)
    with deed(by=by, cause="release") as opened:
        head, before = read_head(), find_latest(month)
        _check_again(before, signed, seen=seen)
        figures = _read_seen(last_day(month), head, seen=seen)
        told: dict[str, Any] = {
            "month": month.isoformat(),
            "revision": before.revision + 1 if before else 1,
            "as_of": last_day(month).isoformat(),
            "name": signed.name.strip(),
            "signer_name": signed.signer_name.strip(),
            "signer_office": signed.signer_office.strip(),
            "reason": signed.reason.strip() if before else "",
            "head_sequence": head.sequence,
            "head_hash": head.hash,
            "figures": figures,
        }
        opened.record("figures_released", told)
        found = _keep(told, sequence=opened.sequence)
    return Outcome(found)


def _keep(told: dict[str, Any], *, sequence: int) -> Release:
    days = {name: date.fromisoformat(told[name]) for name in ("month", "as_of")}
    words = {**told, **days, "figures": canonical(told["figures"])}
    found = Release(sequence=sequence, **words)
    db.session.add(found)
    return found


def _check_words(signed: Signed) -> None:
    for name, longest in LONGEST.items():
        text = getattr(signed, name).strip()
        if not text and name != "reason":
            raise Invalid(_("Please fill this in."), field=name)
        if len(text) > longest:
            raise Invalid(_("No more than %(most)s characters, please.", most=longest), field=name)


def _check_again(before: Release | None, signed: Signed, *, seen: int) -> None:
    if before is None:
        return
    if before.sequence > seen:
        message = _(
            "This month was released meanwhile, as “%(name)s”. Look at that release first.",
            name=before.name,
        )
        raise WrongState(message)
    if not signed.reason.strip():
        message = _("Say why the month is released once more; the earlier release stays readable.")
        raise Invalid(message, field="reason")


def _read_seen(as_of: date, head: Head, *, seen: int) -> Figures:
    """Return the figures at the head, if they are those that the person saw."""
    figures = read_frozen(as_of, head, newest=head)
    if seen == head.sequence:
        return figures
    if not 0 < seen < head.sequence:
        raise _changed(as_of)
    was = read_head(KnownAt(asked=f"#{seen}", sequence=seen))
    if not is_same(read_frozen(as_of, was, newest=head), figures):
        raise _changed(as_of)
    return figures


def _changed(as_of: date) -> WrongState:
    return WrongState(
        _(
            "The figures of %(day)s were changed while you read them. The new ones stand below:"
            " please look again before they are released.",
            day=as_of,
        )
    )
