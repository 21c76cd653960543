"""What a desk is told whose case was handed to another district while it worked on it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template, request

from registry.accounts.access import get_actor
from registry.applications import places, transfers
from registry.approval import words
from registry.approval.forms import read_notes
from registry.core.database import db
from registry.core.errors import NotFound
from registry.entries.catalogue import CATALOGUE
from registry.entries.register import place_name

CONFLICT = 409
Typed = Sequence[tuple[object, str]]


def told_gone(application_id: int, typed: Typed = ()) -> Response:
    """Say where a case went and give back the words typed; raise NotFound where it was never here.

    Only who was at work on it is told: to look at the case again is to find nothing.
    """
    db.session.rollback()
    transfer = transfers.find_handed_on(get_actor(), application_id)
    if transfer is None:
        raise NotFound
    facts = CATALOGUE[transfer.application.kind]
    remarks = read_notes(request.form, filing=0).notes
    written = [(places.label_of(facts, place), text) for place, text in remarks.written]
    reasons = [(label, remarks.words.get(name, "")) for name, label in words.TYPED.items()]
    page = render_template(
        "approval/gone.html",
        transfer=transfer,
        typed=[(label, text) for label, text in (*typed, *written, *reasons) if text.strip()],
        place_name=place_name,
    )
    return make_response(page, CONFLICT)
