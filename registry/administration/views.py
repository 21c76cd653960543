"""Pages of administration."""

from __future__ import annotations

from flask import Blueprint

administration = Blueprint("administration", __name__, url_prefix="/programme")
