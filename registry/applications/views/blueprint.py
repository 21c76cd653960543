"""The blueprint that all pages of the enterprise share."""

from __future__ import annotations

from flask import Blueprint

applications = Blueprint("applications", __name__, url_prefix="/applications")
