"""The districts' figures as each way of asking for them gives them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any  # JSON

import openpyxl
import pypdf
from click.testing import CliRunner
from flask.testing import FlaskClient

from registry.cli.ledger import tally
from registry.core.database import db
from registry.districts.queries import list_districts
from registry.programme.kinds import Kind
from tests.tally.reading import cells

KINDS = len(Kind)
LINE = 2 + 2 * KINDS  # cells of a line of the file
CITY = ""
WIDE = re.compile(r"[\u2e80-\uffef]")
Figures = Mapping[str, tuple[int, ...]]  # by the code of a district, CITY for their sum
Asked = Mapping[str, str]


def ask_everywhere(browser: FlaskClient, asked: Asked) -> dict[str, Figures]:
    """Ask page, file, interface, command, workbook and briefing; the figures by who answered."""
    names = {place.name_zh: place.code for place in list_districts()} | {"全市": CITY}
    db.session.remove()
    return {
        "page": _of_page(browser, asked, list(names.values())),
        "file": _of_rows(csv.reader(io.StringIO(_text(browser, "/tally.csv", asked))), names),
        "interface": _of_json(json.loads(_text(browser, "/api/v1/tally", asked))),
        "command, json": _of_json(json.loads(_run(asked, "json"))),
        "command, table": _of_rows(_columns(_run(asked, "table")), names),
        "workbook": _of_workbook(_data(browser, "/tally.xlsx", asked), names),
        "briefing": _of_briefing(briefing_text(_data(browser, "/tally.pdf", asked)), names),
    }


def briefing_text(content: bytes) -> str:
    """Return the words of the page to sign, blanks made single."""
    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def _data(browser: FlaskClient, address: str, asked: Asked) -> bytes:
    answer = browser.get(address, query_string=asked)
    assert answer.status_code == 200, answer.text
    return bytes(answer.data)


def _text(browser: FlaskClient, address: str, asked: Asked) -> str:
    return _data(browser, address, asked).decode()


def _run(asked: Asked, form: str) -> str:
    options = [f"--{name.replace('_', '-')}={value}" for name, value in asked.items()]
    answer = CliRunner().invoke(tally, [*options, f"--format={form}"])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def _of_page(browser: FlaskClient, asked: Asked, codes: list[str]) -> Figures:
    figures = cells(_text(browser, "/tally", asked))
    assert len(figures) == KINDS * len(codes)
    rows = [tuple(figures[at : at + KINDS]) for at in range(0, len(figures), KINDS)]
    return dict(zip(codes, rows, strict=True))


def _of_json(answer: Mapping[str, Any]) -> Figures:
    goals = {goal["kind"]: goal["counted"] for goal in answer["goals"]}
    counted = {line["code"]: line["counted"] for line in answer["districts"]} | {CITY: goals}
    return {code: tuple(line[kind.value] for kind in Kind) for code, line in counted.items()}


def _of_rows(rows: Iterable[Sequence[str]], names: Mapping[str, str]) -> Figures:
    """Read lines of code, district, then counted and allocated by turns."""
    found = [row for row in rows if len(row) == LINE and row[1] in names]
    return {names[row[1]]: tuple(int(cell) for cell in row[2::2]) for row in found}


def _columns(table: str) -> list[list[str]]:
    """Part a printed table where its heads begin; a Chinese character is two wide."""
    lines = [WIDE.sub(r"\g<0>\0", line) for line in table.splitlines()]
    heads = [0, *(found.end() - 1 for found in re.finditer(r"  \S", lines[0]))]
    return [
        [line[at:end].replace("\0", "").strip() for at, end in pairwise([*heads, None])]
        for line in lines
    ]


def _of_workbook(content: bytes, names: Mapping[str, str]) -> Figures:
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows: list[Any] = [[cell.value for cell in row] for row in book["各板块"].iter_rows()]
    found = {names[row[1]]: tuple(row[2::3]) for row in rows if row[1] in names}
    goals: list[Any] = [[cell.value for cell in row] for row in book["总表"].iter_rows()]
    at = next(at for at, row in enumerate(goals) if row[2] == "已认定")
    city = tuple(row[2] for row in goals[at + 1 : at + 1 + KINDS])
    assert city == found[CITY]
    return found


def _of_briefing(text: str, names: Mapping[str, str]) -> Figures:
    """Read each row: counted, allocated and share by turns; the city's stand above as well."""
    found = {}
    for name, code in names.items():
        cell = r" ([\d,]+) (?:[\d,]+|—) (?:▼?[\d.,]+%|—)"
        row = re.search(re.escape(name) + cell * KINDS, text)
        assert row is not None, (name, text)
        found[code] = tuple(int(figure.replace(",", "")) for figure in row.groups())
    above = re.findall(r"([\d,]+) [家个台] [\d,]+ [家个台] [\d.,]+% ", text)[:KINDS]
    assert tuple(int(figure.replace(",", "")) for figure in above) == found[CITY]
    return found
