"""The blueprint that these pages share, and how each ends."""

from __future__ import annotations

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from registry.core.deeds import keep_location
from registry.core.errors import Invalid
from registry.standing.service import Outcome

standing = Blueprint("standing", __name__)
BAD_INPUT, CONFLICT = 422, 409


def done(words: object, location: str, *, outcome: Outcome, key: str) -> ResponseReturnValue:
    """Say what was done and lead on; a request sent again is led to the same place."""
    if outcome.is_repeated:
        return redirect(outcome.location or location, 303)
    if key:
        keep_location(key, location)
    flash(str(words), "good")
    return redirect(location, 303)


def put_fault(form: FlaskForm, fault: Invalid) -> None:
    """Put what is wrong on its field."""
    if fault.field in form:
        form[fault.field].errors = [str(fault.message)]
    else:
        form.form_errors.append(str(fault.message))
