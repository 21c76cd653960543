"""Lists that speak of what is known: names, codes, entries, robots and numbers of their own."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registry.core.database import db
from registry.core.errors import Invalid
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, EntryTitle
from registry.programme.kinds import Kind, Measure
from tests.factories import a_credit_code, an_enterprise
from tests.importing.answers import TODAY, count, refused, told
from tests.importing.factories import (
    FACTORY,
    ROBOTS,
    UPGRADE,
    counted,
    import_lines,
)

pytestmark = pytest.mark.usefixtures("app", "english")


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
