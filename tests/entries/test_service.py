"""What is stored when a case is filed, and what registration makes of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.core.database import db
from registry.core.errors import Invalid
from registry.entries import service
from registry.entries.models import (
    EntryDistrict,
    EquipmentUpgrade,
    RobotDeployment,
    RobotUnit,
    SmartFactory,
    SmartWorkshop,
    Standing,
)
from registry.ledger.service import deed
from registry.programme.kinds import Kind, Measure
from tests.entries.factories import a_form, a_registered, a_robot, an_entry, checked
from tests.factories import a_district

ROBOTS, UPGRADE = Kind.ROBOT_DEPLOYMENT, Kind.EQUIPMENT_UPGRADE
ON = date(2026, 6, 1)


def test_the_facts_of_a_factory_are_stored(app: Flask) -> None:
    entry = an_entry(Kind.SMART_FACTORY)

    factory = db.session.get_one(SmartFactory, entry.id)
    assert (entry.title, entry.invest_total_wan, entry.is_asked) == (
        "谐波减速器总装",
        Decimal("8600.00"),
        True,
    )
    assert (factory.workshops, factory.equipment_key_nc) == (["总装车间", "机加工车间"], 96)
    assert entry.effects == [
        {"code": "efficiency", "before": "80.00", "after": "100.00"},
        {"code": "defects", "before": "2.40", "after": "1.20"},
    ]


def test_the_facts_of_a_workshop_are_stored(app: Flask) -> None:
    entry = an_entry(Kind.SMART_WORKSHOP)

    workshop = db.session.get_one(SmartWorkshop, entry.id)
    assert (workshop.equipment_total, workshop.systems) == (80, ["mes", "erp"])


def test_what_was_invested_in_an_upgrade_is_computed(app: Flask) -> None:
    entry = an_entry(UPGRADE)

    upgrade = db.session.get_one(EquipmentUpgrade, entry.id)
    assert len(upgrade.lines) == 3
    assert entry.invest_total_wan == Decimal("1119.00")


def test_filing_again_replaces_the_rows(app: Flask) -> None:
    entry = an_entry(ROBOTS)
    form = a_form(ROBOTS) | {
        "rows": [a_robot(brand="库卡", serial_no="K1", robot_type="agv", axes="")]
    }

    service.store_facts(entry, checked(ROBOTS, form))

    (unit,) = db.session.get_one(RobotDeployment, entry.id).units
    assert (unit.position, unit.serial_key, unit.measure, unit.is_registered) == (
        1,
        "kuka:k1",
        Measure.MOBILE_ROBOT,
        False,
    )


def test_the_place_of_an_entry_is_the_district_that_was_chosen(app: Flask) -> None:
    entry = an_entry(ROBOTS)

    service.store_facts(entry, checked(ROBOTS, a_form(ROBOTS, district="320507")))

    assert entry.district_id == a_district("320507").id


def test_only_ticked_rows_that_are_new_and_in_use_are_registered(app: Flask) -> None:
    rows = [a_robot(), a_robot(), a_robot(status="idle"), a_robot(is_new="no")]
    entry = an_entry(ROBOTS, form=a_form(ROBOTS) | {"rows": rows})

    a_registered(ROBOTS, entry=entry, verified={2, 3, 4}, effective_on=ON)

    units = db.session.scalars(sa.select(RobotUnit).order_by(RobotUnit.position)).all()
    assert [(unit.is_registered, unit.from_on) for unit in units] == [
        (False, None),
        (True, ON),
        (False, None),
        (False, None),
    ]


def test_registration_gives_rank_number_code_and_district(app: Flask) -> None:
    first = a_registered(ROBOTS, effective_on=ON)
    second = a_registered(ROBOTS, effective_on=ON)
    elsewhere = a_registered(UPGRADE, effective_on=ON, district=a_district("320582"))

    assert [entry.standing for entry in (first, second, elsewhere)] == [Standing.REGISTERED] * 3
    assert [entry.rank for entry in (first, second, elsewhere)] == [1, 2, 3]
    assert [entry.number for entry in (first, second, elsewhere)] == [
        "320583-2026-J-0001",
        "320583-2026-J-0002",
        "320582-2026-S-0001",
    ]
    assert len({first.certificate_code, second.certificate_code}) == 2
    assert len(first.certificate_code or "") == 26
    place = db.session.get_one(EntryDistrict, (first.id, ON))
    assert (place.district_id, first.is_asked) == (first.district_id, False)


def test_numbers_go_on_after_9999(app: Flask) -> None:
    entry = a_registered(ROBOTS, effective_on=ON)
    entry.number = "320583-2026-J-9999"
    db.session.flush()
    assert take_numbers(2) == ["320583-2026-J-10000", "320583-2026-J-10001"]


def test_numbers_go_on_where_some_have_five_digits(app: Flask) -> None:
    for number in ("9998", "10000", "9999", "10001"):
        a_registered(ROBOTS, effective_on=ON).number = f"320583-2026-J-{number}"
    a_registered(UPGRADE, effective_on=ON).number = "320583-2026-S-10007"
    db.session.flush()
    assert take_numbers(1) == ["320583-2026-J-10002"]


def test_numbers_begin_anew_for_each_district_year_and_kind(app: Flask) -> None:
    a_registered(ROBOTS, effective_on=ON)
    assert take_numbers(1) == ["320583-2026-J-0002"]
    assert take_numbers(1, kind=UPGRADE) == ["320583-2026-S-0001"]
    assert take_numbers(1, code="320582") == ["320582-2026-J-0001"]
    assert take_numbers(1, on=date(2025, 5, 1)) == ["320583-2025-J-0001"]


def take_numbers(
    many: int, *, kind: Kind = ROBOTS, on: date = ON, code: str = "320583"
) -> list[str]:
    numbers = service.Numbers()
    return [numbers.take(kind, effective_on=on, district_code=code) for _ in range(many)]


def test_a_serial_registered_meanwhile_stops_the_second(app: Flask) -> None:
    entries = [
        an_entry(ROBOTS, form=a_form(ROBOTS) | {"rows": [a_robot(), a_robot(serial_no="E1")]})
        for _ in range(2)
    ]
    a_registered(ROBOTS, entry=entries[0])

    with pytest.raises(Invalid) as refused, deed(by=None, cause="approve"):
        service.register(entries[1], effective_on=ON)

    assert "2" in str(refused.value.message)


def test_what_is_void_never_was(app: Flask) -> None:
    entry = a_registered(ROBOTS)

    with deed(by=None, cause="undo_import") as opened:
        service.void([entry])
        opened.touch([entry.id])

    assert (entry.standing, entry.is_asked) == (Standing.VOID, False)
