"""Invented people with accounts: the city's, each district's, one for each firm that applies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from registry.accounts.models import User
from registry.accounts.passwords import hash_password
from registry.accounts.roles import Membership, Right, Role
from registry.core.database import db
from registry.demo.names import Firm, make_person
from registry.districts.models import District
from registry.enterprises.models import Enterprise

PASSWORD = "枫桥夜泊-2026-示例"  # noqa: S105 - shown to everyone, in the demonstration only
SIGN_INS = "sign-ins.json"
OFFICERS_EACH = 2


@dataclass
class People:
    """Who acts: officers and a supervisor by district code, members by credit code."""

    password_hash: str
    at: datetime
    administrator: User
    leader: User
    officers: dict[str, list[User]]
    supervisors: dict[str, User]
    members: dict[str, User]


def invite_people(random: Random, districts: Mapping[str, District], *, at: datetime) -> People:
    """Make the accounts of the city and of the districts."""
    password_hash = hash_password(PASSWORD)

    def make(role: Role, email: str, name: str, district: District | None = None) -> User:
        user = User(
            email=email,
            name=name,
            role=role,
            district_id=district.id if district else None,
            password_hash=password_hash,
            email_confirmed_at=at,
            created_at=at,
        )
        db.session.add(user)
        return user

    people = People(
        password_hash=password_hash,
        at=at,
        administrator=make(Role.ADMINISTRATOR, "admin@suzhou.example", "沈若渔"),
        leader=make(Role.LEADER, "leader@suzhou.example", "沈维明"),
        officers={},
        supervisors={},
        members={},
    )
    for code, district in districts.items():
        people.officers[code] = [
            make(
                Role.OFFICER,
                f"officer{number}.{code}@suzhou.example",
                make_person(random),
                district,
            )
            for number in range(1, OFFICERS_EACH + 1)
        ]
        people.supervisors[code] = make(
            Role.SUPERVISOR, f"supervisor.{code}@suzhou.example", make_person(random), district
        )
    db.session.flush()
    return people


def sign_up(people: People, firm: Firm, districts: Mapping[str, District], *, at: datetime) -> User:
    """Make the enterprise of a firm and the account of its one member, proven."""
    enterprise = Enterprise(
        uscc=firm.uscc,
        name=firm.name,
        name_key=firm.name,
        district_id=districts[firm.district].id,
        industry=firm.industry,
        address=firm.address,
        employees=firm.employees,
        revenue_wan=firm.revenue_wan,
        founded_on=at.date().replace(year=at.year - 8, day=1),
        legal_representative=firm.contact,
        contact_name=firm.contact,
        contact_phone=firm.phone,
        created_at=at,
    )
    db.session.add(enterprise)
    db.session.flush()
    user = User(
        email=f"member{len(people.members) + 1}@enterprise.example",
        name=firm.contact,
        phone=firm.phone,
        role=Role.MEMBER,
        enterprise_id=enterprise.id,
        right=Right.OWNER,
        membership=Membership.PROVEN,
        password_hash=people.password_hash,
        email_confirmed_at=at,
        created_at=at,
    )
    db.session.add(user)
    db.session.flush()
    people.members[firm.uscc] = user
    return user


def list_sign_ins(people: People, *, shown: str, firm: Firm) -> list[dict[str, str]]:
    """List who may be tried out: one of each role; the desk is that of the district `shown`."""
    desk = people.supervisors[shown]
    place = db.session.get_one(District, desk.district_id)
    zh, en = place.name_zh, place.name_en
    chosen = (
        (people.members[firm.uscc], f"企业 · {firm.name}", f"Enterprise · {firm.name}"),
        (people.officers[shown][0], f"区级审核员 · {zh}", f"District officer · {en}"),
        (desk, f"区级审核负责人 · {zh}", f"District supervisor · {en}"),
        (people.leader, "领导", "Leadership"),
        (people.administrator, "市级管理员", "City administrator"),
    )
    return [
        {
            "role": user.role.value,
            "label": label,
            "label_en": label_en,
            "email": user.email,
            "password": PASSWORD,
        }
        for user, label, label_en in chosen
    ]


def write_sign_ins(sign_ins: list[dict[str, str]], folder: Path) -> None:
    """Keep the sign-ins for the sign-in page of the demonstration."""
    (folder / SIGN_INS).write_text(json.dumps(sign_ins, ensure_ascii=False), encoding="utf-8")
