"""The blueprint that all pages of importing share."""

from __future__ import annotations

from flask import Blueprint

importing = Blueprint("importing", __name__, url_prefix="/programme/imports")
