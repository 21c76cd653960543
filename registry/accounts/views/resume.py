"""A form cut off by the end of a session or by others who write: carried, sent again as it was.

Only what came from a page of our own is carried; the fields of a post from another site never are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import current_app, flash, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from registry.accounts.access import VISITOR, door_of
from registry.accounts.forms import SignInForm
from registry.accounts.roles import Role
from registry.accounts.views.door_page import sign_in_page
from registry.accounts.views.onward import safe_path
from registry.core.database import db
from registry.core.error_pages import error_page
from registry.core.errors import Occupied
from registry.core.language import _
from registry.core.transactions import READS

SIGN_IN_NEEDED = 401
BAD_REQUEST = 400
STALE = 409
NEVER_CARRIED = ("csrf_token", "carried", "carried_to")
NEVER_WITH = "password"
OWN_ANSWER = {
    "accounts.sign_in": "/sign-in",
    "accounts.sign_out": "/",
    "accounts.set_language": "/",
}


@dataclass(frozen=True)
class Carried:
    """The fields of one form, in their order, and the path they were posted to."""

    fields: tuple[tuple[str, str], ...]
    path: str


def is_own_page() -> bool:
    """Say whether the browser names a page of this site as the one that posts."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    own = {request.host_url.rstrip("/"), current_app.config["SETTINGS"].public_url}
    return request.headers.get("Origin") in own


def posted() -> Carried:
    """Return what this request posted, without files, passwords and tokens."""
    fields = tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in NEVER_CARRIED and NEVER_WITH not in name
    )
    return Carried(fields=fields, path=safe_path(request.full_path.rstrip("?")))


def read_carried(text: str | None, path: str | None, *, role: Role) -> Carried | None:
    """Return what the sign-in page carried, where this role may post it at all."""
    target = safe_path(path, default="")
    if not text or not target or role.value not in _door_of_path(target):
        return None
    try:
        fields = tuple((str(name), str(value)) for name, value in json.loads(text))
    except (ValueError, TypeError):
        return None
    return Carried(fields=fields, path=target)


def _door_of_path(path: str) -> frozenset[str]:
    adapter = current_app.url_map.bind("", url_scheme="http")
    try:
        endpoint, _arguments = adapter.match(path.partition("?")[0], method="POST")
    except HTTPException:
        return frozenset()
    return door_of(endpoint)


def resume_page(carried: Carried, *, had_files: bool = False) -> str:
    """Return the page whose one button sends the form again, with a token of the new session."""
    return render_template("accounts/resume.html", carried=carried, had_files=had_files)


def unauthorized() -> ResponseReturnValue:
    """Answer a post without a live session; its token was right, so it came from our page."""
    db.session.rollback()
    if _is_by_itself():
        return make_response(jsonify(status=SIGN_IN_NEEDED, sign_in=True), SIGN_IN_NEEDED)
    if request.path.startswith("/api/"):
        return error_page(SIGN_IN_NEEDED)
    carried = posted()
    form = SignInForm(formdata=None, carried=json.dumps(carried.fields), carried_to=carried.path)
    page = sign_in_page(form, had_files=_had_files())
    return make_response(page, SIGN_IN_NEEDED)


def stale_token(_error: CSRFError) -> ResponseReturnValue:
    """Answer a post whose token is of an earlier session, or of no page of ours."""
    db.session.rollback()
    if not is_own_page() or request.path.startswith("/api/"):
        return error_page(BAD_REQUEST)
    if request.endpoint in OWN_ANSWER:
        flash(_("The page had been open for too long. Please try once more."), "heed")
        return redirect(OWN_ANSWER[request.endpoint], 303)
    if VISITOR not in door_of(request.endpoint) and not current_user.is_authenticated:
        return unauthorized()
    if _is_by_itself():
        return make_response(jsonify(status=STALE, sign_in=False), STALE)
    return make_response(resume_page(posted(), had_files=_had_files()), STALE)


def occupied(error: Occupied) -> ResponseReturnValue:
    """Answer a post that waited for others in vain: nothing was done; one button sends it again.

    It carries the same key, so it acts once however often it is sent.
    """
    db.session.rollback()
    if _is_by_itself():
        answer = make_response(jsonify(status=error.status, message=str(error.message)))
    elif request.method in READS or request.path.startswith("/api/") or _has_password():
        answer = error_page(error.status, error.message)
    else:
        carried, had_files = posted(), _had_files()
        answer = make_response(
            render_template("accounts/again.html", carried=carried, had_files=had_files)
        )
    answer.status_code = error.status
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _has_password() -> bool:
    return any(NEVER_WITH in name for name in request.form)


def _is_by_itself() -> bool:
    """Say whether a script posts (a draft that saves itself); it wants no page."""
    return bool(request.headers.get("X-Requested-With"))


def _had_files() -> bool:
    return any(file.filename for file in request.files.values())
