"""What is typed against every rule: each fault in its place, nothing typed that can be computed."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from typing import Any  # fields are words or lists of words

import pytest

from registry.entries.catalogue import CATALOGUE
from registry.entries.checking import check, clean_form
from registry.entries.models import RobotType
from registry.programme.kinds import Kind
from tests.entries.factories import TODAY, a_form, a_line, a_robot, checked

ROBOTS, UPGRADE = Kind.ROBOT_DEPLOYMENT, Kind.EQUIPMENT_UPGRADE
WORKSHOP, FACTORY = Kind.SMART_WORKSHOP, Kind.SMART_FACTORY


def places(kind: Kind, form: dict[str, object]) -> list[str]:
    return [fault.place for fault in check(kind, form, today=TODAY).faults]


@pytest.mark.parametrize("kind", Kind)
def test_a_good_form_has_no_fault(kind: Kind) -> None:
    result = checked(kind)

    assert (result.faults, result.warnings) == ([], [])


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_form_names_every_required_field(kind: Kind) -> None:
    form = CATALOGUE[kind].form({}, today=TODAY)
    required = {f"field:{field.name}" for field in form if field.flags.required}

    found = places(kind, {"fields": {}, "rows": []})

    assert {place for place in found if place.startswith("field:")} == required


def test_every_required_cell_is_asked_for() -> None:
    sheet = CATALOGUE[ROBOTS].sheet
    assert sheet is not None
    required = [f"row:1:{column.name}" for column in sheet.columns if column.required]

    form = a_form(ROBOTS) | {"rows": [{"workshop": "一车间"}]}

    assert places(ROBOTS, form) == required


@pytest.mark.parametrize(
    "word",
    [
        "2026-11-22",
        "2026/11/22",
        "2026年11月22日",
        "2026.11.22",
        "46348",
        "２０２６－１１－２２",
        " 2026-11-22 ",
    ],
)
def test_a_day_is_read_in_each_way_it_is_written(word: str) -> None:
    form = a_form(ROBOTS) | {"rows": [a_robot(commissioned_on=word)]}

    (row,) = check(ROBOTS, form, today=TODAY).rows

    assert row["commissioned_on"] == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("column", "word", "says"),
    [
        ("commissioned_on", "2099-10-20", "Later than today. It must be today or earlier."),
        (
            "commissioned_on",
            "2026-02-30",
            "“2026-02-30” is not a date. Please write it as 2026-11-22.",
        ),
        ("invoice_on", "明年", "“明年” is not a date. Please write it as 2026-11-22."),
        ("axes", "2", "An industrial robot has 3 axes or more; a mobile one is the type AGV/AMR."),
        ("axes", "6.5", "This must be a whole number, without decimals."),
        ("unit_price_wan", "0", "This must be more than 0."),
        (
            "unit_price_wan",
            "1" + "0" * 30,
            "This must be between 0 and 100,000. Please check the unit and the number of zeros.",
        ),
        ("payload_kg", "近5", "“近5” is not a number. Please type digits only."),
        ("serial_no", "E21😀", "Emoji and ornaments cannot be registered. Please delete them."),
        ("serial_no", "E21\ud800", "One character could not be read. Please type it again."),
        ("serial_no", "E21\0", "One character could not be read. Please type it again."),
        ("brand", "库" * 61, "61 characters are too many. Please shorten it to 60."),
        ("status", "坏了", None),
    ],
)
def test_a_faulty_cell_gets_its_own_sentence(
    english: None, column: str, word: str, says: str | None
) -> None:
    form = a_form(ROBOTS) | {"rows": [a_robot(), a_robot(**{column: word})]}

    (fault,) = check(ROBOTS, form, today=TODAY).faults

    assert fault.place == f"row:2:{column}"
    assert fault.anchor == f"rows-1-{column}"
    if says is not None:
        assert str(fault.message) == says


def test_ten_to_the_thirtieth_is_refused_in_a_field(english: None) -> None:
    form = a_form(WORKSHOP, equipment_total="1" + "0" * 30)

    assert places(WORKSHOP, form) == ["field:equipment_total"]


def test_choices_are_understood_in_chinese_english_and_code() -> None:
    words = ["关节", "articulated", "Articulated", "多关节", "ＳＣＡＲＡ", "移动（AGV/AMR）", "AGV"]
    rows = [a_robot(robot_type=word) for word in words]

    result = check(ROBOTS, a_form(ROBOTS) | {"rows": rows}, today=TODAY)

    assert [row["robot_type"] for row in result.rows] == [
        *[RobotType.ARTICULATED] * 4,
        RobotType.SCARA,
        RobotType.AGV,
        RobotType.AGV,
    ]


def test_a_mobile_robot_needs_no_axes_and_is_counted_apart() -> None:
    rows = [a_robot(), a_robot(robot_type="agv", axes=""), a_robot(robot_type="agv", axes="")]

    result = check(ROBOTS, a_form(ROBOTS) | {"rows": rows}, today=TODAY)

    assert result.faults == []
    assert result.quantity == 1
    assert {name: result.computed[name].value for name in ("counted", "mobile", "total")} == {
        "counted": 1,
        "mobile": 2,
        "total": 3,
    }


def test_only_new_robots_in_use_are_asked_for() -> None:
    rows = [a_robot(), a_robot(is_new="否"), a_robot(status="闲置")]

    result = check(ROBOTS, a_form(ROBOTS) | {"rows": rows}, today=TODAY)

    assert (result.quantity, result.computed["not_counted"].value) == (1, 2)


def test_prices_and_domestic_share_are_summed_up() -> None:
    rows = [
        a_robot(unit_price_wan="18.6", origin="国产", country=""),
        a_robot(unit_price_wan="16.2055"),
        a_robot(unit_price_wan="0.1"),
    ]

    result = check(ROBOTS, a_form(ROBOTS) | {"rows": rows}, today=TODAY)

    price = result.computed["price_total_wan"]
    assert (price.value, price.full) == (Decimal("34.9055"), 349_055)
    assert result.computed["domestic_share"].value == Decimal("33.3")


def test_the_same_serial_in_two_rows_is_named_however_it_is_spelled(english: None) -> None:
    rows = [
        a_robot(brand="发那科", serial_no="E21-511201"),
        a_robot(brand="库卡", serial_no="E21-511201"),
        a_robot(brand="FANUC", serial_no="e21 511201"),
    ]

    (fault,) = check(ROBOTS, a_form(ROBOTS) | {"rows": rows}, today=TODAY).faults

    assert (fault.place, str(fault.message)) == (
        "row:3:serial_no",
        "The same as in row 1. Each may stand once.",
    )


def test_use_long_before_the_invoice_is_odd_and_not_wrong() -> None:
    rows = [a_robot(commissioned_on="2026-01-01", invoice_on="2026-09-14")]

    result = check(ROBOTS, a_form(ROBOTS) | {"rows": rows}, today=TODAY)

    assert result.faults == []
    assert [warning.place for warning in result.warnings] == ["row:1:commissioned_on"]


def test_a_list_without_rows_or_with_too_many_is_refused() -> None:
    form = a_form(ROBOTS)
    many = [a_robot(serial_no=f"S{number}") for number in range(2_001)]

    assert places(ROBOTS, form | {"rows": []}) == ["section:rows"]
    assert places(ROBOTS, form | {"rows": many}) == ["section:rows"]


def test_the_investment_of_an_upgrade_is_the_sum_of_the_lines_that_count() -> None:
    rows = [
        a_line(quantity="2", unit_price_wan="186.5"),
        a_line(quantity="1", unit_price_wan="100", is_new="否"),
        a_line(quantity="1", unit_price_wan="50", is_related="是"),
    ]

    result = check(UPGRADE, a_form(UPGRADE) | {"rows": rows}, today=TODAY)

    assert (result.faults, result.quantity) == ([], 1)
    assert {name: result.computed[name].value for name in ("invest_equip_wan", "left_out_wan")} == {
        "invest_equip_wan": Decimal("373.0000"),
        "left_out_wan": Decimal("150.0000"),
    }


def test_an_invoice_outside_the_project_is_named_at_its_cell() -> None:
    rows = [a_line(), a_line(invoice_on="2025-12-31")]

    assert places(UPGRADE, a_form(UPGRADE) | {"rows": rows}) == ["row:2:invoice_on"]


def test_a_project_cannot_end_before_it_begins() -> None:
    form = a_form(UPGRADE, starts_on="2026-10-01", ends_on="2026-09-30")

    assert places(UPGRADE, form) == ["field:ends_on"]


def test_ratios_of_a_workshop_are_computed_and_low_ones_warned_of() -> None:
    result = checked(WORKSHOP, a_form(WORKSHOP, equipment_smart="55"))

    assert result.computed["smart_ratio"].value == Decimal("68.8")
    assert result.computed["network_ratio"].value == Decimal("90.0")
    assert [warning.place for warning in result.warnings] == ["field:equipment_smart"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"equipment_smart": "81"}, "field:equipment_smart"),
        ({"equipment_networked": "81"}, "field:equipment_networked"),
        ({"robots": "65"}, "field:robots"),
        ({"invest_soft_wan": "801"}, "field:invest_total_wan"),
        ({"nc_rate": "101"}, "field:nc_rate"),
        ({"commissioned_on": "2026-11-23"}, "field:commissioned_on"),
        ({"effect_defects_after": ""}, "section:effects"),
        ({"systems": []}, "field:systems"),
        ({"systems": ["mes", "excel"]}, "field:systems"),
        ({"district": "昆山"}, "field:district"),
    ],
)
def test_numbers_of_a_workshop_must_agree(fields: dict[str, Any], place: str) -> None:
    assert places(WORKSHOP, a_form(WORKSHOP, **fields)) == [place]


@pytest.mark.parametrize(
    ("tier", "level", "found"),
    [
        ("advanced", "1", ["field:cmmm_level"]),
        ("advanced", "2", []),
        ("excellent", "2", ["field:cmmm_level"]),
        ("province", "", []),
    ],
)
def test_a_title_asks_for_its_maturity_level(tier: str, level: str, found: list[str]) -> None:
    form = a_form(FACTORY, tier=tier, cmmm_level=level, cmmm_source="self" if level else "")

    assert places(FACTORY, form) == found


def test_a_district_must_be_one_that_exists() -> None:
    result = check(ROBOTS, a_form(ROBOTS), today=TODAY, districts={"320582"})

    assert [fault.place for fault in result.faults] == ["field:district"]


def test_words_are_kept_as_typed_and_what_cannot_be_stored_is_made_visible() -> None:
    kept = clean_form(
        {
            "fields": {"title": "总装\ud800", "systems": ["mes"]},
            "rows": [{"brand": " "}, {"brand": "a\0"}],
        }
    )

    assert kept == {
        "fields": {"title": "总装�", "systems": ["mes"]},
        "rows": [{"brand": "a�"}],
    }


def test_331_robots_are_checked_in_well_under_a_tenth_of_a_second() -> None:
    form = a_form(ROBOTS, rows=331)
    check(ROBOTS, form, today=TODAY)

    started = time.process_time()
    result = check(ROBOTS, form, today=TODAY)

    assert result.quantity == 331
    assert time.process_time() - started < 0.1
