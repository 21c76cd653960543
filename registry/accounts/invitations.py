"""Invite officers, supervisors, leaders and administrators: nobody signs up for these roles."""

from __future__ import annotations

from datetime import datetime

from email_validator import EmailNotValidError, validate_email

from registry.accounts.links import make_link, path_of
from registry.accounts.models import Purpose, User
from registry.accounts.queries import find_user
from registry.accounts.roles import DESK, Role
from registry.core.errors import Invalid
from registry.core.language import _
from registry.districts.models import District
from registry.districts.queries import find_district, list_districts

INVITED = tuple(role for role in Role if role is not Role.MEMBER)


def invite(
    email: str, *, role: Role, district: str = "", by: User | None = None, at: datetime
) -> str:
    """Return the path of a link that creates an account; `district` is a code or a name.

    Raise Invalid for an address that has an account, and where the role needs a district or may not
    have one. An older invitation of the address is cancelled.
    """
    if role not in INVITED:
        raise Invalid(_("Enterprises sign themselves up."), field="role")
    place = _check_place(role, district)
    address = _check_address(email)
    return path_of(
        make_link(Purpose.INVITE, email=address, role=role, district=place, by=by, at=at)
    )


def _check_place(role: Role, district: str) -> District | None:
    """Return the district of an account; raise Invalid where it needs one or may not have one."""
    if not district:
        if role in DESK:
            raise Invalid(_("An officer and a supervisor need a district."), field="district")
        return None
    if role is Role.ADMINISTRATOR:
        raise Invalid(_("A city administrator has no district."), field="district")
    found = find_district(district) or _find_by_name(district)
    if found is None:
        raise Invalid(_("No district is called %(name)s.", name=district), field="district")
    return found


def _find_by_name(name: str) -> District | None:
    for district in list_districts():
        if name in {district.name_zh, district.name_en, *district.aliases}:
            return district
    return None


def _check_address(email: str) -> str:
    """Return an address that may be invited; raise Invalid for all others."""
    try:
        found = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Invalid(
            _("This is not an e-mail address. It looks like name@company.cn."), field="email"
        ) from None
    address = str(found.normalized).lower()
    if find_user(address) is not None:
        raise Invalid(_("This address has an account already. Sign in with it."), field="email")
    return address
