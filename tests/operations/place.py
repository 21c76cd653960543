"""A place for a register: its folder, its database, and the commands run there as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any  # the tally as it is printed
from unittest.mock import patch

from registry.cli import main

PROGRAM = Path(sys.executable).parent / "registry"
SETTINGS = (
    "BIND",
    "DATA_DIR",
    "DATABASE_READ_URL",
    "DATABASE_URL",
    "MAIL_URL",
    "METRICS_TOKEN",
    "PROXIES",
    "PUBLIC_URL",
    "SECRET_KEY",
)
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Place:
    """Where a register is or will be."""

    folder: Path
    url: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        return {**clean, "DATA_DIR": str(self.folder), "DATABASE_URL": self.url, **self.more}

    def run(self, *words: object) -> Done:
        """Run one command to its exit code, within this process, which is quicker."""
        given = [str(PROGRAM), *map(str, words)]
        out, err = StringIO(), StringIO()
        code = 0
        with (
            patch.dict(os.environ, self.environ, clear=True),
            patch.object(sys, "argv", given),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Done(given, code, out.getvalue(), err.getvalue())

    def spawn(self, *words: object) -> Done:
        """Run one command as an operator does, in a process of its own."""
        return subprocess.run(
            [PROGRAM, *map(str, words)],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def with_settings(self, **more: str) -> Place:
        return Place(self.folder, self.url, {**self.more, **more})

    def tally(self) -> dict[str, Any]:
        done = self.run("tally", "--format", "json")
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def is_plain(done: Done) -> bool:
    """Say whether a refusal is words for a person and leaves standard output alone."""
    has_words = 0 < len(done.stderr.strip().splitlines()) <= 4
    strange = ("Traceback", "Warning", "sqlalchemy", "sqlite3.", "psycopg.", "Error (")
    return has_words and done.stdout == "" and not any(word in done.stderr for word in strange)
