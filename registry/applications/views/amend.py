"""Amendments: begun beside the entry, and begun anew from what is registered by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import DESK, Role
from registry.applications import amendment as amendments
from registry.applications import policy
from registry.applications.forms import SaveForm, StartForm
from registry.applications.models import Application
from registry.applications.queries import get_visible
from registry.applications.service import save
from registry.applications.views.blueprint import applications
from registry.applications.views.page import lost_page, section_url
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import claim_key, keep_location, new_key
from registry.core.errors import NotFound, WrongState
from registry.core.language import _
from registry.entries.models import Entry
from registry.entries.queries import get_registered


@applications.post("/amend/<number>")
@requires(Role.MEMBER)
def amend(number: str) -> ResponseReturnValue:
    """Begin an amendment of a registered entry; where one is open, lead to it."""
    actor, form = get_actor(), StartForm()
    entry = get_registered(number)
    if not policy.may_amend(actor, entry):
        raise NotFound
    key = form.key.data or ""
    led_to = claim_key(key, user_id=actor.id, at=clock.now()) if key else None
    if led_to is not None:
        return redirect(led_to or url_for("applications.index"), 303)
    try:
        application = amendments.start(entry, by=actor, at=clock.now())
    except WrongState as refusal:
        db.session.rollback()
        flash(str(refusal.message), "error")
        return redirect(url_for("entries.show", number=number), 303)
    location = section_url(application, application.facts.sections[0].code)
    if key:
        keep_location(key, location)
    flash(_("Begun. All that is registered stands in the form; change what is to change."), "good")
    return redirect(location, 303)


@applications.post("/<int:application_id>/afresh")
@requires(Role.MEMBER)
def afresh(application_id: int) -> ResponseReturnValue:
    """Put what is registered now into the form again; sort and reason stay."""
    application = get_visible(get_actor(), application_id)
    if not application.is_amendment:
        raise NotFound
    words = amendments.words_afresh(application)
    try:
        save(application, words, by=get_actor(), at=clock.now(), seen=SaveForm().seen_version())
    except WrongState as refusal:
        return lost_page(application_id, refusal)
    flash(_("The form says again what is registered. Sort and reason were kept."), "good")
    return redirect(section_url(application, application.facts.sections[0].code), 303)


@dataclass(frozen=True)
class Beside:
    """What the page of a registered entry says of its amendments to the person who looks."""

    may_amend: bool
    key: str
    open_number: str
    open_url: str
    decided: Sequence[tuple[Application, str]]


def amendments_of(entry: Entry) -> Beside | None:
    """Return the amendments of an entry that the person who looks may know of."""
    if not current_user.is_authenticated:
        return None
    actor = get_actor()
    may_amend = policy.may_amend(actor, entry) and entry.revoked_on is None
    seen = amendments.list_of(entry, reader=actor)
    waiting = amendments.find_open(entry.id) if may_amend else None
    waiting = waiting or next((one for one in seen if one.decided_at is None), None)
    is_seen = waiting is not None and waiting.id in {one.id for one in seen}
    return Beside(
        may_amend=may_amend and waiting is None,
        key=new_key(),
        open_number=waiting.number if waiting is not None else "",
        open_url=_url(waiting, actor.role) if waiting is not None and is_seen else "",
        decided=[(one, _url(one, actor.role)) for one in seen if one.decided_at is not None],
    )


def _url(application: Application, role: Role) -> str:
    if role is Role.MEMBER:
        return url_for("applications.show", application_id=application.id)
    if role in DESK | {Role.ADMINISTRATOR, Role.LEADER}:
        return f"/approval/cases/{application.id}"
    return ""
