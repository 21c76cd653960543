"""What is typed, against every rule: values, faults, computed figures, quantity. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any  # a form as typed is nested JSON

from registry.core.language import _
from registry.entries.catalogue import facts_of
from registry.entries.columns import CheckedRows, Fault, Values, check_rows, is_blank
from registry.entries.facts.fields import FactsForm
from registry.entries.facts.shape import Figure, KindFacts
from registry.entries.values import clean_word
from registry.programme.kinds import Kind

__all__ = ["Checked", "Fault", "bind", "check", "clean_form"]


@dataclass
class Checked:
    """What was read and what follows: `computed` by name, `figures` in order of showing."""

    kind: Kind
    values: Values
    rows: list[Values]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    quantity: int = 1

    @property
    def computed(self) -> dict[str, Figure]:
        return {figure.name: figure for figure in self.figures}

    @property
    def is_good(self) -> bool:
        return not self.faults


def clean_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words as they are kept: known shape, storable, blank rows left out."""
    fields = form.get("fields", {})
    rows = form.get("rows", [])
    kept = [
        {str(name): clean_word(word) for name, word in row.items()}
        for row in rows
        if isinstance(row, Mapping)
    ]
    return {
        "fields": {str(name): _clean(word) for name, word in fields.items()},
        "rows": [row for row in kept if not is_blank(row)],
    }


def _clean(word: object) -> str | list[str]:
    return [clean_word(item) for item in word] if isinstance(word, list) else clean_word(word)


def check(
    kind: Kind,
    form: Mapping[str, Any],
    *,
    today: date,
    districts: Collection[str] | None = None,
    amends: bool = False,
) -> Checked:
    """Check {"fields": {name: words}, "rows": [{column: word}]} against every rule of its kind.

    `districts` are the codes that exist; without them only the code's shape is looked at. Serials
    and invoices that others hold are looked up apart (`uniqueness`): that needs the database.
    """
    facts = facts_of(kind, amends=amends)
    bound = bind(kind, form.get("fields", {}), today=today, amends=amends)
    bound.validate()
    rows = _check_rows(facts, form.get("rows", []), today=today)
    values: Values = {item.name: item.data for item in bound}
    assessed = facts.assess(values, rows.rows, today)
    faults = [
        Fault(f"field:{item.name}", error, item.label.text)
        for item in bound
        for error in item.errors
    ]
    faults += _check_district(values, districts)
    known = {fault.place for fault in faults + rows.faults}
    faults += rows.faults + [fault for fault in assessed.faults if fault.place not in known]
    return Checked(
        kind=kind,
        values=values,
        rows=rows.rows,
        faults=[_labelled(fault, bound) for fault in faults],
        warnings=[_labelled(fault, bound) for fault in (*rows.warnings, *assessed.warnings)],
        figures=assessed.figures,
        quantity=assessed.quantity,
    )


def bind(
    kind: Kind, fields: Mapping[str, object], *, today: date, amends: bool = False
) -> FactsForm:
    """Return the form of a kind holding these words, not yet validated; for showing it."""
    form_class = facts_of(kind, amends=amends).form
    return form_class(fields, today=today)


def _check_rows(facts: KindFacts, rows: Sequence[Mapping[str, str]], *, today: date) -> CheckedRows:
    if facts.sheet is None:
        return CheckedRows([], [], [])
    return check_rows(facts.sheet, rows, today=today)


def _check_district(values: Values, districts: Collection[str] | None) -> list[Fault]:
    code = values.get("district")
    if code is None or (code in districts if districts is not None else code.isdecimal()):
        return []
    return [Fault("field:district", _("Please choose a district from the list."))]


def _labelled(fault: Fault, form: FactsForm) -> Fault:
    kind, _colon, name = fault.place.partition(":")
    if fault.label or kind != "field" or name not in form:
        return fault
    return replace(fault, label=form[name].label.text)
