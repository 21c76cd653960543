"""Official lists on both databases: what is registered, what counts once, what is taken back."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import Invalid, NotFound, WrongState
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryTitle, RobotLot, RobotUnit, Standing
from registry.importing.models import Batch, ImportedRow
from registry.importing.reports import Report, faults_csv
from registry.importing.service import import_list, undo_import
from registry.ledger.models import Event, Posting, Seal
from registry.programme.kinds import Kind, Measure
from tests.factories import a_credit_code, an_enterprise
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

TODAY = date(2026, 11, 22)
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


def by_district(as_of: date) -> dict[tuple[str, Measure], int]:
    found = (
        sa.select(District.name_zh, Posting.measure, sa.func.sum(Posting.quantity))
        .join(District, District.id == Posting.district_id)
        .where(Posting.effective_on <= as_of)
        .group_by(District.name_zh, Posting.measure)
    )
    return {(name, measure): int(total) for name, measure, total in db.session.execute(found)}


def count(model: type[Entry | Enterprise | EntryTitle | ImportedRow | Batch | Seal]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def told(report: Report) -> list[tuple[int, str, str, str]]:
    return [(r.row, r.column, r.value, str(r.text)) for r in report.remarks]


def refused(report: Report) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, str(fault.what)) for fault in report.faults]


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


def test_names_are_unified() -> None:
    import_lines(
        FACTORY | {"enterprise": "信达（苏州）有限公司", "title": "一"},
        FACTORY | {"enterprise": "信达(苏州) 有限公司", "title": "二"},
    )

    [firm] = db.session.scalars(sa.select(Enterprise))
    assert (firm.name, firm.uscc, count(Entry)) == ("信达（苏州）有限公司", None, 2)


def test_a_later_row_completes_the_code() -> None:
    code = a_credit_code()
    import_lines(FACTORY)

    report = import_lines({**FACTORY, "title": "二", "uscc": code})
    again = import_lines({**FACTORY, "title": "三"})

    [firm] = db.session.scalars(sa.select(Enterprise))
    assert (firm.uscc, report.completed, report.enterprises, again.enterprises) == (code, 1, 0, 0)


def test_a_code_may_be_completed_by_a_row_of_the_same_list_whatever_the_order() -> None:
    code = a_credit_code()

    import_lines({**UPGRADE, "title": "一"}, {**UPGRADE, "title": "二", "uscc": code})

    [firm] = db.session.scalars(sa.select(Enterprise))
    assert (firm.uscc, counted(TODAY)) == (code, {Measure.EQUIPMENT_UPGRADE: 1})


def test_completing_a_code_alone_is_something_new() -> None:
    code = a_credit_code()
    import_lines(FACTORY)

    report = import_lines({**FACTORY, "uscc": code})

    assert (report.batch_id is not None, report.completed, report.added) == (True, 1, {})
    assert import_lines({**FACTORY, "uscc": code}).batch_id is None


def test_a_name_that_fits_two_enterprises_is_refused() -> None:
    for _number in range(2):
        an_enterprise("测试精密机械有限公司")

    report = import_lines(FACTORY)

    codes = ", ".join(
        db.session.scalars(sa.select(Enterprise.uscc).order_by(Enterprise.id)).all()  # type: ignore[arg-type]  # both have one
    )
    assert refused(report) == [
        (2, "enterprise", f"The name fits more than one enterprise: {codes}.")
    ]


def test_one_name_with_two_codes_is_two_enterprises_and_no_code_is_refused() -> None:
    one, two = {**FACTORY, "uscc": a_credit_code()}, {**FACTORY, "uscc": a_credit_code()}

    assert import_lines(one, two).enterprises == 2
    assert [fault[:2] for fault in refused(import_lines(one, FACTORY))] == [(3, "enterprise")]


def test_a_code_under_another_name_follows_the_code_and_is_named() -> None:
    firm = an_enterprise("老名字有限公司")

    report = import_lines(
        {**FACTORY, "uscc": firm.uscc, "enterprise": "新名字有限公司"},
        {**FACTORY, "uscc": firm.uscc, "enterprise": "新名字有限公司", "title": "二"},
        {**FACTORY, "enterprise": "新名字有限公司", "title": "三"},
    )

    assert told(report) == [
        (
            2,
            "enterprise",
            "新名字有限公司",
            "The code is known under the name 老名字有限公司; the row follows the code.",
        )
    ]
    assert [entry.enterprise_id for entry in db.session.scalars(sa.select(Entry))] == [firm.id] * 3


def test_a_duplicate_record_stands_for_its_survivor() -> None:
    survivor, duplicate = an_enterprise("甲厂有限公司"), an_enterprise("乙厂有限公司")
    duplicate.merged_into_id = survivor.id

    import_lines(
        {**UPGRADE, "uscc": duplicate.uscc, "enterprise": "甲厂有限公司", "title": "一"},
        {**UPGRADE, "enterprise": "乙厂有限公司", "title": "二"},
    )

    assert [e.enterprise_id for e in db.session.scalars(sa.select(Entry))] == [survivor.id] * 2
    assert counted(TODAY) == {Measure.EQUIPMENT_UPGRADE: 1}


def test_the_same_entry_gets_a_further_title_and_never_counts_twice() -> None:
    import_lines({**FACTORY, "level": "provincial", "document": "1号"})

    report = import_lines(
        {**FACTORY, "level": "national", "document": "2号", "decided_on": "2026-01-08"}
    )

    [entry] = db.session.scalars(sa.select(Entry))
    assert [(t.level, t.document, t.decided_on) for t in entry.titles] == [
        ("provincial", "1号", date(2025, 3, 5)),
        ("national", "2号", date(2026, 1, 8)),
    ]
    assert told(report) == [
        (
            2,
            "decided_on",
            "2026-01-08",
            "The same entry stands with 2025-03-05; nothing is changed.",
        )
    ]
    assert (report.titles, report.added) == (1, {})
    assert counted(TODAY) == {Measure.SMART_FACTORY: 1}


def test_another_quantity_for_the_same_robots_is_named_and_changes_nothing() -> None:
    import_lines(ROBOTS)

    report = import_lines({**ROBOTS, "quantity": "20"})

    assert told(report) == [
        (2, "quantity", "20", "The same entry stands with 12; nothing is changed.")
    ]
    assert (report.batch_id, report.present, counted(TODAY)) == (None, 1, {Measure.ROBOT: 12})


@pytest.mark.parametrize(
    ("change", "entries"),
    [
        ({}, 1),
        ({"decided_on": "2025-03"}, 2),
        ({"quantity": "13"}, 2),
        ({"district": "常熟"}, 2),
        ({"title": "有名"}, 2),
    ],
)
def test_without_a_title_date_and_quantity_tell_entries_apart(
    change: dict[str, str], entries: int
) -> None:
    line = {**ROBOTS, "title": ""}
    import_lines(line)

    import_lines({**line, **change})

    assert count(Entry) == entries


def test_rows_of_one_list_that_name_the_same_count_once() -> None:
    report = import_lines({**FACTORY, "level": "city"}, {**FACTORY, "level": "national"}, FACTORY)

    assert (report.added, report.titles, report.present) == ({Kind.SMART_FACTORY: 1}, 1, 1)
    assert told(report) == [
        (row, "title", "测试工厂", "The same entry as row 2; it counts once.") for row in (3, 4)
    ]
    assert count(EntryTitle) == 2


def test_a_revoked_entry_stays_revoked() -> None:
    import_lines(FACTORY)
    db.session.execute(sa.update(Entry).values(revoked_on=date(2026, 1, 1)))

    report = import_lines({**FACTORY, "level": "national"})

    assert [sentence for *_place, sentence in told(report)] == [
        "This entry was revoked on 2026-01-01 and stays so."
    ]
    assert report.added == {}


def test_the_rows_own_numbers() -> None:
    line = {**FACTORY, "source_ref": "A-1"}
    import_lines(line, source="工信局")

    same = import_lines(line, source="工信局")
    other = import_lines({**line, "title": "二"}, source="工信局")
    elsewhere = import_lines({**line, "title": "二"}, source="发改委")
    twice = import_lines({**line, "title": "三"}, {**line, "title": "四"}, source="统计局")

    assert (same.batch_id, same.present) == (None, 1)
    assert refused(other) == [
        (2, "source_ref", "Row 2 of import 1 has this number and says something else.")
    ]
    assert elsewhere.added == {Kind.SMART_FACTORY: 1}
    assert refused(twice) == [
        (3, "source_ref", "Row 2 has the same number and says something else.")
    ]


def test_a_source_too_long_is_refused() -> None:
    with pytest.raises(Invalid):
        import_lines(FACTORY, source="甲" * 101)


def test_undone_it_was_never_registered_and_may_be_imported_again() -> None:
    first = import_lines(
        {**FACTORY, "uscc": a_credit_code(), "source_ref": "1"},
        {**ROBOTS, "serials": "abb:1", "quantity": "", "source_ref": "2"},
    )
    assert first.batch_id is not None
    seals = count(Seal)

    undone = undo_import(first.batch_id, by=None, at=AT)

    assert (undone.entries, undone.changed, undone.relying) == (2, [], [])
    assert counted(TODAY) == {}
    assert count(Seal) == seals + 1
    assert set(db.session.scalars(sa.select(Entry.standing))) == {Standing.VOID}
    assert count(Enterprise) == 1
    again = import_lines(
        {**FACTORY, "source_ref": "1"},
        {**ROBOTS, "serials": "abb:1", "quantity": "", "source_ref": "2"},
    )
    assert again.added == {Kind.SMART_FACTORY: 1, Kind.ROBOT_DEPLOYMENT: 1}
    assert counted(TODAY) == {Measure.SMART_FACTORY: 1, Measure.ROBOT: 1}


def test_undone_twice_is_refused_and_unknown_is_not_found() -> None:
    first = import_lines(FACTORY)
    assert first.batch_id is not None
    undo_import(first.batch_id, by=None, at=AT)

    with pytest.raises(WrongState):
        undo_import(first.batch_id, by=None, at=AT)
    with pytest.raises(NotFound):
        undo_import(99, by=None, at=AT)


def test_undoing_moves_an_enterprise_to_its_next_upgrade() -> None:
    early = import_lines({**UPGRADE, "title": "一", "decided_on": "2025-01-10"})
    import_lines({**UPGRADE, "title": "二", "decided_on": "2025-06-10", "district": "常熟"})
    assert early.batch_id is not None

    undo_import(early.batch_id, by=None, at=AT)

    assert counted(date(2025, 6, 9)) == {}
    assert by_district(TODAY)["常熟市", Measure.EQUIPMENT_UPGRADE] == 1
    assert counted(TODAY) == {Measure.EQUIPMENT_UPGRADE: 1}


def test_undoing_names_what_changed_and_which_rows_relied_on_it() -> None:
    first = import_lines(FACTORY)
    second = import_lines({**FACTORY, "level": "national"}, {**FACTORY, "title": "二"})
    assert first.batch_id is not None
    entry = db.session.scalars(sa.select(Entry).order_by(Entry.rank)).first()
    assert entry is not None
    entry.revoked_on = date(2026, 1, 1)

    undone = undo_import(first.batch_id, by=None, at=AT)

    assert undone.changed == [(entry.number, ["revoked"])]
    assert undone.relying == [(second.batch_id, 2)]
    again = import_lines({**FACTORY, "level": "national"}, {**FACTORY, "title": "二"})
    assert (again.added, again.present) == ({Kind.SMART_FACTORY: 1}, 1)


def test_undoing_takes_back_titles_given_to_entries_of_others() -> None:
    import_lines(FACTORY)
    second = import_lines({**FACTORY, "level": "national"})
    assert second.batch_id is not None

    undone = undo_import(second.batch_id, by=None, at=AT)

    assert (undone.entries, undone.titles, count(EntryTitle)) == (0, 1, 0)
    assert counted(TODAY) == {Measure.SMART_FACTORY: 1}


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
