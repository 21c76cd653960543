"""What is registered of an entry, in the words of its form: an amendment begins with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any  # a form as typed is nested JSON

import sqlalchemy as sa

from registry.core.database import db
from registry.entries.catalogue import CATALOGUE
from registry.entries.facts.shape import KindFacts
from registry.entries.models import Entry, RobotUnit
from registry.entries.showing import fields_of, words_of

Words = dict[str, Any]


def registered_words(entry: Entry) -> Words:
    """Return {"fields", "rows"} as registered; of robots those that are in the stock."""
    facts = CATALOGUE[entry.kind]
    return {"fields": stored_fields(entry), "rows": _rows(entry, facts)}


def stored_fields(entry: Entry) -> Words:
    """Return the stored facts of an entry as the words of its fields; unknown ones are blank."""
    facts = CATALOGUE[entry.kind]
    names = [name for section in facts.sections for name in section.fields]
    words: Words = dict.fromkeys(names, "")
    words |= fields_of(entry, names) | {"district": entry.district.code} | _effects(entry)
    detail = db.session.get(facts.model, entry.id)
    if detail is not None:
        words |= fields_of(detail, [name for name in names if hasattr(detail, name)])
    return words


def has_detail(entry: Entry) -> bool:
    """Say whether more is registered than what all kinds share; old lists bring no more."""
    return db.session.get(CATALOGUE[entry.kind].model, entry.id) is not None


def list_live_units(entry: Entry) -> Sequence[RobotUnit]:
    """List the robots of an entry that are in the stock, in the order they were filed."""
    return db.session.scalars(
        sa.select(RobotUnit)
        .where(
            RobotUnit.entry_id == entry.id, RobotUnit.is_registered, RobotUnit.until_on.is_(None)
        )
        .order_by(RobotUnit.position, RobotUnit.id)
        .execution_options(populate_existing=True)
    ).all()


def _rows(entry: Entry, facts: KindFacts) -> list[dict[str, str]]:
    if facts.sheet is None:
        return []
    if facts.counts_rows:
        return [words_of(facts.sheet, unit) for unit in list_live_units(entry)]
    detail = db.session.get(facts.model, entry.id)
    return [words_of(facts.sheet, line) for line in getattr(detail, "lines", ())]


def _effects(entry: Entry) -> Words:
    return {
        f"effect_{effect['code']}_{when}": effect.get(when, "")
        for effect in entry.effects
        for when in ("before", "after")
    }
