"""What is wrong with a list, cell by cell, and what is worth knowing though nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass

VALUE_LETTERS = 80


class Unfit(Exception):
    """A value cannot be taken: what is wrong, and how to mend it, one sentence each."""

    def __init__(self, what: object, mend: object) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True)
class Fault:
    """One fault; the row is numbered as Excel does it, the column named as in the list."""

    row: int
    column: str
    value: str
    what: object
    mend: object


@dataclass(frozen=True)
class Remark:
    """Something the importer did, or left, that a person should know; it refuses nothing."""

    row: int
    column: str
    value: str
    text: object


def shortened(value: str) -> str:
    """Cut a long value so that a table of faults stays readable."""
    return value if len(value) <= VALUE_LETTERS else value[: VALUE_LETTERS - 1] + "…"
