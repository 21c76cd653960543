"""The manufacturing divisions of GB/T 4754-2017, in both languages."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from registry.core.language import is_chinese

FILE = Path(__file__).parent / "data" / "industries.csv"


class Industry(NamedTuple):
    """One division, C13 to C43."""

    code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        return self.name_zh if is_chinese() else self.name_en


@cache
def load_industries() -> dict[str, Industry]:
    """Return all divisions by code, in the order of the standard."""
    with FILE.open(encoding="utf-8") as file:
        return {row["code"]: Industry(**row) for row in csv.DictReader(file)}


def list_choices() -> list[tuple[str, str]]:
    """List code and name for a field to choose from."""
    return [(each.code, f"{each.code} {each.name}") for each in load_industries().values()]


def find_industry(code: str | None) -> Industry | None:
    """Return the division of a code."""
    return load_industries().get(code or "")
