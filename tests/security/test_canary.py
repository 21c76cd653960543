"""Words that would run, stored wherever words are stored: every page shows them as words."""

from __future__ import annotations

import csv
import io
from typing import Any  # a form as typed is nested JSON

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.accounts.models import User
from registry.applications.models import Application, Filing, Remark
from registry.core.database import Base, db
from registry.importing.models import Batch
from tests.conftest import SignedIn
from tests.security.scene import WHO, Scene, open_browser, walk

CANARY = "\"'><svg onload=alert(1)>{{7*7}}</script>\u2028"
RAW = ("<svg onload", "</script>\u2028", ">49<")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1+1")
SPARED = frozenset(
    {
        ("user", "email"),
        ("user", "password_hash"),
        ("user", "language"),
        ("attachment", "stored_as"),
        ("attachment", "content_type"),
        ("attachment", "sha256"),
        ("attachment", "slot"),
        ("remark", "place"),
        ("district", "code"),
        ("enterprise", "uscc"),
        ("enterprise", "name_key"),
        ("enterprise", "industry"),
        ("entry", "number"),
        ("entry", "certificate_code"),
        ("entry", "title_key"),
        ("robot_unit", "serial_key"),
        ("application", "number"),
    }
)
TABLES = (
    "user",
    "district",
    "enterprise",
    "entry",
    "entry_title",
    "robot_unit",
    "equipment_line",
    "application",
    "filing",
    "remark",
    "attachment",
    "programme",
    "goal",
    "round",
    "batch",
    "imported_row",
    "api_token",
    "account_record",
    "notice",
)


def poison(words: str) -> None:
    """Put these words into every free text, and into every text of every stored form."""
    for name in TABLES:
        table = Base.metadata.tables[name]
        free = {
            column.name: words[: getattr(column.type, "length", None) or 400]
            for column in table.columns
            if type(column.type) in {sa.String, sa.Text}
            and (name, column.name) not in SPARED
            and not column.foreign_keys
            and not column.unique
            and not column.name.endswith(("hash", "key", "code"))
        }
        if free:
            db.session.execute(sa.update(table).values(**free))
    for application in db.session.scalars(sa.select(Application)):
        application.form = _poisoned(application.form, words)
        application.review = {"filing": 1, "remarks": {"field:title": words, words[:80]: words}}
    for filing in db.session.scalars(sa.select(Filing)):
        filing.form = _poisoned(filing.form, words)
        filing.files = [{**file, "name": words} for file in filing.files]
    db.session.commit()


def _poisoned(form: Any, words: str) -> Any:
    fields = {name: words if isinstance(w, str) else w for name, w in form["fields"].items()}
    fields["district"] = form["fields"].get("district", "")
    return {**form, "fields": fields, "rows": [dict.fromkeys(row, words) for row in form["rows"]]}


@pytest.mark.parametrize("who", WHO)
def test_no_page_runs_what_is_stored(app: Flask, sign_in: SignedIn, scene: Scene, who: str) -> None:
    poison(CANARY)
    browser = open_browser(app, sign_in, scene, who)
    more = [("filing", f"/applications/{scene.returned_id}"), ("case", scene_case(scene))]
    shown, wrong = 0, []
    for endpoint, address in [*walk(app, scene, "GET", who), *more]:
        for asked in (address, f"{address}?q=%22%3E%3Csvg onload%3E&after=<svg onload>"):
            answer = browser.get(asked)
            if answer.mimetype == "text/html":
                shown += "&lt;svg onload" in answer.text
                wrong += [(endpoint, raw) for raw in RAW if raw in answer.text]
                wrong += [(endpoint, "<svg onload>")] * ("<svg onload>" in answer.text)
            wrong += [(endpoint, "status")] * (answer.status_code >= 500)
            answer.close()

    assert wrong == []
    assert shown > (2 if who == "visitor" else 5)


def scene_case(scene: Scene) -> str:
    return f"/approval/cases/{scene.returned_id}?remark=field:title"


@pytest.mark.parametrize("words", FORMULAS)
def test_no_file_holds_what_a_spreadsheet_would_run(
    app: Flask, sign_in: SignedIn, scene: Scene, words: str
) -> None:
    poison(words)
    browser = open_browser(app, sign_in, scene, "administrator")
    kind = "?kind=smart_factory"
    paths = ("/register.csv", "/approval/cases.csv", "/tally.csv", f"/tally/entries.csv{kind}")
    cells = []
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 200
        text = io.StringIO(answer.data.decode("utf-8-sig"), newline="")
        cells += [(path, cell) for row in csv.reader(text) for cell in row]

    assert [cell for cell in cells if cell[1].startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert {path for path, cell in cells if words.strip() in cell} == set(paths)


def test_the_poison_reaches_what_it_names(app: Flask, scene: Scene) -> None:
    poison(CANARY)

    found = [
        db.session.scalars(sa.select(User.name)).first(),
        db.session.scalars(sa.select(Remark.text)).first(),
        db.session.scalars(sa.select(Batch.source)).first(),
    ]

    assert [str(words)[:20] for words in found] == [CANARY[:20]] * 3
