"""What an import did or would do, what an undoing took back: for page, command line and file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

from registry.core.language import _
from registry.importing.effects import Effect
from registry.importing.faults import Fault, Remark
from registry.programme.kinds import Kind

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Report:
    """What an import did, or (without a batch) would do.

    `added` counts entries by kind; those `before_programme` are registered and stand in no figure.
    `present` rows were there already. `effects` are given for a dry run only.
    """

    rows: int
    ignored: Sequence[str]
    told: Sequence[object]
    faults: Sequence[Fault]
    remarks: Sequence[Remark] = ()
    added: Mapping[Kind, int] = field(default_factory=dict)
    before_programme: int = 0
    enterprises: int = 0
    completed: int = 0
    titles: int = 0
    present: int = 0
    effects: Sequence[Effect] = ()
    batch_id: int | None = None

    @property
    def is_new(self) -> bool:
        """Say whether there is anything to store."""
        return not self.faults and bool(self.added or self.titles or self.completed)

    @property
    def faulty_rows(self) -> int:
        """Count the rows that have a fault."""
        return len({fault.row for fault in self.faults})


@dataclass(frozen=True)
class Undoing:
    """What an undoing takes back, and whom it concerns.

    `changed` are entries revoked, relocated or amended meanwhile: number, then what happened.
    `relying` are rows of other imports, (batch, row), that named an entry of this one; they may be
    imported again.
    """

    batch_id: int
    entries: int
    titles: int
    changed: Sequence[tuple[str, Sequence[str]]]
    relying: Sequence[tuple[int, int]]


def faults_csv(faults: Iterable[Fault]) -> str:
    """Return all faults as comma-separated text; nothing in it runs as a formula in Excel."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    heads = (_("Row"), _("Column"), _("Value"), _("What is wrong"), _("How to mend it"))
    writer.writerow([str(head) for head in heads])
    for fault in faults:
        words = (fault.column, fault.value, str(fault.what), str(fault.mend))
        writer.writerow([fault.row, *map(unformula, words)])
    return text.getvalue()


def unformula(word: str) -> str:
    """Put a mark before a word that a spreadsheet would compute."""
    return f"'{word}" if word.startswith(FORMULA_STARTS) else word
