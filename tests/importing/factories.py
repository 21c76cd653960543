"""Small lists, made in the test that reads them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO, StringIO
from pathlib import Path

import sqlalchemy as sa
import xlsxwriter

from registry.core.database import db
from registry.importing.reading import Table, read_table
from registry.importing.reports import Report
from registry.importing.service import import_list
from registry.ledger.models import Posting
from registry.programme.kinds import Measure
from registry.programme.models import Programme

DATA = Path(__file__).parent / "data"
OFFICIAL = DATA / "official-list.csv"
FAULTY = DATA / "official-list-faulty.csv"
AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FACTORY = {
    "kind": "smart_factory",
    "enterprise": "测试精密机械有限公司",
    "district": "昆山市",
    "title": "测试工厂",
    "decided_on": "2025-03-05",
}
ROBOTS = {
    "kind": "robot_deployment",
    "enterprise": "测试精密机械有限公司",
    "district": "昆山市",
    "title": "焊装车间",
    "decided_on": "2025-03-05",
    "quantity": "12",
}

UPGRADE = {
    "kind": "equipment_upgrade",
    "enterprise": "测试精密机械有限公司",
    "district": "昆山市",
    "decided_on": "2025-03-05",
}

Line = Mapping[str, object]


def a_csv(*lines: Line, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return a list whose header has every column that any line has."""
    columns = list(dict.fromkeys(column for line in lines for column in line))
    text = StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def an_xlsx(rows: Sequence[Sequence[object]], *, date_format: str = "yyyy-mm-dd") -> bytes:
    """Return a workbook with these rows, dates as date cells, numbers as numbers."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet, shown = book.add_worksheet(), book.add_format({"num_format": date_format})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, datetime.combine(cell, time()), shown)
                elif isinstance(cell, int | float):
                    sheet.write_number(number, place, cell)
                elif cell:
                    sheet.write_string(number, place, str(cell))
    return file.getvalue()


def a_table(*lines: Line) -> Table:
    return read_table(a_csv(*lines), file_name="list.csv")


def import_lines(*lines: Line, source: str = "", at: datetime = AT) -> Report:
    """Import lines as a list, as the command line does."""
    return import_list(a_table(*lines), source=source, by=None, at=at, dry_run=False)


def import_data(data: bytes, *, name: str = "list.csv", dry_run: bool = False) -> Report:
    table = read_table(data, file_name=name)
    return import_list(table, source="", by=None, at=AT, dry_run=dry_run)


def start_programme(starts_on: date) -> None:
    """Let the programme of this test begin on another day; nothing is posted yet."""
    db.session.execute(sa.update(Programme).values(starts_on=starts_on))


def counted(as_of: date) -> dict[Measure, int]:
    """Return the city's figures as of a day, from the postings, zeros left out."""
    found = (
        sa.select(Posting.measure, sa.func.sum(Posting.quantity))
        .where(Posting.effective_on <= as_of)
        .group_by(Posting.measure)
        .having(sa.func.sum(Posting.quantity) != 0)
    )
    return {measure: int(total) for measure, total in db.session.execute(found)}
