"""Where on the form a thing stands: the section of a place, its name for people, its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.core.language import _, n_
from registry.entries.catalogue import KindFacts, Section
from registry.entries.columns import Fault

ATTACHMENTS, ENTERPRISE, PLEDGE, ROWS = "attachments", "enterprise", "pledge", "rows"


def section_of(facts: KindFacts, place: str) -> str:
    """Return the code of the section that a place belongs to."""
    kind, _colon, rest = place.partition(":")
    if kind == "field":
        return next((part.code for part in facts.sections if rest in part.fields), PLEDGE)
    if kind == "section":
        codes = {part.code for part in facts.sections}
        return rest if rest in codes else PLEDGE
    return {"row": ROWS, "file": ATTACHMENTS, "enterprise": ENTERPRISE}.get(kind, PLEDGE)


def label_of(facts: KindFacts, place: str) -> object:
    """Name a place as people know it."""
    kind, _colon, rest = place.partition(":")
    if kind == "field" and rest in _names(facts):
        return getattr(facts.form, rest).args[0]
    if kind == "row":
        return _row_label(facts, rest)
    if kind == "file":
        return next((slot.label for slot in facts.slots if slot.code == rest), rest)
    if kind == "section":
        return next((part.label for part in facts.sections if part.code == rest), rest)
    return rest


def _names(facts: KindFacts) -> set[str]:
    return {name for part in facts.sections for name in part.fields}


def _row_label(facts: KindFacts, rest: str) -> object:
    number, _colon, column = rest.partition(":")
    if facts.sheet is None or not column:
        return _("Row %(number)s", number=number)
    try:
        return facts.sheet.label_at(int(number), column)
    except (StopIteration, ValueError):
        return _("Row %(number)s", number=number)


@dataclass(frozen=True)
class Part:
    """One section in the list beside the form: how far it is."""

    section: Section
    number: int
    missing: int
    wrong: int
    is_begun: bool

    @property
    def mark(self) -> tuple[str, str, object]:
        """Return tone, shape and words of its state."""
        if self.section.code == PLEDGE and not (self.wrong or self.missing):
            return "quiet", "wait", _("Last step")
        if self.wrong:
            return "late", "cross", n_("%(num)s to mend", "%(num)s to mend", self.wrong)
        if not self.missing:
            return "good", "tick", _("Complete")
        if not self.is_begun:
            return "quiet", "wait", _("Not begun")
        return "heed", "half", n_("%(num)s missing", "%(num)s missing", self.missing)


def list_parts(
    facts: KindFacts, faults: Iterable[Fault], *, blank: Iterable[str], begun: Iterable[str]
) -> Sequence[Part]:
    """List the sections with what is missing and what is wrong in each.

    `blank`: places where nothing was typed, so that a fault there is something missing. `begun`:
    codes of the sections in which something stands.
    """
    nothing_at, begun = set(blank), set(begun)
    missing: dict[str, int] = {}
    wrong: dict[str, int] = {}
    for fault in faults:
        counts = missing if fault.place in nothing_at else wrong
        code = section_of(facts, fault.place)
        counts[code] = counts.get(code, 0) + 1
    return [
        Part(
            section,
            number,
            missing.get(section.code, 0),
            wrong.get(section.code, 0),
            section.code in begun,
        )
        for number, section in enumerate(facts.sections, start=1)
    ]
