"""Tokens of the interface: made once and shown once, ended at once."""

from __future__ import annotations

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.roles import Role
from registry.administration import people
from registry.administration.forms import TokenForm
from registry.administration.queries import list_tokens
from registry.administration.views.blueprint import BAD_INPUT, administration, done
from registry.core import clock
from registry.core.deeds import claim_key, new_key
from registry.core.language import _


@administration.route("/programme/tokens", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def tokens() -> ResponseReturnValue:
    """List the tokens, and make one."""
    form, at, actor = TokenForm(), clock.now(), get_actor()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return make_response(_page(form), BAD_INPUT)
    if claim_key(form.key.data or new_key(), user_id=actor.id, at=at) is not None:
        return done(
            _("The token was made already and was shown once. Where it is lost, end it."),
            url_for("administration.tokens"),
        )
    made = people.make_token(form.label.data or "", by=actor, at=at)
    return _page(TokenForm(formdata=None), made=made, label=form.label.data or "")


@administration.post("/programme/tokens/<int:token_id>/end")
@requires(Role.ADMINISTRATOR)
def end_token(token_id: int) -> ResponseReturnValue:
    """End a token."""
    token = people.end_token(token_id, by=get_actor(), at=clock.now())
    words = _("The token “%(label)s” is ended.", label=token.label)
    return done(words, url_for("administration.tokens"))


def _page(form: TokenForm, *, made: str = "", label: str = "") -> str:
    return render_template(
        "administration/tokens.html", form=form, tokens=list_tokens(), made=made, label=label
    )
