"""Find cases by what stands on paper: enterprise, credit code, number, serial number."""

from __future__ import annotations

import sqlalchemy as sa

from registry.applications.models import Application
from registry.enterprises.models import Enterprise
from registry.entries.models import Entry, RobotUnit

LONGEST = 100


def matches(text: str) -> list[sa.ColumnElement[bool]]:
    """Return what a case must meet to be found; nothing where nothing is asked.

    Names and titles are found by a part, credit codes and numbers by a part of at least four
    characters, serial numbers exactly. The query must have joined the enterprise.
    """
    words = text.strip()[:LONGEST]
    if not words:
        return []
    code = words.upper().replace(" ", "")
    found = [
        Enterprise.name.contains(words, autoescape=True),
        Application.entry_id.in_(
            sa.select(Entry.id).where(Entry.title.contains(words, autoescape=True))
        ),
        Application.entry_id.in_(
            sa.select(RobotUnit.entry_id).where(sa.func.upper(RobotUnit.serial_no) == code)
        ),
    ]
    if len(code) >= 4 and code.isascii():
        found += [
            Enterprise.uscc.contains(code, autoescape=True),
            Application.number.contains(code, autoescape=True),
        ]
    return [sa.or_(*found)]
