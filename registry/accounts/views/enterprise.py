"""The common record of one's enterprise, and its members."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import membership
from registry.accounts.access import get_actor, requires
from registry.accounts.forms import EnterpriseForm, RightForm
from registry.accounts.models import User
from registry.accounts.queries import get_member, list_members, may_see_record
from registry.accounts.records import note
from registry.accounts.roles import Right, Role
from registry.accounts.views.blueprint import accounts
from registry.accounts.views.choices import list_district_choices
from registry.accounts.words import MEMBERSHIPS, RIGHTS
from registry.core import clock
from registry.core.errors import NotAllowed, NotFound
from registry.core.language import _
from registry.districts.queries import find_district
from registry.enterprises.industries import find_industry
from registry.enterprises.models import Enterprise
from registry.enterprises.size import compute_size
from registry.enterprises.words import OWNERSHIPS, SIZES

BAD_INPUT = 422
FIELDS = (
    "address",
    "industry",
    "employees",
    "revenue_wan",
    "founded_on",
    "legal_representative",
    "contact_name",
    "contact_phone",
)


@accounts.get("/enterprise")
@requires(Role.MEMBER)
def enterprise() -> ResponseReturnValue:
    """Show the record of one's enterprise and who belongs to it."""
    actor = get_actor()
    firm = _firm(actor)
    if actor.membership in membership.OUTSIDE:
        return redirect(url_for("accounts.ask"), 303)
    return render_template(
        "accounts/enterprise.html",
        actor=actor,
        firm=firm,
        may_see=may_see_record(actor),
        may_change=_may_change(actor),
        may_decide=actor.is_proven and actor.right is Right.OWNER,
        members=list_members(actor),
        industry=find_industry(firm.industry),
        size=SIZES.get(compute_size(firm.employees, firm.revenue_wan)),  # type: ignore[arg-type]  # None has no words
        ownership=OWNERSHIPS.get(firm.ownership) if firm.ownership else None,
        right_form=RightForm(formdata=None),
        rights=RIGHTS,
        memberships=MEMBERSHIPS,
    )


@accounts.route("/enterprise/record", methods=["GET", "POST"])
@requires(Role.MEMBER)
def record() -> ResponseReturnValue:
    """Change the common record of one's enterprise."""
    actor = get_actor()
    firm = _firm(actor)
    if not _may_change(actor):
        raise NotAllowed(_("Only an owner of the enterprise changes its record."))
    given = {"district": firm.district.code if firm.district else ""}
    form = EnterpriseForm(obj=firm, data=given, districts=list_district_choices())
    if not form.is_submitted():
        form.district.data = given["district"]
        form.ownership.data = firm.ownership.value if firm.ownership else ""
        return render_template("accounts/record.html", form=form, firm=firm)
    if not form.validate():
        page = render_template("accounts/record.html", form=form, firm=firm)
        return make_response(page, BAD_INPUT)
    _store(firm, form)
    note("record_changed", user_id=actor.id, actor_id=actor.id, at=clock.now())
    flash(_("The record of your enterprise is stored."), "good")
    return redirect(url_for("accounts.enterprise"), 303)


def _store(firm: Enterprise, form: EnterpriseForm) -> None:
    for name in FIELDS:
        setattr(firm, name, form[name].data)
    district = find_district(form.district.data)
    firm.district_id = district.id if district else firm.district_id
    firm.ownership = form.chosen_ownership


def _firm(actor: User) -> Enterprise:
    if actor.enterprise is None:
        raise NotFound
    return actor.enterprise


def _may_change(actor: User) -> bool:
    return may_see_record(actor) and actor.right is Right.OWNER


@accounts.post("/enterprise/members/<int:user_id>/let-in")
@requires(Role.MEMBER)
def let_in(user_id: int) -> ResponseReturnValue:
    """Let a person in who asked to join."""
    actor, form = get_actor(), RightForm()
    member = get_member(actor, user_id)
    if not form.validate():
        raise NotFound
    membership.let_in(member, right=form.chosen, by=actor, at=clock.now())
    return _done(_("%(name)s is let in.", name=member.name))


@accounts.post("/enterprise/members/<int:user_id>/refuse")
@requires(Role.MEMBER)
def refuse(user_id: int) -> ResponseReturnValue:
    """Refuse a person who asked to join."""
    actor = get_actor()
    member = get_member(actor, user_id)
    membership.refuse(member, by=actor, at=clock.now())
    return _done(_("%(name)s is refused.", name=member.name))


@accounts.post("/enterprise/members/<int:user_id>/right")
@requires(Role.MEMBER)
def change_right(user_id: int) -> ResponseReturnValue:
    """Give a member another right."""
    actor, form = get_actor(), RightForm()
    member = get_member(actor, user_id)
    if not form.validate():
        raise NotFound
    membership.change_right(member, right=form.chosen, by=actor, at=clock.now())
    return _done(_("%(name)s has the new right.", name=member.name))


@accounts.post("/enterprise/members/<int:user_id>/close")
@requires(Role.MEMBER)
def close_member(user_id: int) -> ResponseReturnValue:
    """Take a member out of the enterprise."""
    actor = get_actor()
    member = get_member(actor, user_id)
    membership.close_member(member, by=actor, at=clock.now())
    return _done(_("%(name)s is no member any more.", name=member.name))


def _done(words: object) -> ResponseReturnValue:
    flash(str(words), "good")
    return redirect(url_for("accounts.enterprise"), 303)
