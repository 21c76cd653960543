"""The blueprint that all pages of the desk share."""

from __future__ import annotations

from flask import Blueprint

from registry.accounts.roles import DESK, Role

approval = Blueprint("approval", __name__, url_prefix="/approval")
READERS = DESK | {Role.LEADER, Role.ADMINISTRATOR}
