"""One's own account: name, telephone, language, password, and where one is signed in."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.forms import AccountForm, NewPasswordForm
from registry.accounts.models import User
from registry.accounts.passwords import hash_password, is_password
from registry.accounts.queries import list_sessions
from registry.accounts.records import note
from registry.accounts.roles import EVERYONE
from registry.accounts.service import change_password, end_own_session
from registry.accounts.sessions import hash_key
from registry.accounts.views.blueprint import accounts
from registry.core import clock
from registry.core.database import db
from registry.core.language import _

BAD_INPUT = 422


@accounts.route("/account", methods=["GET", "POST"])
@requires(*EVERYONE)
def account() -> ResponseReturnValue:
    """Show one's own account and change name, telephone and language."""
    user = get_actor()
    form = AccountForm(obj=user)
    if not form.is_submitted():
        return _page(user, form=form)
    if not form.validate():
        return make_response(_page(user, form=form), BAD_INPUT)
    user.name, user.phone = form.name.data or "", form.phone.data or None
    user.language = session["language"] = form.language.data
    note("account_changed", user_id=user.id, actor_id=user.id, at=clock.now())
    flash(_("Stored."), "good")
    return redirect(url_for("accounts.account"), 303)


@accounts.route("/account/password", methods=["GET", "POST"])
@requires(*EVERYONE)
def password() -> ResponseReturnValue:
    """Change the own password; it needs the old one and ends all other sign-ins."""
    user = get_actor()
    known = (user.email, user.email.partition("@")[0], user.name)
    form = NewPasswordForm(known=known)
    if not form.is_submitted():
        return render_template("accounts/password.html", form=form)
    if form.validate() and not _is_old(user, form):
        form.old.errors = [_("This is not your present password.")]
    if form.errors:
        return make_response(render_template("accounts/password.html", form=form), BAD_INPUT)
    new = hash_password(form.password.data or "")
    change_password(get_actor(), new, at=clock.now())
    flash(_("Your password is changed; all other sign-ins were ended."), "good")
    return redirect(url_for("accounts.account"), 303)


def _is_old(user: User, form: NewPasswordForm) -> bool:
    stored = user.password_hash
    db.session.rollback()  # looking at a password takes long and holds no lock
    return is_password(form.old.data or "", stored)


@accounts.post("/account/sessions/end")
@requires(*EVERYONE)
def end_session() -> ResponseReturnValue:
    """End one of the own sign-ins."""
    end_own_session(get_actor(), request.form.get("session", ""), at=clock.now())
    flash(_("That sign-in is ended."), "good")
    return redirect(url_for("accounts.account"), 303)


def _page(user: User, *, form: AccountForm) -> str:
    return render_template(
        "accounts/account.html",
        user=user,
        form=form,
        sessions=list_sessions(user),
        this_session=hash_key(user.session_key or ""),
    )
