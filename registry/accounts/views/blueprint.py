"""The blueprint that all pages of accounts hang on."""

from __future__ import annotations

from flask import Blueprint

accounts = Blueprint("accounts", __name__)
