"""registry add-user: the link on standard output, all else on standard error, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "registry"
    environ = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": "", "PUBLIC_URL": ""}
    return subprocess.run(
        [program, *words], env=environ, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("register")
    assert run(made, "init").returncode == 0
    return made


def test_link_alone_is_on_standard_output(folder: Path) -> None:
    words = ("add-user", "--role", "officer", "--email", "a@example.test", "--district", "320583")

    done = run(folder, *words)

    assert done.returncode == 0
    assert done.stdout.startswith("http://127.0.0.1:8000/links/")
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--role", "officer", "--email", "a@example.test"), 1),
        (("--role", "leader", "--email", "no address"), 1),
        (("--role", "member", "--email", "a@example.test"), 2),
        (("--role", "leader"), 2),
    ],
)
def test_bad_input_gets_its_code_and_no_link(
    folder: Path, words: tuple[str, ...], code: int
) -> None:
    done = run(folder, "add-user", *words)

    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr
