"""What may stand once: serials, invoices, names, whoever asks and in whichever order."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from registry.core.database import db
from registry.entries import service
from registry.entries.checking import check
from registry.entries.keys import serial_key
from registry.entries.models import Entry, InvoiceClaim, RobotUnit
from registry.entries.uniqueness import (
    claim_invoices,
    find_foreign_invoices,
    find_taken,
    list_registered_serials,
    list_serials_in_open_cases,
    similar_titles,
)
from registry.programme.kinds import Kind
from tests.entries.factories import TODAY, a_form, a_line, a_registered, a_robot, an_entry
from tests.factories import an_enterprise

ROBOTS, UPGRADE, WORKSHOP = Kind.ROBOT_DEPLOYMENT, Kind.EQUIPMENT_UPGRADE, Kind.SMART_WORKSHOP


def robots_with(*serials: str, invoice_no: str = "04631022") -> Entry:
    rows = [a_robot(serial_no=serial, invoice_no=invoice_no) for serial in serials]
    return an_entry(ROBOTS, form=a_form(ROBOTS) | {"rows": rows})


def test_only_a_registered_live_serial_is_taken(app: Flask) -> None:
    entry = robots_with("E1", "E2")
    keys = [serial_key("FANUC", "e-1"), serial_key("FANUC", "e-2"), serial_key("FANUC", "e-3")]
    assert list_registered_serials(keys) == set()

    a_registered(ROBOTS, entry=entry)
    unit = db.session.get_one(RobotUnit, entry_unit(entry, 2).id)
    unit.until_on = date(2026, 9, 1)
    db.session.flush()

    assert list_registered_serials(keys) == {keys[0]}
    assert list_registered_serials(keys, but_entry_id=entry.id) == set()


def entry_unit(entry: Entry, position: int) -> RobotUnit:
    return db.session.query(RobotUnit).filter_by(entry_id=entry.id, position=position).one()


def test_a_registered_serial_is_refused_at_its_cell_without_saying_whose(app: Flask) -> None:
    first = a_registered(ROBOTS, entry=robots_with("E1", invoice_no="111"))
    second = robots_with("E2", "e-1", invoice_no="222")
    form = a_form(ROBOTS) | {
        "rows": [a_robot(serial_no=s, invoice_no="222") for s in ("E2", "e-1")]
    }

    (fault,) = find_taken(second, check(ROBOTS, form, today=TODAY))

    assert fault.place == "row:2:serial_no"
    assert first.enterprise.name not in str(fault.message)


def test_a_serial_in_another_open_case_is_shown_to_the_officer(app: Flask) -> None:
    first, second = robots_with("E1"), robots_with("E1", "E2")
    keys = [serial_key("FANUC", "E1"), serial_key("FANUC", "E2")]

    assert list_serials_in_open_cases(keys, but_entry_id=second.id) == {keys[0]: [first.id]}

    service.release(first)
    db.session.flush()

    assert list_serials_in_open_cases(keys, but_entry_id=second.id) == {}


def test_one_enterprise_may_name_an_invoice_in_many_rows_and_entries(app: Flask) -> None:
    firm = an_enterprise()
    entries = [
        an_entry(
            UPGRADE, enterprise=firm, form=a_form(UPGRADE) | {"rows": [a_line(invoice_no="7")] * 2}
        )
        for _ in range(2)
    ]

    assert [claim_invoices(entry) for entry in entries] == [[], []]
    assert db.session.query(InvoiceClaim).count() == 1


@pytest.mark.parametrize("kind", [UPGRADE, ROBOTS])
def test_a_second_enterprise_cannot_name_it(app: Flask, kind: Kind) -> None:
    first = an_entry(UPGRADE, form=a_form(UPGRADE) | {"rows": [a_line(invoice_no="7")]})
    claim_invoices(first)
    row = {UPGRADE: a_line, ROBOTS: a_robot}[kind](invoice_no="0007".lstrip("0"))
    form = a_form(kind) | {"rows": [row]}
    second = an_entry(kind, form=form)

    (foreign,) = claim_invoices(second)
    (fault,) = find_taken(second, check(kind, form, today=TODAY))

    assert (foreign.entry_id, foreign.enterprise_id) == (first.id, first.enterprise_id)
    assert fault.place == "row:1:invoice_no"
    assert first.enterprise.name not in str(fault.message)


def test_the_claim_of_a_case_that_was_let_go_is_free_again(app: Flask) -> None:
    first = an_entry(UPGRADE, form=a_form(UPGRADE) | {"rows": [a_line(invoice_no="7")]})
    claim_invoices(first)
    service.release(first)
    second = an_entry(UPGRADE, form=a_form(UPGRADE) | {"rows": [a_line(invoice_no="7")]})

    assert claim_invoices(second) == []
    assert [claim.entry_id for claim in db.session.query(InvoiceClaim)] == [second.id]


def test_a_registered_entry_keeps_its_invoices_and_a_void_one_does_not(app: Flask) -> None:
    first = an_entry(UPGRADE, form=a_form(UPGRADE) | {"rows": [a_line(invoice_no="7")]})
    claim_invoices(first)
    a_registered(UPGRADE, entry=first)
    second = an_entry(UPGRADE, form=a_form(UPGRADE) | {"rows": [a_line(invoice_no="7")]})
    assert [item.entry_id for item in find_foreign_invoices(second)] == [first.id]

    service.void([first])

    assert find_foreign_invoices(second) == []


def test_the_same_workshop_of_one_enterprise_is_registered_once(app: Flask) -> None:
    firm = an_enterprise()
    a_registered(WORKSHOP, enterprise=firm)
    again, other = an_entry(WORKSHOP, enterprise=firm), an_entry(WORKSHOP)
    form = a_form(WORKSHOP)
    elsewhere = a_form(WORKSHOP, site_address="另一条路 2 号")

    assert [f.place for f in find_taken(again, check(WORKSHOP, form, today=TODAY))] == [
        "field:title"
    ]
    assert find_taken(again, check(WORKSHOP, elsewhere, today=TODAY)) == []
    assert find_taken(other, check(WORKSHOP, form, today=TODAY)) == []


@pytest.mark.parametrize(
    ("title", "is_close"),
    [
        ("谐波减速器总装智能车间", True),
        ("谐波减速器(总装)", True),
        ("减速器谐波总装二线", False),
        ("表面处理", False),
    ],
)
def test_a_name_close_to_a_registered_one_is_suspicious(
    app: Flask, title: str, is_close: bool
) -> None:
    firm = an_enterprise()
    registered = a_registered(WORKSHOP, enterprise=firm)
    entry = an_entry(WORKSHOP, enterprise=firm, form=a_form(WORKSHOP, title=title))

    assert similar_titles(entry) == ([registered] if is_close else [])
