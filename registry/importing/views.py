"""Pages of importing."""

from __future__ import annotations

from flask import Blueprint

importing = Blueprint("importing", __name__, url_prefix="/programme/imports")
