"""registry import and undo-import, as an operator runs them, on both databases."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry.cli import registry
from tests.databases import replace_database
from tests.importing.factories import FACTORY, FAULTY, OFFICIAL, a_csv

Run = Callable[..., Result]


@pytest.fixture(params=["sqlite", "postgresql"])
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands that open a register of their own; its programme runs from 2012 to 2026."""
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    if request.param == "postgresql":
        url = replace_database(request.getfixturevalue("postgresql_url"), "lists")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(registry, [str(word) for word in words])

    assert invoke("init", "--starts", "2012-01-01", "--ends", "2026-12-31").exit_code == 0
    return invoke


def counted(run: Run, as_of: str) -> list[int]:
    answer = json.loads(run("tally", "--as-of", as_of, "--format", "json").stdout)
    return [goal["counted"] for goal in answer["goals"]]


def test_the_official_list_is_imported_once_and_taken_back(run: Run) -> None:
    first, again = run("import", OFFICIAL), run("import", OFFICIAL)

    assert (first.exit_code, first.stdout.splitlines()[-1]) == (0, "batch 1")
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "batch -")
    assert counted(run, "2020-12-31") == [3, 4, 2, 409]
    assert counted(run, "2025-12-31") == [6, 4, 3, 444]
    assert run("verify").exit_code == 0

    undone, twice = run("undo-import", 1), run("undo-import", 1)

    assert (undone.exit_code, twice.exit_code, twice.stdout) == (0, 1, "")
    assert "第 1 次导入此前已撤回。" in str(vars(twice.exception or Exception())["message"])
    assert counted(run, "2025-12-31") == [0, 0, 0, 0]
    assert run("verify").exit_code == 0
    assert run("import", OFFICIAL).stdout.splitlines()[-1] == "batch 2"
    assert counted(run, "2025-12-31") == [6, 4, 3, 444]


def test_a_dry_run_shows_the_change_and_stores_nothing(run: Run) -> None:
    answer = run("import", OFFICIAL, "--dry-run")

    assert (answer.exit_code, answer.stdout.splitlines()[-1]) == (0, "batch -")
    assert [line.split()[-1] for line in answer.stdout.splitlines()[-5:-1]] == [
        "+6",
        "+4",
        "+3",
        "+444",
    ]
    assert counted(run, "2025-12-31") == [0, 0, 0, 0]


def test_a_faulty_list_is_refused_with_all_its_faults(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "faults.csv"

    answer = run("import", FAULTY, "--report", report)

    lines = [line.split()[0] for line in answer.stdout.splitlines()]
    assert (answer.exit_code, lines) == (1, ["行", *"234567899"])
    assert answer.stderr.splitlines() == [
        "以下列不认识，已略过：what is wrong。",
        "未导入：共 8 行、9 处问题，没有写入任何内容。",
    ]
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["行", *"234567899"]
    assert run("import", OFFICIAL).stdout.splitlines()[-1] == "batch 1"


def test_a_source_has_numbers_of_its_own(run: Run, tmp_path: Path) -> None:
    for name, title in (("one.csv", "一"), ("two.csv", "二")):
        (tmp_path / name).write_bytes(a_csv({**FACTORY, "title": title, "source_ref": "1"}))

    answers = [
        run("import", tmp_path / "one.csv", "--source", "工信局"),
        run("import", tmp_path / "two.csv", "--source", "工信局"),
        run("import", tmp_path / "two.csv", "--source", "发改委"),
    ]

    assert [answer.exit_code for answer in answers] == [0, 1, 0]


def test_wrong_usage_ends_with_2(run: Run, tmp_path: Path) -> None:
    answers = (run("import"), run("import", tmp_path / "none.csv"), run("undo-import", "x"))

    assert [answer.exit_code for answer in answers] == [2, 2, 2]


def test_what_is_no_list_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"%PDF\0")

    answer = run("import", file)

    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "这既不是 CSV 文件" in str(vars(answer.exception or Exception())["message"])
