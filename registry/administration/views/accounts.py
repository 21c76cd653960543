"""Accounts: the list, one person, invitations, closing, opening again, another place."""

from __future__ import annotations

from typing import Any  # arguments of an address are of any type

from flask import current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import get_actor, requires
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.accounts.words import MEMBERSHIPS, RIGHTS, ROLES
from registry.administration import people, queries
from registry.administration.forms import InviteForm, MoveForm, district_name
from registry.administration.people import MOVES
from registry.administration.queries import Wanted
from registry.administration.views.blueprint import BAD_INPUT, administration, done
from registry.administration.words import DEEDS
from registry.core import clock
from registry.core.database import db
from registry.core.deeds import claim_key, new_key
from registry.core.errors import Invalid
from registry.core.language import _, n_
from registry.districts.queries import find_district, list_districts

STATES = {"open": True, "closed": False}


@administration.get("/programme/accounts")
@requires(Role.ADMINISTRATOR)
def accounts() -> ResponseReturnValue:
    """List accounts with filters that are part of the address, and invitations still open."""
    wanted, kept = _wanted(), _kept()
    after = request.args.get("after", "")
    listed = queries.list_people(wanted, after=int(after) if _is_id(after) else None)
    return render_template(
        "administration/accounts.html",
        people=listed,
        seen=queries.find_last_seen(listed.users),
        invitations=queries.list_invitations(at=clock.now()),
        wanted=wanted,
        state=kept.get("state", ""),
        roles=[(role.value, words) for role, words in ROLES.items()],
        role_words=ROLES,
        districts=list_districts(),
        district_name=district_name,
        filtered=bool(kept),
        next_url=url_for("administration.accounts", after=listed.after, **kept)
        if listed.after
        else "",
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def _wanted() -> Wanted:
    asked = request.args
    role = asked.get("role", "")
    return Wanted(
        role=Role(role) if role in set(Role) else None,
        district=asked.get("district", "")[:6],
        is_open=STATES.get(asked.get("state", "")),
        text=asked.get("q", "").strip()[:100],
    )


def _kept() -> dict[str, Any]:
    """Return the filters as they stand in the address."""
    names = ("role", "district", "state", "q")
    return {name: request.args[name] for name in names if request.args.get(name)}


@administration.get("/programme/accounts/<int:user_id>")
@requires(Role.ADMINISTRATOR)
def account(user_id: int) -> ResponseReturnValue:
    """Show one account: who it is, what it may do, what was done to it."""
    return _account_page(queries.get_person(user_id))


def _account_page(user: User, *, form: MoveForm | None = None) -> str:
    actor = get_actor()
    return render_template(
        "administration/account.html",
        user=user,
        is_self=user.id == actor.id,
        form=form or _move_form(user),
        seen=queries.find_last_seen([user]).get(user.id),
        rights=RIGHTS,
        memberships=MEMBERSHIPS,
        record=queries.list_record(user),
        deeds=DEEDS,
        district_name=district_name,
    )


def _move_form(user: User) -> MoveForm | None:
    roles = MOVES.get(user.role)
    if not roles or user.closed_at is not None:
        return None
    code = user.district.code if user.district else ""
    return MoveForm(roles=roles, data={"role": user.role.value, "district": code})


@administration.post("/programme/accounts/<int:user_id>/move")
@requires(Role.ADMINISTRATOR)
def move(user_id: int) -> ResponseReturnValue:
    """Give a person another role or district."""
    user, actor = queries.get_person(user_id), get_actor()
    form = MoveForm(roles=MOVES.get(user.role, ()))
    if not form.validate():
        return make_response(_account_page(user, form=form), BAD_INPUT)
    place = find_district(form.district.data) if form.district.data else None
    role = Role(form.role.data)
    try:
        released = people.move_person(user, role=role, district=place, by=actor, at=clock.now())
    except Invalid as fault:
        db.session.rollback()
        form[fault.field].errors = [str(fault.message)]
        return make_response(_account_page(queries.get_person(user_id), form=form), BAD_INPUT)
    words = _("Stored. %(queue)s", queue=_queue_words(released))
    return done(words, url_for("administration.account", user_id=user_id))


def _queue_words(released: int) -> object:
    if not released:
        return ""
    return n_(
        "%(num)s case went back into the queue.",
        "%(num)s cases went back into the queue.",
        released,
    )


@administration.post("/programme/accounts/<int:user_id>/close")
@requires(Role.ADMINISTRATOR)
def close(user_id: int) -> ResponseReturnValue:
    """Close an account: its sessions end, its cases go back into the queue."""
    user = queries.get_person(user_id)
    released = people.close_person(user, by=get_actor(), at=clock.now())
    words = _(
        "The account of %(name)s is closed. %(queue)s",
        name=user.name,
        queue=_queue_words(released),
    )
    return done(words, url_for("administration.account", user_id=user_id))


@administration.post("/programme/accounts/<int:user_id>/reopen")
@requires(Role.ADMINISTRATOR)
def reopen(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    user = queries.get_person(user_id)
    people.reopen_person(user, by=get_actor(), at=clock.now())
    words = _("The account of %(name)s is open again.", name=user.name)
    return done(words, url_for("administration.account", user_id=user_id))


@administration.route("/programme/accounts/invite", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def invite() -> ResponseReturnValue:
    """Invite an officer, supervisor, leader or administrator; show the link once."""
    form, at, actor = InviteForm(), clock.now(), get_actor()
    if not form.is_submitted():
        return render_template("administration/invite.html", form=form)
    if not form.validate():
        return make_response(render_template("administration/invite.html", form=form), BAD_INPUT)
    if claim_key(form.key.data or new_key(), user_id=actor.id, at=at) is not None:
        return done(
            _("The invitation was made already; its link was shown once and is in the mail."),
            url_for("administration.accounts"),
        )
    email, role, place = form.email.data or "", Role(form.role.data), form.district.data or ""
    try:
        path = people.invite_person(email, role=role, district=place, by=actor, at=at)
    except Invalid as fault:
        db.session.rollback()
        form[fault.field].errors = [str(fault.message)]
        return make_response(render_template("administration/invite.html", form=form), BAD_INPUT)
    link = current_app.config["SETTINGS"].public_url + path
    return render_template(
        "administration/invited.html", email=email, role_label=ROLES[role], link=link
    )


@administration.post("/programme/accounts/invitations/<int:link_id>/withdraw")
@requires(Role.ADMINISTRATOR)
def withdraw_invitation(link_id: int) -> ResponseReturnValue:
    """End an invitation that nobody has accepted yet."""
    email = people.withdraw_invitation(link_id, by=get_actor(), at=clock.now())
    words = _("The invitation of %(email)s is withdrawn; its link is dead.", email=email)
    return done(words, url_for("administration.accounts"))
