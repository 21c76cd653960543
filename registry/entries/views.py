"""Pages of entries."""

from __future__ import annotations

from flask import Blueprint

entries = Blueprint("entries", __name__)
