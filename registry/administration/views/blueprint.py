"""The blueprint of administration; its views register themselves on it."""

from __future__ import annotations

from flask import Blueprint

administration = Blueprint("administration", __name__)
