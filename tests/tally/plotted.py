"""What the tests of the charts share: a history, and the figures read off a page."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any  # JSON

from registry.core.database import db
from registry.programme.kinds import Kind, Measure
from registry.tally.plots import Mark
from tests.factories import an_enterprise
from tests.tally.factories import (
    a_filed_case,
    a_registered,
    allocate_shares,
    retire_robots,
    revoke,
)

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FACTORY, WORKSHOP, UPGRADE, ROBOTS = Kind
KINDS = [kind.value.replace("_", "-") for kind in Kind]
NAMES = [
    *[f"{sort}-{kind}" for sort in ("course", "months", "districts") for kind in KINDS],
    "stock-robot-deployment",
    "stages",
    "days",
]
FIGURE = re.compile(r'<figure class="plot" id="([a-z-]+)".*?</figure>', re.DOTALL)
DATA = re.compile(r'data-plot="([^"]*)"')
BODY = re.compile(r"data-plot-table>.*?<tbody>(.*?)</tbody>", re.DOTALL)
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)


def fill_history() -> None:
    """Every kind, revocations, a firm in two places, retired robots, cases at every stage."""
    a_registered(FACTORY, on=date(2025, 2, 3))
    revoke(a_registered(FACTORY, on=date(2025, 2, 3), district="320582"), on=date(2026, 3, 1))
    for month in (3, 5, 9):
        a_registered(WORKSHOP, on=date(2025, month, 1), district="320582")
    firm = an_enterprise()
    a_registered(UPGRADE, on=date(2025, 8, 1), enterprise=firm, district="320582")
    a_registered(UPGRADE, on=date(2025, 6, 1), enterprise=firm, district="320583")
    a_registered(ROBOTS, on=date(2025, 1, 10), robots={Measure.ROBOT: 1331})
    scrapped = a_registered(ROBOTS, on=date(2025, 5, 5), robots={Measure.ROBOT: 12})
    retire_robots(scrapped, on=date(2026, 6, 1))
    allocate_shares(FACTORY, {"320582": 2, "320583": 1, "320508": 0}, on=date(2025, 1, 1))
    a_filed_case(ROBOTS, quantity=47)
    a_filed_case(ROBOTS, quantity=5, then="returned")
    a_filed_case(FACTORY, then="claimed")
    db.session.commit()


def figures(page: str) -> dict[str, str]:
    """Return the parts of a page by the names of their charts."""
    return {found[1]: found[0] for found in FIGURE.finditer(page)}


def data_of(figure: str) -> dict[str, Any]:
    """Return what a browser is given to draw."""
    found = DATA.search(figure)
    assert found is not None
    data: dict[str, Any] = json.loads(unescape(found[1]))
    return data


def column(figure: str, mark: Mark) -> dict[str, float | None]:
    """Return one column of a chart by the labels of its rows."""
    data = data_of(figure)
    place = [each["mark"] for each in data["columns"]].index(mark.value)
    return {row["label"]: row["values"][place] for row in data["rows"]}


def table_of(figure: str) -> list[list[str]]:
    """Return the table of a chart as a person reads it."""
    found = BODY.search(figure)
    assert found is not None
    rows = found[1].split("</tr>")[:-1]
    return [[_text(cell) for cell in CELL.findall(row)] for row in rows]


def _text(cell: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", cell.replace('<span class="u">', " "))).strip()


def written(data: dict[str, Any]) -> list[list[str]]:
    """Write what the browser is given as the table should have it."""

    def cell(value: float | None, column: dict[str, Any], unit: str) -> str:
        if value is None:
            return "—无"
        digits = column["digits"]
        return f"{value:,.{digits}f} {column['unit'] or unit}".replace("-", "−")

    return [
        [
            row["label"],
            *[
                cell(value, column, row["unit"])
                for value, column in zip(row["values"], data["columns"], strict=True)
            ],
        ]
        for row in data["rows"]
    ]
