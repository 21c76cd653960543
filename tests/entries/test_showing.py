"""How facts are shown: faults gathered, changes marked, words for codes, money in full."""

from __future__ import annotations

from registry.entries.catalogue import CATALOGUE
from registry.entries.checking import bind, check
from registry.entries.columns import Fault, Sheet
from registry.entries.showing import Cell, gather, grid, read_fields, read_rows, spans, sums
from registry.programme.kinds import Kind
from tests.entries.factories import TODAY, a_form, a_robot

ROBOTS, WORKSHOP = Kind.ROBOT_DEPLOYMENT, Kind.SMART_WORKSHOP


def robots() -> Sheet:
    sheet = CATALOGUE[ROBOTS].sheet
    assert sheet is not None
    return sheet


def test_rows_are_written_as_spans() -> None:
    assert spans([1, 2, 3, 5, 7, 8]) == "1–3, 5, 7–8"


def test_the_same_fault_in_many_rows_is_one_line(english: None) -> None:
    faults = [
        Fault("field:title", "Please fill this in.", "Name"),
        *[robots().fault(number, "invoice_no", "taken") for number in (1, 2, 3, 9)],
        robots().fault(4, "serial_no", "taken"),
    ]

    gathered = [(line.place, str(line.label)) for line in gather(faults, robots())]

    assert gathered == [
        ("field:title", "Name"),
        ("row:1:invoice_no", "Rows 1–3, 9, Invoice number"),
        ("row:4:serial_no", "Row 4, Serial number"),
    ]


def test_the_grid_holds_words_with_the_fault_in_its_cell() -> None:
    rows = [a_robot(robot_type="关节"), a_robot(commissioned_on="2099年1月1日", status="坏")]
    result = check(ROBOTS, a_form(ROBOTS) | {"rows": rows}, today=TODAY)

    first, second = grid(robots(), rows, result.faults)

    assert (first.values["robot_type"], dict(first.faults)) == ("articulated", {})
    assert (second.values["commissioned_on"], second.values["status"]) == ("2099-01-01", "坏")
    assert set(second.faults) == {"commissioned_on", "status"}


def test_what_changed_since_the_last_filing_is_marked() -> None:
    before = [a_robot(serial_no="A"), a_robot(serial_no="B", payload_kg="20")]
    now = [a_robot(serial_no="B", payload_kg="25"), a_robot(serial_no="C")]
    at = [column.name for column in robots().columns].index("payload_kg")

    moved, fresh = read_rows(robots(), now, before=before, verified={1}, countable={1})

    assert (moved.cells[at], moved.is_fresh, moved.is_verified) == (Cell("25", "20"), False, True)
    assert (fresh.is_fresh, fresh.may_count) == (True, False)


def test_fields_are_read_with_labels_units_and_money_in_full(english: None) -> None:
    form = bind(WORKSHOP, a_form(WORKSHOP)["fields"], today=TODAY)
    before = bind(WORKSHOP, a_form(WORKSHOP, traceable="batch")["fields"], today=TODAY)
    sections = {section.code: section for section in CATALOGUE[WORKSHOP].sections}

    money = read_fields(form, sections["investment"], skip_blank=True)[0]
    equipment = {
        item.name: item for item in read_fields(form, sections["equipment"], before=before)
    }

    assert (money.value, str(money.unit), str(money.full)) == (
        "3,000",
        "10k yuan",
        "30,000,000 yuan",
    )
    assert equipment["systems"].value == "MES、ERP"
    assert (equipment["traceable"].value, equipment["traceable"].was) == (
        "By single piece",
        "By batch",
    )


def test_computed_figures_are_ready_to_show(english: None) -> None:
    result = check(ROBOTS, a_form(ROBOTS, rows=2), today=TODAY)

    shown = {
        item.label: (item.value, str(item.unit), str(item.full)) for item in sums(result.figures)
    }

    assert {str(label): shown[label] for label in shown}["Price of all"] == (
        "37.20",
        "10k yuan",
        "372,000 yuan",
    )
