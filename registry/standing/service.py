"""What is done to a registered entry: proposed by one, decided by another; robots retired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # a payload is any JSON

import sqlalchemy as sa

from registry.accounts.models import User
from registry.core.clock import day_of
from registry.core.database import db
from registry.core.deeds import claim_key
from registry.core.errors import Invalid, NotAllowed, NotFound, WrongState
from registry.core.language import _
from registry.entries.models import Entry, Standing
from registry.ledger.service import deed
from registry.standing import changes, letters, policy, words
from registry.standing.changes import Asked, Leaving
from registry.standing.models import Act, Proposal, State
from registry.standing.queries import find_application_id, find_open, version_of, visible_to

REASON_LONGEST, DOCUMENT_LONGEST = 1_000, 100
WAYS = frozenset(words.WAYS)


@dataclass(frozen=True)
class Outcome:
    """What a deed led to; `is_repeated`: it was done before, and led to `location`."""

    proposal: Proposal | None = None
    sequence: int = 0
    is_repeated: bool = False
    location: str = ""


def propose(
    entry_id: int,
    act: Act,
    asked: Asked,
    *,
    by: User,
    at: datetime,
    seen: int,
    key: str | None = None,
) -> Outcome:
    """Ask for an act on a registered entry; nothing changes until another person confirms it.

    Raise NotAllowed, Invalid for what was not given or cannot be, WrongState where the entry is no
    longer valid, was changed since it was seen, or has an open proposal.
    """
    led_to = claim_key(key, user_id=by.id, at=at) if key else None
    if led_to is not None:
        return Outcome(is_repeated=True, location=led_to)
    _check_words(asked.reason, asked.document)
    if asked.reason_code not in words.REASONS[act]:
        raise Invalid(_("Please choose one."), field="reason_code")
    event = words.EVENTS[act, State.OPEN]
    with deed(by=by, cause=event) as opened:
        entry = _get_valid(entry_id, seen=seen)
        if not policy.may_propose(by, entry, act):
            raise NotAllowed(_("Only the district it stands in and the city may propose this."))
        if find_open(entry) is not None:
            raise WrongState(_("There is an open proposal on this entry. It is decided first."))
        changes.CHECKS[act](entry, asked, today=day_of(at))
        proposal = _keep(entry, act, asked, by=by, at=at)
        opened.record(event, {"proposal": proposal.id, **_told(asked)}, entry_id=entry.id)
    return Outcome(proposal, sequence=opened.sequence)


def _keep(entry: Entry, act: Act, asked: Asked, *, by: User, at: datetime) -> Proposal:
    proposal = Proposal(
        entry_id=entry.id,
        act=act,
        effective_on=asked.effective_on,
        district_id=asked.district_id,
        reason_code=asked.reason_code,
        reason=asked.reason.strip(),
        document=asked.document.strip(),
        proposed_by_id=by.id,
        proposed_from_id=by.district_id,
        proposed_at=at,
    )
    db.session.add(proposal)
    db.session.flush()
    return proposal


def _told(asked: Asked) -> dict[str, Any]:
    return {
        "effective_on": asked.effective_on.isoformat() if asked.effective_on else None,
        "to": asked.district_id,
        "reason_code": asked.reason_code,
        "reason": asked.reason.strip(),
        "document": asked.document.strip(),
    }


def asked_in(proposal: Proposal) -> Asked:
    """Return what a proposal asks for."""
    return Asked(
        reason_code=proposal.reason_code,
        reason=proposal.reason,
        document=proposal.document,
        effective_on=proposal.effective_on,
        district_id=proposal.district_id,
    )


def decide(
    proposal_id: int,
    state: State,
    *,
    by: User,
    at: datetime,
    seen: int,
    note: str = "",
    key: str | None = None,
) -> Outcome:
    """Confirm, refuse or take back a proposal; confirmed, the entry and its figures change.

    Raise NotFound, NotAllowed (above all for the person who proposed it), WrongState where it was
    decided already or the entry was changed since it was seen, Invalid where a refusal says no why.
    """
    led_to = claim_key(key, user_id=by.id, at=at) if key else None
    if led_to is not None:
        return Outcome(is_repeated=True, location=led_to)
    proposal = _lock(proposal_id, by=by)
    _check_decision(proposal, state, by=by, note=note)
    event = words.EVENTS[proposal.act, state]
    cause = proposal.act.value if state is State.CONFIRMED else event
    with deed(by=by, cause=cause) as opened:
        entry = _get_valid(proposal.entry_id, seen=seen)
        payload: Mapping[str, Any] = {}
        if state is State.CONFIRMED:
            asked = asked_in(proposal)
            change = changes.CHANGES[proposal.act](entry, asked, today=day_of(at))
            payload = {**_told(asked), **change}
            opened.touch([entry.id])
            letters.write(proposal, at=at)
        proposal.state, proposal.decided_by_id, proposal.decided_at = state, by.id, at
        proposal.decision_note = note.strip()
        opened.record(
            event,
            {"proposal": proposal.id, **payload, **({"note": note.strip()} if note else {})},
            application_id=find_application_id(entry) if state is State.CONFIRMED else None,
            entry_id=entry.id,
        )
    return Outcome(proposal, sequence=opened.sequence)


def _lock(proposal_id: int, *, by: User) -> Proposal:
    found = db.session.scalar(
        visible_to(by)
        .where(Proposal.id == proposal_id)
        .with_for_update(of=Proposal, key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _check_decision(proposal: Proposal, state: State, *, by: User, note: str) -> None:
    if proposal.state is not State.OPEN:
        raise WrongState(_("This proposal was decided meanwhile. Nothing was changed."))
    if state is State.WITHDRAWN:
        if not policy.may_withdraw(by, proposal):
            raise NotAllowed(_("Only who made a proposal may take it back."))
        return
    if by.id == proposal.proposed_by_id:
        raise NotAllowed(_("You proposed this. Another person must decide it."))
    if not policy.may_decide(by, proposal):
        raise NotAllowed(_("This proposal is decided by the city or by the other district."))
    if state is State.REFUSED and not note.strip():
        raise Invalid(_("Say in a sentence why it is refused."), field="note")


def retire(
    entry_id: int,
    leaving: Leaving,
    *,
    by: User,
    at: datetime,
    seen: int,
    key: str | None = None,
) -> Outcome:
    """Take robots out of the stock that were scrapped, sold or moved out, on report of the firm.

    Raise NotAllowed for others than the district's desk, Invalid for rows, numbers or a day that
    cannot be, WrongState where the entry was changed since it was seen.
    """
    led_to = claim_key(key, user_id=by.id, at=at) if key else None
    if led_to is not None:
        return Outcome(is_repeated=True, location=led_to)
    _check_words(leaving.note, leaving.document, needs_document=False)
    if leaving.way not in WAYS:
        raise Invalid(_("Please choose one."), field="way")
    with deed(by=by, cause="retire") as opened:
        entry = _get_valid(entry_id, seen=seen)
        if not policy.may_retire(by, entry):
            raise NotAllowed(_("Only the desk of the district it stands in may do this."))
        payload = changes.retire(entry, leaving, today=day_of(at))
        opened.record(
            "retired",
            {**payload, "reason": leaving.note.strip(), "document": leaving.document.strip()},
            application_id=find_application_id(entry),
            entry_id=entry.id,
        )
        opened.touch([entry.id])
    return Outcome(sequence=opened.sequence)


def _check_words(reason: str, document: str, *, needs_document: bool = True) -> None:
    if not reason.strip():
        raise Invalid(_("Please fill this in."), field="reason")
    if len(reason) > REASON_LONGEST:
        raise Invalid(
            _("No more than %(most)s characters, please.", most=REASON_LONGEST), field="reason"
        )
    if needs_document and not document.strip():
        raise Invalid(_("Please fill this in."), field="document")
    if len(document) > DOCUMENT_LONGEST:
        raise Invalid(
            _("No more than %(most)s characters, please.", most=DOCUMENT_LONGEST), field="document"
        )


def _get_valid(entry_id: int, *, seen: int) -> Entry:
    """Return an entry as it stands under the ledger lock, if it is valid and was seen so."""
    entry = db.session.scalar(
        sa.select(Entry)
        .where(Entry.id == entry_id, Entry.standing == Standing.REGISTERED)
        .execution_options(populate_existing=True)
    )
    if entry is None:
        raise NotFound
    if entry.revoked_on is not None:
        raise WrongState(_("This entry was revoked on %(day)s.", day=entry.revoked_on))
    if version_of(entry.id) != seen:
        raise WrongState(_("The entry was changed meanwhile, after you opened this page."))
    return entry
