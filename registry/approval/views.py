"""Pages of approval."""

from __future__ import annotations

from flask import Blueprint

approval = Blueprint("approval", __name__, url_prefix="/approval")
