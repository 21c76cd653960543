"""What an amendment changes, in a few lines: rows that come, go and differ, and which fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.applications import places
from registry.applications.amendment import Amendment
from registry.core.language import _, n_
from registry.entries.values import Joined

DECISION = _("from the day of the decision")
BEGUN = _("from the day on which the wrong row began")
ROWS = {
    "fresh": lambda count: n_("%(num)s new row", "%(num)s new rows", count),
    "in_place": lambda count: n_(
        "%(num)s row in the place of a wrong one", "%(num)s rows in the place of wrong ones", count
    ),
    "altered": lambda count: n_("%(num)s row changed", "%(num)s rows changed", count),
    "left": lambda count: n_(
        "%(num)s robot has left the stock", "%(num)s robots have left the stock", count
    ),
    "struck": lambda count: n_("%(num)s row taken out", "%(num)s rows taken out", count),
    "missing": lambda count: n_(
        "%(num)s registered row is missing", "%(num)s registered rows are missing", count
    ),
}


@dataclass(frozen=True)
class Line:
    """One line: what happens to how many, and from when."""

    what: object
    since: object = ""


def summarise(amendment: Amendment) -> Sequence[Line]:
    """Return the lines in the order: rows that come, that are put right, that go; fields."""
    begun = BEGUN if amendment.is_correction and amendment.facts.counts_rows else ""
    decision = DECISION if amendment.facts.counts_rows else ""
    since = {"fresh": decision, "left": decision, "missing": ""}
    lines = [
        Line(ROWS[what](count), since.get(what, begun))
        for what, count in count_rows(amendment).items()
        if count
    ]
    names = [
        places.label_of(amendment.facts, f"field:{name}") for name in amendment.difference.fields
    ]
    return [*lines, Line(_("Changed: %(fields)s", fields=Joined(names)))] if names else lines


def count_rows(amendment: Amendment) -> dict[str, int]:
    """Count the rows of each sort, by what becomes of them."""
    difference, facts, rows = amendment.difference, amendment.facts, amendment.checked.rows
    has_keys = facts.sheet is not None and bool(facts.sheet.keys)
    left = sum(facts.has_left(rows[row.now - 1]) for row in difference.altered)
    in_place = sum(not row.is_same for row in difference.altered) if has_keys else 0
    gone = len(difference.gone)
    is_missing = facts.counts_rows and not amendment.is_correction
    return {
        "fresh": len(difference.fresh),
        "in_place": in_place,
        "altered": len(difference.altered) - in_place - left,
        "left": left,
        "struck": 0 if is_missing else gone,
        "missing": gone if is_missing else 0,
    }
