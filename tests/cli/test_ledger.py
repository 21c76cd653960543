"""registry tally and registry verify, as an operator runs them."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from registry.cli.ledger import tally, verify_command
from registry.core.database import db
from registry.ledger.heads import read_head
from registry.ledger.models import Posting
from tests.ledger.register import Register
from tests.ledger.test_verify import by_hand


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands that open the register of the test."""
    settings = app.config["SETTINGS"]
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    register = Register(12)
    for _ in range(12):
        register.act()
    db.session.remove()
    return CliRunner()


def test_the_three_forms_tell_the_same_figures(run: CliRunner) -> None:
    answers = {
        form: run.invoke(tally, ["--as-of", "2025-01-15", "--format", form])
        for form in ("json", "csv", "table")
    }

    assert [answer.exit_code for answer in answers.values()] == [0, 0, 0]
    figures = json.loads(answers["json"].stdout)
    counted = [goal["counted"] for goal in figures["goals"]]
    last = answers["csv"].stdout.splitlines()[-1].split(",")
    assert last[:2] == ["", "全市"]
    assert [int(total) for total in last[2::2]] == counted
    assert len(answers["csv"].stdout.splitlines()) == 12
    assert f"{figures['sequence']}:{figures['head']}" in answers["table"].stdout


def test_verify_prints_the_head_that_it_later_checks(run: CliRunner) -> None:
    first = run.invoke(verify_command)

    head = first.stdout.splitlines()[-1]
    assert first.exit_code == 0
    assert run.invoke(verify_command, ["--expect", head]).exit_code == 0
    other = run.invoke(verify_command, ["--expect", f"3:{'0' * 64}"])
    assert (other.exit_code, other.stdout) == (1, "")
    assert other.stderr == "seal, sequence 3: 与印出的不一致。\n"


def test_verify_ends_with_1_and_names_the_row(run: CliRunner) -> None:
    sequence = db.session.scalar(sa.select(sa.func.min(Posting.sequence)))
    with by_hand():
        statement = "update posting set quantity = 77 where sequence = :s and position = 1"
        db.session.execute(sa.text(statement), {"s": sequence})
    db.session.commit()

    answer = run.invoke(verify_command)

    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"posting, sequence {sequence}, position 1: 已被改动：")


def test_nothing_is_written(run: CliRunner) -> None:
    before = read_head()
    db.session.remove()

    run.invoke(tally)
    run.invoke(verify_command)

    assert read_head() == before
