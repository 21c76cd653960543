"""How the page of a deed ends: led on where it was done, else the fault on its field."""

from __future__ import annotations

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from registry.core.deeds import keep_location
from registry.core.errors import Invalid


def lead_on(words: object, location: str, *, key: str) -> ResponseReturnValue:
    """Say what was done and lead on; the key remembers where, for a request that is sent again."""
    if key:
        keep_location(key, location)
    flash(str(words), "good")
    return redirect(location, 303)


def put_fault(form: FlaskForm, fault: Invalid) -> None:
    """Put what is wrong on its field, or above the form where it has none."""
    if fault.field in form:
        form[fault.field].errors = [str(fault.message)]
    else:
        form.form_errors.append(str(fault.message))
