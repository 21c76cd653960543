"""A case as the desk reads it: the filed form by section, with changes, remarks and ticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any  # a form as typed is nested JSON

from registry.applications.deciding import counts_rows
from registry.applications.models import Application, Filing
from registry.applications.queries import find_filing
from registry.applications.record import LABELS, PERSONAL, record_word
from registry.applications.suspicions import Suspicion
from registry.approval.compared import Compared, lay_beside
from registry.approval.notes import Notes, carry_over, load_notes
from registry.approval.shown import (
    CaseView,
    Said,
    ShownField,
    ShownRow,
    ShownSection,
    ShownSheet,
)
from registry.core.clock import day_of
from registry.core.errors import NotFound
from registry.core.language import is_chinese
from registry.districts.queries import list_districts
from registry.entries import checking
from registry.entries.catalogue import Figure
from registry.entries.columns import Column, Sheet
from registry.entries.facts.fields import FactsForm

OWN_SECTIONS = frozenset({"enterprise", "rows", "attachments", "pledge"})
SHOWN_IN_HEAD = frozenset({"name"})


def kept_notes(application: Application) -> Notes:
    """Return the working notes of a case, brought to its present filing."""
    notes = load_notes(application.review)
    before, now = find_filing(application, notes.filing), find_filing(application)
    return carry_over(
        notes,
        filing=application.filings_count,
        before=before.form.get("rows", []) if before else [],
        now=now.form.get("rows", []) if now else [],
    )


def view_case(
    application: Application,
    *,
    notes: Notes,
    suspicions: Sequence[Suspicion] = (),
    number: int | None = None,
    personal: bool = True,
) -> CaseView:
    """Lay out a filing, the last one unless told; raise NotFound where there is none."""
    filing = find_filing(application, number)
    if filing is None:
        raise NotFound
    compared = lay_beside(application, filing)
    drawn = _Drawing(application, filing, notes, compared, personal=personal)
    return CaseView(
        filing=filing,
        sections=drawn.sections(),
        sheet=drawn.sheet(suspicions),
        notes=notes,
        changes=compared.changes,
        said=drawn.said,
        amendment=compared.amendment,
    )


class _Drawing:
    """One filing being laid out."""

    def __init__(
        self,
        application: Application,
        filing: Filing,
        notes: Notes,
        compared: Compared,
        *,
        personal: bool,
    ) -> None:
        self.facts = application.facts
        self.counts = counts_rows(application)
        self.filing, self.notes, self.personal = filing, notes, personal
        self.compared, self.amends = compared, application.is_amendment
        self.changed = {change.place: change for change in compared.changes}
        self.districts = {
            row.code: row.name_zh if is_chinese() else row.name_en for row in list_districts()
        }
        self.said = [
            Said(number, remark) for number, remark in enumerate(application.remarks, start=1)
        ]
        today = day_of(filing.filed_at)
        self.rows = filing.form.get("rows", [])
        self.now = self._bind(filing.form.get("fields", {}), today=today)
        former = compared.fields
        self.then = self._bind(former, today=today) if former is not None else None
        self.checked = checking.check(
            application.kind, filing.form, today=today, amends=self.amends
        )

    def _bind(self, words: Mapping[str, object], *, today: date) -> FactsForm:
        return checking.bind(self.facts.kind, words, today=today, amends=self.amends)

    def sections(self) -> list[ShownSection]:
        own = {"enterprise": self._enterprise}
        return [
            ShownSection(
                code=section.code,
                label=section.label,
                note=section.note if section.code == "enterprise" else "",
                fields=own.get(section.code, lambda: self._fields(section.fields))(),  # noqa: B023 - called at once
                figures=self._figures(section.fields),
                remarks=self._said_on(f"section:{section.code}"),
                draft=self.notes.remarks.get(f"section:{section.code}"),
            )
            for section in self.facts.sections
            if section.fields or section.code == "enterprise"
        ]

    def _figures(self, names: Sequence[str]) -> list[Figure]:
        if self.facts.sheet is not None:
            return []
        last = [section.fields for section in self.facts.sections if section.fields][-1]
        return list(self.checked.figures) if names and names == last else []

    def _enterprise(self) -> list[ShownField]:
        frozen = self.filing.enterprise
        before = self.compared.enterprise
        hidden = SHOWN_IN_HEAD if self.personal else SHOWN_IN_HEAD | PERSONAL
        return [
            self._field(
                f"enterprise:{name}",
                label,
                self._enterprise_word(name, frozen.get(name)),
                unit=unit,
                was=self._enterprise_word(name, before.get(name)),
            )
            for name, (label, unit) in LABELS.items()
            if name not in hidden
        ]

    def _enterprise_word(self, name: str, word: object) -> object:
        shown = record_word(name, word, districts=self.districts)
        return "" if shown is None else shown

    def _fields(self, names: Sequence[str]) -> list[ShownField]:
        return [
            self._field(
                f"field:{name}",
                _part(self.now, name).label.text,
                self._word(self.now, name),
                unit=_part(self.now, name).unit,
                was=self._word(self.then, name) if self.then is not None else "",
            )
            for name in names
        ]

    def _word(self, form: FactsForm, name: str) -> object:
        part = _part(form, name)
        shown = part.shown
        if name == "district":
            return self.districts.get(str(shown), shown)
        if isinstance(shown, list):
            return "、".join(str(word) for word in shown)
        return grouped(str(shown)) if part.unit else shown

    def _field(
        self, place: str, label: object, value: object, *, unit: object, was: object
    ) -> ShownField:
        return ShownField(
            place=place,
            label=label,
            value=value,
            unit=unit,
            was=was if place in self.changed else None,
            remarks=self._said_on(place),
            draft=self.notes.remarks.get(place),
        )

    def _said_on(self, place: str) -> list[Said]:
        return [
            one
            for one in self.said
            if one.remark.place == place or one.remark.place.startswith(f"{place}:")
        ]

    def sheet(self, suspicions: Sequence[Suspicion]) -> ShownSheet | None:
        sheet = self.facts.sheet
        if sheet is None:
            return None
        return ShownSheet(
            label=sheet.label,
            row_label=sheet.row_label,
            columns=sheet.columns,
            rows=[
                self._row(sheet, position, row, doubts=suspicions)
                for position, row in enumerate(self.rows, start=1)
            ],
            counts=self.counts,
            figures=self.checked.figures,
            remarks=self._said_on("section:rows"),
            draft=self.notes.remarks.get("section:rows"),
            gone=self.compared.gone,
        )

    def _row(
        self,
        sheet: Sheet,
        position: int,
        words: Mapping[str, str],
        *,
        doubts: Sequence[Suspicion],
    ) -> ShownRow:
        name = f"row:{position}"
        place = f"{name}:{(sheet.keys or (sheet.columns[0].name,))[-1]}"
        before = self.compared.rows.get(position, {})
        was = {
            index: write_cell(column, before.get(column.name, ""))
            for index, column in enumerate(sheet.columns)
            if f"{name}:{column.name}" in self.changed
        }
        asked = self.compared.asked
        is_asked = asked is None or position in asked
        is_countable = is_asked and self.facts.is_countable(self.checked.rows[position - 1])
        return ShownRow(
            position=position,
            place=place,
            cells=[write_cell(column, words.get(column.name, "")) for column in sheet.columns],
            was=was,
            is_new=name in self.changed,
            is_registered=not is_asked,
            is_verified=is_countable and position in self.notes.verified,
            is_countable=is_countable,
            quantity=int(self._is_main(position)),
            doubts=[doubt for doubt in doubts if position in doubt.rows],
            remarks=self._said_on(name),
            draft=self.notes.remarks.get(place),
        )

    def _is_main(self, position: int) -> bool:
        """Say whether a row adds to the goal, and not apart as mobile robots do."""
        if self.compared.main is not None:
            return position in self.compared.main
        derived = self.facts.derive_row(self.checked.rows[position - 1])
        return derived.get("measure", self.facts.measures[0]) is self.facts.measures[0]


def _part(form: FactsForm, name: str) -> Any:
    return form[name]


def write_cell(column: Column, word: str) -> object:
    """Write a cell as it is read out: labels for codes, thousands apart."""
    text = column.value.write(word)
    labels = dict(column.choices)
    return labels.get(text) or (grouped(text) if column.right else text)


def grouped(text: str) -> str:
    """Write a typed number with thousands apart; what is no number stays as it is."""
    try:
        return f"{Decimal(text):,}"
    except InvalidOperation:
        return text
