"""Show a form again that was sent too often: with what was typed, and how long to wait."""

from __future__ import annotations

from typing import Any  # what a template shows

from flask import Response, make_response, render_template

from registry.core.database import db
from registry.core.errors import Busy


def wait_page(template: str, fault: Busy, **shown: Any) -> Response:
    """Return the page of a form (429); it takes the reason as `wait`."""
    db.session.rollback()
    page = make_response(render_template(template, wait=fault.message, **shown), fault.status)
    page.headers["Retry-After"] = str(fault.seconds)
    return page
