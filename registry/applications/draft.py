"""A draft as its pages show it: what is missing, what is wrong, what the remarks say, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from registry.applications import filing, places
from registry.applications.amendment import Amendment
from registry.applications.models import Application, Attachment, Remark
from registry.applications.places import Part
from registry.applications.queries import list_attachments, list_open_remarks
from registry.applications.summary import Line, summarise
from registry.entries.catalogue import KindFacts, Section, Slot
from registry.entries.checking import Checked
from registry.entries.columns import Fault


@dataclass(frozen=True)
class ShownSlot:
    """A place for proofs with the files that stand in it."""

    slot: Slot
    files: Sequence[Attachment]

    @property
    def lacks(self) -> int:
        """Return how many files are still wanted here."""
        wanted = self.slot.min_files if self.slot.required else 0
        return max(wanted - len(self.files), 0)


class Draft:
    """One application that is being written, examined once for all parts of its page."""

    def __init__(self, application: Application, *, today: date) -> None:
        self.application, self.today = application, today
        self.facts: KindFacts = application.facts

    @cached_property
    def amendment(self) -> Amendment | None:
        """What differs from what is registered, where that is what it is about."""
        is_one = self.application.is_amendment
        return Amendment.of_draft(self.application, today=self.today) if is_one else None

    @property
    def changes(self) -> Sequence[Line]:
        return summarise(self.amendment) if self.amendment is not None else []

    @cached_property
    def checked(self) -> Checked:
        return filing.examine(self.application, today=self.today)

    @cached_property
    def faults(self) -> list[Fault]:
        return filing.list_faults(self.application, today=self.today, checked=self.checked)

    @cached_property
    def files(self) -> Sequence[Attachment]:
        return list_attachments(self.application.id)

    @cached_property
    def remarks(self) -> Sequence[Remark]:
        return list_open_remarks(self.application)

    @cached_property
    def parts(self) -> Sequence[Part]:
        return places.list_parts(
            self.facts,
            [*self.faults, *self._unanswered],
            blank=[fault.place for fault in self.faults if self.is_blank(fault.place)]
            + [fault.place for fault in self._unanswered],
            begun=self._begun(),
        )

    @property
    def _unanswered(self) -> list[Fault]:
        return [Fault(r.place, "") for r in self.remarks if not (r.answer or "").strip()]

    @property
    def slots(self) -> list[ShownSlot]:
        return [
            ShownSlot(slot, [file for file in self.files if file.slot == slot.code])
            for slot in self.facts.slots
        ]

    @property
    def missing(self) -> int:
        return sum(part.missing for part in self.parts)

    @property
    def wrong(self) -> int:
        return sum(part.wrong for part in self.parts)

    def is_blank(self, place: str) -> bool:
        """Say whether nothing was typed at a place, so that its fault is only something missing."""
        kind, _colon, rest = place.partition(":")
        if kind == "field":
            return not self.application.form.get("fields", {}).get(rest)
        if kind == "row":
            return False
        return place != "section:rows" or not self.application.form.get("rows")

    def faults_in(self, section: Section, *, all_of_them: bool) -> list[Fault]:
        """List the faults of a section: what is wrong, and on demand what is missing too."""
        return [
            fault
            for fault in self.faults
            if places.section_of(self.facts, fault.place) == section.code
            and (all_of_them or not self.is_blank(fault.place))
        ]

    def remarks_in(self, section: Section) -> list[tuple[int, Remark, object]]:
        """List the remarks of a section: number, remark, name of its place."""
        return [
            (number, remark, places.label_of(self.facts, remark.place))
            for number, remark in enumerate(self.remarks, start=1)
            if places.section_of(self.facts, remark.place) == section.code
        ]

    def _begun(self) -> set[str]:
        words = self.application.form
        begun = {
            section.code
            for section in self.facts.sections
            if any(words.get("fields", {}).get(name) for name in section.fields)
        }
        if words.get("rows"):
            begun.add(places.ROWS)
        if self.files:
            begun.add(places.ATTACHMENTS)
        return begun | {places.ENTERPRISE}
