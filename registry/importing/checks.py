"""A list that was sent in: kept by its hash, looked at, shown, and imported only when confirmed.

What came of it stands in a small file beside it, not in the database, so that a long import can say
how far it is while it holds the write lock.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any  # JSON

from registry.core.errors import NotFound
from registry.importing.reports import Report

ID = re.compile(r"[0-9a-f]{32}")
ID_BYTES = 16
KEPT = timedelta(days=7)
QUIET_MOST = timedelta(minutes=5)
LONG_ROWS = 5_000
LONG_WORKBOOK = 250_000


class State(StrEnum):
    """Where a list stands. `working`: being checked or imported just now."""

    WORKING = "working"
    CHECKED = "checked"
    IMPORTED = "imported"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One list that was sent in, how far it is, and what came of it."""

    id: str
    file_name: str
    file_hash: str
    source: str
    sent_by_id: int
    sent_at: str
    touched_at: str
    state: State
    is_long: bool
    step: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    batch_id: int | None = None
    report: Mapping[str, Any] | None = None

    @property
    def percent(self) -> int:
        """How much of the step is done; 0 where that cannot be said."""
        return 100 * self.done // self.total if self.total else 0

    def is_lost(self, at: datetime) -> bool:
        """Say whether the work was interrupted: nothing was heard of it for minutes."""
        return (
            self.state is State.WORKING
            and datetime.fromisoformat(self.touched_at) < at - QUIET_MOST
        )


class Desk:
    """The folder in which lists and their checks lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, data: bytes, *, file_name: str, source: str, by_id: int, at: datetime) -> Check:
        """Keep a list and open a check of it; what lay here longer than a week goes."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep(at)
        file_hash = hashlib.sha256(data).hexdigest()
        _write(self.folder / f"{file_hash}.list", data)
        now = at.isoformat()
        check = Check(
            id=secrets.token_hex(ID_BYTES),
            file_name=file_name,
            file_hash=file_hash,
            source=source,
            sent_by_id=by_id,
            sent_at=now,
            touched_at=now,
            state=State.WORKING,
            is_long=_is_long(data),
        )
        self.keep(check)
        return check

    def get(self, check_id: str) -> Check:
        """Return a check; raise NotFound."""
        path = self.folder / f"{check_id}.json"
        if not ID.fullmatch(check_id) or not path.is_file():
            raise NotFound
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Check(**{**stored, "state": State(stored["state"])})

    def read(self, check: Check) -> bytes:
        """Return the list itself; raise NotFound where it was swept away."""
        path = self.folder / f"{check.file_hash}.list"
        if not path.is_file():
            raise NotFound
        return path.read_bytes()

    def keep(self, check: Check) -> None:
        """Write how a check stands now."""
        text = json.dumps(asdict(check), ensure_ascii=False)
        _write(self.folder / f"{check.id}.json", text.encode())

    def tell(self, check: Check, *, at: datetime, **changes: object) -> Check:
        """Keep a check with these changes, and when they were made."""
        changed = replace(check, touched_at=at.isoformat(), **changes)  # type: ignore[arg-type]  # names of its own fields
        self.keep(changed)
        return changed

    def _sweep(self, at: datetime) -> None:
        old = (at - KEPT).timestamp()
        for path in (*self.folder.glob("*.json"), *self.folder.glob("*.list")):
            if path.stat().st_mtime < old:
                path.unlink(missing_ok=True)


def report_to_json(report: Report) -> dict[str, Any]:
    """Put a report into words of the language that is read now."""
    return {
        "rows": report.rows,
        "faulty_rows": report.faulty_rows,
        "is_new": report.is_new,
        "ignored": list(report.ignored),
        "told": [str(sentence) for sentence in report.told],
        "faults": [[f.row, f.column, f.value, str(f.what), str(f.mend)] for f in report.faults],
        "remarks": [[r.row, r.column, r.value, str(r.text)] for r in report.remarks],
        "added": {kind.value: count for kind, count in report.added.items()},
        "before_programme": report.before_programme,
        "enterprises": report.enterprises,
        "completed": report.completed,
        "titles": report.titles,
        "present": report.present,
        "effects": [effect.to_json() for effect in report.effects if effect.is_shown],
    }


def _is_long(data: bytes) -> bool:
    """Say whether a list takes longer than a request should."""
    if data.startswith(b"PK"):
        return len(data) > LONG_WORKBOOK
    return data.count(b"\n") > LONG_ROWS


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
    new.replace(path)
