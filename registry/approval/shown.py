"""What the page of a case is made of: fields, rows, remarks, each as it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registry.applications.amendment import Amendment
from registry.applications.models import Filing, Remark
from registry.applications.queries import Change
from registry.applications.suspicions import Suspicion
from registry.approval.notes import Notes
from registry.core.language import _
from registry.entries.catalogue import Figure
from registry.entries.columns import Column

SECTIONS = {"section:rows": _("Rows"), "section:attachments": _("Attachments")}


@dataclass(frozen=True)
class Said:
    """One remark with its number in the case."""

    number: int
    remark: Remark

    @property
    def state(self) -> str:
        return "answered" if self.remark.filed_answer else "open"


@dataclass(frozen=True)
class ShownField:
    """One field as filed. `was` is what it said before, None where it did not change."""

    place: str
    label: object
    value: object
    unit: object = ""
    was: object | None = None
    remarks: Sequence[Said] = ()
    draft: str | None = None


@dataclass(frozen=True)
class ShownSection:
    """One part of the form, with what was remarked on the part as a whole."""

    code: str
    label: object
    note: object
    fields: Sequence[ShownField]
    figures: Sequence[Figure] = ()
    remarks: Sequence[Said] = ()
    draft: str | None = None

    @property
    def place(self) -> str:
        return f"section:{self.code}"

    @property
    def is_changed(self) -> bool:
        return any(shown.was is not None for shown in self.fields)


@dataclass(frozen=True)
class ShownRow:
    """One row of the sheet. `was` holds the former words of the cells that changed."""

    position: int
    place: str
    cells: Sequence[object]
    was: Mapping[int, object]
    is_new: bool
    is_verified: bool
    is_countable: bool
    is_registered: bool
    quantity: int
    doubts: Sequence[Suspicion]
    remarks: Sequence[Said] = ()
    draft: str | None = None

    @property
    def is_changed(self) -> bool:
        return self.is_new or bool(self.was)

    @property
    def is_blocked(self) -> bool:
        return any(doubt.is_hard for doubt in self.doubts)


@dataclass(frozen=True)
class ShownSheet:
    """The rows of a case. `counts`: whether the ticked rows are what is counted."""

    label: object
    row_label: object
    columns: Sequence[Column]
    rows: Sequence[ShownRow]
    counts: bool
    figures: Sequence[Figure]
    remarks: Sequence[Said] = ()
    draft: str | None = None
    gone: Sequence[str] = ()

    @property
    def verified(self) -> int:
        return sum(row.is_verified for row in self.rows)

    @property
    def approved(self) -> int:
        """Return how many would count towards the goal if it were approved as it is ticked."""
        return sum(row.quantity for row in self.rows if row.is_verified)

    @property
    def countable(self) -> int:
        return sum(row.is_countable for row in self.rows)

    @property
    def blocked(self) -> int:
        return sum(row.is_blocked for row in self.rows)

    @property
    def open(self) -> int:
        return self.countable - self.verified


@dataclass
class CaseView:
    """All that the page of a case shows of what was filed."""

    filing: Filing
    sections: Sequence[ShownSection]
    sheet: ShownSheet | None
    notes: Notes
    changes: Sequence[Change]
    said: Sequence[Said] = field(default_factory=list)
    amendment: Amendment | None = None

    @property
    def answered(self) -> int:
        return sum(bool(one.remark.filed_answer) for one in self.said)

    def said_on(self, place: str) -> list[Said]:
        """List what was remarked on a place."""
        return [one for one in self.said if one.remark.place == place]

    def label_of(self, place: str) -> object:
        """Return what a place of the form is called."""
        kind, _colon, rest = place.partition(":")
        if kind == "row":
            return _("Row %(number)s", number=rest.partition(":")[0])
        for section in self.sections:
            if section.place == place:
                return section.label
            for shown in section.fields:
                if shown.place == place:
                    return shown.label
        return SECTIONS.get(place, place)
