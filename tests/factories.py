"""Plain functions that put invented people, firms and entries into a test's register."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from argon2 import PasswordHasher
from stdnum.cn import uscc

from registry.accounts.models import User
from registry.accounts.roles import DESK, Membership, Right, Role
from registry.core.database import db
from registry.districts.models import District
from registry.districts.queries import find_district
from registry.enterprises.models import Enterprise

PASSWORD = "wind over the canal 42"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
_numbers = count(1)


def a_credit_code(number: int | None = None) -> str:
    """Return a code that is valid in form."""
    body = f"91320583MA{number or next(_numbers):07d}"
    return body + uscc.calc_check_digit(body)


def a_district(code: str = "320583") -> District:
    district = find_district(code)
    assert district is not None
    return district


def an_enterprise(
    name: str = "", *, code: str | None = None, district: District | None = None
) -> Enterprise:
    name = name or f"测试精密机械{next(_numbers)}有限公司"
    enterprise = Enterprise(
        uscc=code or a_credit_code(),
        name=name,
        name_key=name,
        district_id=(district or a_district()).id,
        industry="C34",
        address="测试路 1 号",
        employees=412,
        revenue_wan=38620,
        founded_on=date(2010, 5, 1),
        legal_representative="张测试",
        contact_name="王测试",
        contact_phone="13800000000",
        created_at=AT,
    )
    db.session.add(enterprise)
    db.session.flush()
    return enterprise


def a_user(
    role: Role,
    *,
    district: District | None = None,
    enterprise: Enterprise | None = None,
    right: Right = Right.OWNER,
    membership: Membership = Membership.PROVEN,
) -> User:
    """Return a person with PASSWORD: by default of a new enterprise, or of Kunshan."""
    number = next(_numbers)
    is_member = role is Role.MEMBER
    if is_member and enterprise is None:
        enterprise = an_enterprise()
    if role in DESK and district is None:
        district = a_district()
    user = User(
        email=f"person{number}@example.test",
        name=f"测试员{number}",
        role=role,
        district_id=district.id if district else None,
        enterprise_id=enterprise.id if enterprise else None,
        right=right if is_member else None,
        membership=membership if is_member else None,
        password_hash=PASSWORD_HASH,
        email_confirmed_at=AT,
        created_at=AT,
    )
    db.session.add(user)
    db.session.flush()
    return user
