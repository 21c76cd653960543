"""Official lists on both databases: what is registered, what counts once, what is taken back."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import sqlalchemy as sa

from registry.core.database import db
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, RobotLot, RobotUnit
from registry.importing.models import Batch
from registry.importing.reports import faults_csv
from registry.importing.service import import_list
from registry.ledger.models import Event, Seal
from registry.programme.kinds import Kind, Measure
from tests.importing.answers import TODAY, by_district, count, refused, told
from tests.importing.factories import (
    AT,
    FACTORY,
    FAULTY,
    OFFICIAL,
    ROBOTS,
    UPGRADE,
    a_csv,
    a_table,
    an_xlsx,
    counted,
    import_data,
    import_lines,
    start_programme,
)

pytestmark = pytest.mark.usefixtures("app", "english")

OF_2020 = {
    Measure.SMART_FACTORY: 3,
    Measure.SMART_WORKSHOP: 4,
    Measure.EQUIPMENT_UPGRADE: 2,
    Measure.ROBOT: 409,
}
OF_2025 = {
    Measure.SMART_FACTORY: 6,
    Measure.SMART_WORKSHOP: 4,
    Measure.EQUIPMENT_UPGRADE: 3,
    Measure.ROBOT: 444,
}
BY_DISTRICT_2020 = {
    ("昆山市", Measure.SMART_FACTORY): 1,
    ("苏州高新区(虎丘区)", Measure.SMART_FACTORY): 1,
    ("太仓市", Measure.SMART_FACTORY): 1,
    ("相城区", Measure.SMART_WORKSHOP): 3,
    ("吴江区", Measure.SMART_WORKSHOP): 1,
    ("昆山市", Measure.EQUIPMENT_UPGRADE): 1,
    ("苏州工业园区", Measure.EQUIPMENT_UPGRADE): 1,
    ("常熟市", Measure.ROBOT): 307,
    ("苏州高新区(虎丘区)", Measure.ROBOT): 102,
}


def official_variants() -> dict[str, tuple[bytes, str]]:
    """Return the official list as it is, in GB18030, with semicolons, and as a workbook."""
    text = OFFICIAL.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    semicolons = StringIO()
    csv.writer(semicolons, delimiter=";").writerows(rows)
    numbers = [[int(cell) if cell.isdecimal() else cell for cell in row] for row in rows]
    return {
        "utf-8": (OFFICIAL.read_bytes(), "list.csv"),
        "gb18030": (text.encode("gb18030"), "list.csv"),
        "semicolons": (semicolons.getvalue().encode("utf-8-sig"), "list.csv"),
        "xlsx": (an_xlsx(numbers), "list.xlsx"),
    }


@pytest.mark.parametrize("variant", ["utf-8", "gb18030", "semicolons", "xlsx"])
def test_the_official_list(variant: str) -> None:
    start_programme(date(2012, 1, 1))
    data, name = official_variants()[variant]

    report = import_data(data, name=name)

    assert (report.faults, report.rows, report.present, report.enterprises) == ([], 16, 0, 14)
    assert report.added == {
        Kind.SMART_FACTORY: 6,
        Kind.SMART_WORKSHOP: 4,
        Kind.EQUIPMENT_UPGRADE: 3,
        Kind.ROBOT_DEPLOYMENT: 3,
    }
    assert counted(date(2020, 12, 31)) == OF_2020
    assert by_district(date(2020, 12, 31)) == BY_DISTRICT_2020
    assert counted(date(2025, 12, 31)) == OF_2025


def test_the_official_list_again_adds_nothing() -> None:
    start_programme(date(2012, 1, 1))
    import_data(OFFICIAL.read_bytes())
    seals = count(Seal)

    again = import_data(OFFICIAL.read_bytes())
    lines = csv.DictReader(StringIO(OFFICIAL.read_text(encoding="utf-8-sig")))
    without_numbers = import_list(
        a_table(*[{**line, "source_ref": ""} for line in lines]),
        source="another",
        by=None,
        at=AT,
        dry_run=False,
    )

    assert (again.batch_id, again.present, again.is_new) == (None, 16, False)
    assert (without_numbers.batch_id, without_numbers.present) == (None, 16)
    assert (count(Seal), count(Entry), count(Batch)) == (seals, 16, 1)


def test_a_faulty_list_stores_nothing() -> None:
    seals = count(Seal)

    report = import_data(FAULTY.read_bytes())

    assert sorted({fault.row for fault in report.faults}) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert (report.batch_id, count(Entry), count(Enterprise), count(Seal)) == (None, 0, 0, seals)


def test_one_bad_row_and_nothing_is_stored() -> None:
    report = import_lines(FACTORY, {**FACTORY, "title": "二", "district": "无锡"})

    assert refused(report) == [(3, "district", "This is not one of the ten districts.")]
    assert (count(Entry), count(Enterprise), count(Batch)) == (0, 0, 0)


def test_faults_as_a_file() -> None:
    report = import_lines({**FACTORY, "district": "=cmd()"})

    assert list(csv.reader(StringIO(faults_csv(report.faults)))) == [
        ["Row", "Column", "Value", "What is wrong", "How to mend it"],
        [
            "2",
            "district",
            "'=cmd()",
            "This is not one of the ten districts.",
            "Write the district in which the project stands, by name or code.",
        ],
    ]


def test_a_dry_run_writes_nothing_and_says_how_the_figures_would_change() -> None:
    import_lines({**ROBOTS, "title": "前", "quantity": "5"}, {**UPGRADE, "title": "前"})
    seals = count(Seal)

    report = import_list(
        a_table(
            ROBOTS,
            {**UPGRADE, "title": "后"},
            FACTORY,
            {**ROBOTS, "robot_type": "agv", "title": "AGV"},
        ),
        source="",
        by=None,
        at=AT,
        dry_run=True,
    )

    shown = {e.measure: (e.before, e.change, e.after) for e in report.effects if e.is_shown}
    assert shown == {
        Measure.SMART_FACTORY: (0, 1, 1),
        Measure.SMART_WORKSHOP: (0, 0, 0),
        Measure.EQUIPMENT_UPGRADE: (1, 0, 1),
        Measure.ROBOT: (5, 12, 17),
        Measure.MOBILE_ROBOT: (0, 12, 12),
    }
    assert (report.batch_id, count(Seal), count(Batch)) == (None, seals, 1)


def test_one_import_is_one_seal_and_one_event() -> None:
    seals = count(Seal)

    report = import_lines(FACTORY, ROBOTS, source="市工信局")

    [event] = db.session.scalars(sa.select(Event).where(Event.batch_id == report.batch_id))
    assert (event.type, event.entry_id, event.application_id) == ("imported", None, None)
    assert count(Seal) == seals + 1


def test_entries_stand_like_approved_ones_in_row_order() -> None:
    report = import_lines(
        {**ROBOTS, "level": "省级", "document": "苏工信〔2025〕1号"},
        {**FACTORY, "decided_on": "2025-02"},
    )

    robots, factory = db.session.scalars(sa.select(Entry).order_by(Entry.rank)).all()
    assert (robots.kind, robots.effective_on, robots.precision) == (
        Kind.ROBOT_DEPLOYMENT,
        date(2025, 3, 5),
        "day",
    )
    assert (factory.effective_on, factory.precision) == (date(2025, 2, 28), "month")
    assert (robots.number, factory.number) == ("320583-2025-J-0001", "320583-2025-G-0001")
    assert {robots.batch_id, factory.batch_id} == {report.batch_id}
    assert [(t.level, t.document) for t in robots.titles] == [("provincial", "苏工信〔2025〕1号")]
    assert factory.titles == []
    assert len({robots.certificate_code, factory.certificate_code}) == 2
    assert [(p.from_on, p.district.code) for p in factory.districts] == [
        (date(2025, 2, 28), "320583")
    ]


def test_a_year_that_is_not_over_counts_from_the_day_of_import_and_stays_there() -> None:
    import_lines({**FACTORY, "decided_on": "2026"})

    later = import_lines({**FACTORY, "decided_on": "2026"}, at=datetime(2026, 12, 5, tzinfo=UTC))

    assert later.batch_id is None
    assert counted(date(2026, 11, 21)) == {}
    assert counted(TODAY) == {Measure.SMART_FACTORY: 1}


def test_before_the_programme_is_registered_and_in_no_figure() -> None:
    report = import_lines(
        {**FACTORY, "decided_on": "2024"}, {**UPGRADE, "decided_on": "2024-12-31"}
    )

    assert (report.before_programme, count(Entry), counted(TODAY)) == (2, 2, {})


def test_serials_become_units_and_numbers_become_lots() -> None:
    import_lines(
        {**ROBOTS, "quantity": "", "serials": "发那科:R1;发那科:R2"},
        {**ROBOTS, "title": "二", "quantity": "7"},
        {**ROBOTS, "title": "三", "quantity": "3", "robot_type": "移动机器人"},
    )

    units = db.session.scalars(sa.select(RobotUnit).order_by(RobotUnit.position)).all()
    lots = db.session.scalars(sa.select(RobotLot).order_by(RobotLot.id)).all()
    assert [(u.brand, u.serial_no, u.is_registered, u.from_on) for u in units] == [
        ("发那科", "R1", True, date(2025, 3, 5)),
        ("发那科", "R2", True, date(2025, 3, 5)),
    ]
    assert [(lot.measure, lot.quantity) for lot in lots] == [
        (Measure.ROBOT, 7),
        (Measure.MOBILE_ROBOT, 3),
    ]
    assert counted(TODAY) == {Measure.ROBOT: 9, Measure.MOBILE_ROBOT: 3}


def test_a_registered_serial_is_left_out_and_the_rest_stays() -> None:
    import_lines({**ROBOTS, "quantity": "", "serials": "fanuc:R1"})

    report = import_lines(
        {**ROBOTS, "title": "二", "quantity": "2", "serials": "发那科:R1;发那科:R2"},
        {**ROBOTS, "title": "三", "quantity": "", "serials": "发那科:R2;发那科:R3"},
        {**ROBOTS, "title": "四", "quantity": "", "serials": "发那科:R3"},
    )

    assert told(report) == [
        (2, "serials", "发那科:R1", "Registered already and left out; the rest of the row stays."),
        (3, "serials", "发那科:R2", "Registered already and left out; the rest of the row stays."),
        (4, "serials", "发那科:R3", "All registered already: the row adds nothing."),
    ]
    assert (report.added, counted(TODAY)) == (
        {Kind.ROBOT_DEPLOYMENT: 2},
        {Measure.ROBOT: 3},
    )


def test_many_rows_take_few_statements() -> None:
    lines = [
        {**FACTORY, "title": f"第{number}号", "enterprise": f"测试厂{number}"}
        for number in range(60)
    ]

    import_lines({**FACTORY, "title": "零"})

    assert statements_of(lines[:2]) == statements_of(lines[2:])


def statements_of(lines: list[dict[str, str]]) -> Counter[str]:
    seen: Counter[str] = Counter()

    def note(*args: object) -> None:
        seen[str(args[2]).split()[0]] += 1

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        import_data(a_csv(*lines))
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return seen
