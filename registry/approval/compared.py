"""What a filing is laid beside: the one before it, or, of an amendment, what is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any  # a form as typed is nested JSON

from registry.applications.amendment import REGISTERED, Amendment
from registry.applications.models import Application, Filing
from registry.applications.queries import (
    Change,
    as_text,
    changes_since_last_filing,
    find_filing,
)

Words = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """The former words, the former row of each position, and every place that differs.

    `asked`: the positions that are asked for now, None for all; `main`: those of them that add to
    the goal, None for all that count. `gone`: former rows without a row of today.
    """

    changes: Sequence[Change] = ()
    fields: Words | None = None
    enterprise: Words = field(default_factory=dict)
    rows: Mapping[int, Words] = field(default_factory=dict)
    gone: Sequence[str] = ()
    asked: frozenset[int] | None = None
    main: frozenset[int] | None = None
    amendment: Amendment | None = None


def lay_beside(application: Application, filing: Filing) -> Compared:
    """Return what a filing is compared with; an older filing of a new entry with nothing."""
    if application.is_amendment:
        return _beside_registered(Amendment.of_filing(application, filing), filing)
    before = find_filing(application, filing.number - 1)
    changes = changes_since_last_filing(application)
    if before is None or filing.number != application.filings_count or not changes:
        return Compared()
    rows = before.form.get("rows", [])
    missing = max(0, len(rows) - len(filing.form.get("rows", [])))
    return Compared(
        changes=changes,
        fields=before.form.get("fields", {}),
        enterprise=before.enterprise,
        rows=dict(enumerate(rows, start=1)),
        gone=[as_text(row) for row in rows[len(rows) - missing :]],
    )


def _beside_registered(amendment: Amendment, filing: Filing) -> Compared:
    registered, difference = filing.form[REGISTERED], amendment.difference
    then, now = registered["rows"], filing.form["rows"]
    rows = {row.now: then[row.was - 1] for row in difference.rows if row.was and row.now}
    counts = amendment.facts.counts_rows
    return Compared(
        changes=[
            *(_field(name, registered, filing.form) for name in difference.fields),
            *(
                Change(f"row:{row.now}:{name}", then[row.was - 1][name], now[row.now - 1][name])
                for row in difference.altered
                for name in sorted(row.changed)
            ),
            *(Change(f"row:{number}", "", as_text(now[number - 1])) for number in difference.fresh),
        ],
        fields=registered["fields"],
        enterprise=filing.enterprise,
        rows=rows,
        gone=[_named(amendment, then[number - 1]) for number in difference.gone],
        asked=frozenset(amendment.new_rows) if counts else None,
        main=frozenset(amendment.main_rows) if counts else None,
        amendment=amendment,
    )


def _field(name: str, registered: Words, form: Words) -> Change:
    was, says = (as_text(side["fields"].get(name)) for side in (registered, form))
    return Change(f"field:{name}", was, says)


def _named(amendment: Amendment, row: Words) -> str:
    sheet = amendment.facts.sheet
    names = sheet.keys if sheet is not None and sheet.keys else tuple(row)[:3]
    return " ".join(str(row.get(name, "")) for name in names)
