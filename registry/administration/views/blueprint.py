"""The blueprint of administration; its views register themselves on it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

administration = Blueprint("administration", __name__)
BAD_INPUT = 422


def done(words: object, location: str) -> ResponseReturnValue:
    """Say what was done and lead on."""
    flash(str(words).strip(), "good")
    return redirect(location, 303)
