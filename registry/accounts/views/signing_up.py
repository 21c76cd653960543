"""Signing up, confirming the address, forgetting the password: all that works by one-time links."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import current_app, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import letters, post
from registry.accounts.access import public
from registry.accounts.forms import (
    FirstPasswordForm,
    ForgotForm,
    InvitationForm,
    PasswordForm,
    SignUpForm,
)
from registry.accounts.links import NOBODY, find_link, make_link, path_of
from registry.accounts.models import MailCause, OneTimeLink, Purpose
from registry.accounts.passwords import hash_password
from registry.accounts.queries import find_user
from registry.accounts.service import accept_invitation, reset_password
from registry.accounts.signing_up import SignUp, confirm, find_pending
from registry.accounts.signing_up import sign_up as keep_sign_up
from registry.accounts.throttle import take_mail
from registry.accounts.views.blueprint import accounts
from registry.accounts.views.choices import list_district_choices, read_firm
from registry.accounts.views.visitor import find_address, find_language
from registry.accounts.views.waiting import wait_page
from registry.accounts.words import ROLES
from registry.core import clock
from registry.core.database import db
from registry.core.errors import Busy, Invalid
from registry.core.forms import RegistryForm
from registry.core.language import _

BAD_INPUT, GONE = 422, 404


@accounts.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    """Sign up an enterprise, or a further person of one."""
    form = SignUpForm(districts=list_district_choices())
    if not form.is_submitted():
        return render_template("accounts/sign_up.html", form=form)
    if not form.validate():
        return make_response(render_template("accounts/sign_up.html", form=form), BAD_INPUT)
    session.pop("shown_link", None)
    try:
        path = keep_sign_up(_given(form), address=find_address(), at=clock.now())
    except Busy as fault:
        return wait_page("accounts/sign_up.html", fault, form=form)
    if path and current_app.config["SETTINGS"].demonstration:
        session["shown_link"] = path
    return redirect(url_for("accounts.sent"), 303)


@accounts.get("/join")
@public
def join() -> ResponseReturnValue:
    """A further person of an enterprise signs up on the same page."""
    return redirect(url_for("accounts.sign_up"), 303)


def _given(form: SignUpForm) -> SignUp:
    return SignUp(
        firm=read_firm(form),
        name=form.name.data or "",
        phone=form.phone.data or "",
        email=form.email.data or "",
        language=find_language(),
    )


@accounts.get("/sign-up/sent")
@public
def sent() -> ResponseReturnValue:
    """Say that a mail is on its way, whatever was or was not found; the demonstration shows it."""
    return render_template("accounts/sent.html", shown_link=session.get("shown_link", ""))


@accounts.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> ResponseReturnValue:
    """Send a link that sets a new password; say the same whether the account exists or not."""
    form = ForgotForm()
    if not form.is_submitted():
        return render_template("accounts/forgot.html", form=form)
    if not form.validate():
        return make_response(render_template("accounts/forgot.html", form=form), BAD_INPUT)
    session.pop("shown_link", None)
    try:
        _send_reset(form.email.data or "")
    except Busy as fault:
        return wait_page("accounts/forgot.html", fault, form=form)
    return redirect(url_for("accounts.sent"), 303)


def _send_reset(email: str) -> None:
    """Put the link into the outbox; raise Busy where too many were asked for, account or not."""
    take_mail(MailCause.RESET, email, address=find_address(), at=clock.now())
    user = find_user(email)
    if user is None or not user.is_active or user.email_confirmed_at is None:
        return
    try:
        path = path_of(make_link(Purpose.RESET, email=user.email, at=clock.now()))
    except Busy:  # only an account can have too many links: say the same as without one
        return
    letter = letters.reset(path)
    post.write(letter, to=user.email, language=user.language, at=clock.now())
    if current_app.config["SETTINGS"].demonstration:
        session["shown_link"] = path


@accounts.route("/links/<key>", methods=["GET", "POST"])
@public
def link(key: str) -> ResponseReturnValue:
    """Show what a one-time link is for; spend it when the form is sent, never by opening it."""
    found = find_link(key, at=clock.now())
    if found is None:
        return make_response(render_template("accounts/link_ended.html"), GONE)
    form = FORMS[found.purpose](found)
    if not form.is_submitted():
        return _link_page(found, form)
    if form.validate():
        try:
            return SPENDERS[found.purpose](found.id, form)
        except Invalid as fault:
            form[fault.field].errors = [fault.message]
    return make_response(_link_page(found, form), BAD_INPUT)


def _link_page(found: OneTimeLink, form: RegistryForm) -> str:
    return render_template(
        f"accounts/link_{found.purpose}.html",
        form=form,
        link=found,
        role_words=ROLES,
        given=find_pending(found),
    )


def _invitation_form(found: OneTimeLink) -> RegistryForm:
    form = InvitationForm()
    if found.email != NOBODY:
        form.email.data = found.email
    return form


def _reset_form(found: OneTimeLink) -> RegistryForm:
    return PasswordForm(known=(found.email, found.email.partition("@")[0]))


def _confirmation_form(found: OneTimeLink) -> RegistryForm:
    known = [found.email, found.email.partition("@")[0]]
    given = find_pending(found)
    if given is not None:
        known += [given.name, given.enterprise, given.uscc]
    return FirstPasswordForm(known=tuple(known))


FORMS: Mapping[Purpose, Callable[[OneTimeLink], RegistryForm]] = {
    Purpose.INVITE: _invitation_form,
    Purpose.RESET: _reset_form,
    Purpose.CONFIRM: _confirmation_form,
}


def _hashed(form: RegistryForm) -> str:
    db.session.rollback()  # making the hash takes long and holds no lock
    return hash_password(form["password"].data)


def _spend_invitation(link_id: int, form: RegistryForm) -> ResponseReturnValue:
    password_hash = _hashed(form)
    accept_invitation(
        db.session.get_one(OneTimeLink, link_id),
        email=form["email"].data,
        name=form["name"].data,
        password_hash=password_hash,
        language=find_language(),
        at=clock.now(),
    )
    return _to_sign_in(_("Your account is ready. Sign in with your address and password."))


def _spend_reset(link_id: int, form: RegistryForm) -> ResponseReturnValue:
    password_hash = _hashed(form)
    reset_password(db.session.get_one(OneTimeLink, link_id), password_hash, at=clock.now())
    return _to_sign_in(_("Your new password is set, and all sign-ins were ended. Sign in."))


def _spend_confirmation(link_id: int, form: RegistryForm) -> ResponseReturnValue:
    password_hash = _hashed(form)
    confirm(db.session.get_one(OneTimeLink, link_id), password_hash, at=clock.now())
    session.pop("shown_link", None)
    return _to_sign_in(_("Your account is ready. Sign in with your address and password."))


SPENDERS: Mapping[Purpose, Callable[[int, RegistryForm], ResponseReturnValue]] = {
    Purpose.INVITE: _spend_invitation,
    Purpose.RESET: _spend_reset,
    Purpose.CONFIRM: _spend_confirmation,
}


def _to_sign_in(words: object) -> ResponseReturnValue:
    flash(str(words), "good")
    return redirect(url_for("accounts.sign_in"), 303)
