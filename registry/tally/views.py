"""Pages of tally."""

from __future__ import annotations

from flask import Blueprint

tally = Blueprint("tally", __name__)
