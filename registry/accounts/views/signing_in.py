"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from flask import (
    flash,
    g,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user, login_user

from registry.accounts.access import get_actor, public
from registry.accounts.browsers import name_browser
from registry.accounts.forms import SignInForm
from registry.accounts.models import User
from registry.accounts.passwords import is_password
from registry.accounts.queries import find_credentials, unified_email
from registry.accounts.records import note
from registry.accounts.service import close_session, open_session
from registry.accounts.throttle import Try, begin_try, minutes_of
from registry.accounts.views import resume
from registry.accounts.views.blueprint import accounts
from registry.accounts.views.door_page import sign_in_page
from registry.accounts.views.onward import first_page, safe_path
from registry.accounts.views.visitor import find_address
from registry.core import clock
from registry.core.database import db, reading
from registry.core.language import LANGUAGES, _

WRONG, TOO_OFTEN = 422, 429


@accounts.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page, and check what it sends; who is signed in goes on at once."""
    if request.method == "POST":
        return _enter()
    onward = safe_path(request.args.get("next"), default="")
    if current_user.is_authenticated:
        return redirect(onward or first_page(get_actor()), 303)
    return sign_in_page(SignInForm(formdata=None, next=onward))


def _enter() -> ResponseReturnValue:
    """Check address and password, slowed per account and per address."""
    form = SignInForm()
    form.validate()
    email, password = unified_email(form.email.data or "")[:254], form.password.data or ""
    fault = _missing(email, password)
    if fault:
        form.password.errors = [fault]
        return make_response(sign_in_page(form), WRONG)
    db.session.rollback()
    taken = begin_try(email, address=find_address(), at=clock.now())
    if taken.is_refused:
        return _refuse(form, taken)
    with reading():  # the slow check holds no lock
        known = find_credentials(email)
        db.session.rollback()
    if not is_password(password, known.password_hash if known else None) or known is None:
        return _send_back(form, known.user_id if known else None, taken=taken)
    browser = name_browser(str(request.user_agent))
    user = open_session(known.user_id, password, taken=taken, browser=browser, at=clock.now())
    return _let_in(user, form)


def _missing(email: str, password: str) -> str:
    if not email:
        return str(_("Enter the e-mail address you signed up or were invited with."))
    return "" if password else str(_("Enter your password."))


def _let_in(user: User, form: SignInForm) -> ResponseReturnValue:
    """Begin a fresh session, so that one planted before is worth nothing."""
    language = session.get("language")
    session.clear()
    g.pop("csrf_token", None)
    if language in LANGUAGES:
        session["language"] = language
    login_user(user)
    carried = resume.read_carried(form.carried.data, form.carried_to.data, role=user.role)
    if carried:
        return resume.resume_page(carried)
    return redirect(safe_path(form.next.data, default="") or first_page(user), 303)


def _send_back(form: SignInForm, user_id: int | None, *, taken: Try) -> ResponseReturnValue:
    note("sign_in_failed", user_id=user_id, actor_id=None, at=clock.now(), detail=find_address())
    db.session.commit()
    wrong = _("E-mail or password is wrong.")
    left = ngettext(
        "After %(num)s more wrong try you would have to wait 15 minutes.",
        "After %(num)s more wrong tries you would have to wait 15 minutes.",
        taken.left,
    )
    last = _("Please wait up to 15 minutes before the next try, or set a new password.")
    form.password.errors = [wrong, left if taken.left else last]
    return make_response(sign_in_page(form), WRONG)


def _refuse(form: SignInForm, taken: Try) -> ResponseReturnValue:
    minutes = minutes_of(taken.seconds)
    form.password.errors = [
        ngettext(
            "Too many wrong tries. Wait %(num)s minute, then try again.",
            "Too many wrong tries. Wait %(num)s minutes, then try again.",
            minutes,
        )
    ]
    page = make_response(sign_in_page(form), TOO_OFTEN)
    page.headers["Retry-After"] = str(taken.seconds)
    return page


@accounts.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session on the server and in the browser."""
    if current_user.is_authenticated:
        close_session(get_actor(), at=clock.now())
    language = session.get("language")
    session.clear()
    if language in LANGUAGES:
        session["language"] = language
    flash(_("You are signed out."), "good")
    answer = make_response(redirect(url_for("accounts.sign_in"), 303))
    answer.headers["Clear-Site-Data"] = '"cache"'  # pages of figures may be kept while signed in
    return answer


@accounts.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Show pages in the other language, and remember it for the account."""
    language = request.form.get("language", "")
    if language in LANGUAGES:
        session["language"] = language
        if current_user.is_authenticated:
            get_actor().language = language
    return redirect(safe_path(request.form.get("next")), 303)
