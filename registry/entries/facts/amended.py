"""What an amendment asks beyond the facts of its kind: its sort, why, and what shows it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from types import new_class
from typing import cast

from registry.core.language import _, p_
from registry.entries.facts import shared
from registry.entries.facts.fields import FactsForm, WordField
from registry.entries.facts.shape import CheckItem, KindFacts, Section, Slot
from registry.entries.values import Choice, Option, Text

REASON_LONGEST = 1_000
OF_THE_DISTRICTS = "district"  # changed by a relocation, never by an amendment


class Sort(StrEnum):
    """A change counts from the day of its decision, a correction from when the wrong row began."""

    CHANGE = "change"
    CORRECTION = "correction"


SORTS = Choice(
    (
        Option(Sort.CHANGE, p_("amendment", "Something has changed since"), ("变更",)),
        Option(Sort.CORRECTION, p_("amendment", "Something was registered wrongly"), ("更正",)),
    ),
    Sort,
)


class AmendmentFields(FactsForm):
    """Which sort of amendment, and why."""

    amend_sort = WordField(
        _("What it is about"),
        SORTS,
        required=True,
        hint=_(
            "A change counts from the day of its decision. A correction of an error counts from "
            "the day on which the wrong row began."
        ),
        width="wide",
    )
    amend_reason = WordField(
        p_("amendment", "Reason"),
        Text(REASON_LONGEST, lines=True),
        required=True,
        hint=_("What has changed, or what was wrong and how that came. The officer reads it."),
    )


AMENDMENT = Section(
    "amendment",
    _("What is amended"),
    ("amend_sort", "amend_reason"),
    note=_("Everything that is registered stands in the form. Change what is to be changed."),
)
OWN_FIELDS = frozenset(AMENDMENT.fields)
BASIS = Slot(
    "basis",
    p_("amendment", "What shows it"),
    hint=_("Invoices and name plates of new robots, the report on those that left, or the paper."),
)
COMPARED = CheckItem(
    "compared", _("Each difference from what is registered was looked at; the rest stays.")
)
SHOWN = CheckItem("basis", _("The proofs show what is amended."))
SEEN_BEFORE = frozenset({shared.LICENCE_SEEN.code, shared.PLACE_SEEN.code})


def amended(facts: KindFacts) -> KindFacts:
    """Return the facts of a kind as an amendment asks for them."""
    form = new_class(f"Amended{facts.form.__name__}", (AmendmentFields, facts.form))
    sections = tuple(
        replace(part, fields=tuple(name for name in part.fields if name != OF_THE_DISTRICTS))
        for part in facts.sections
    )
    proven = shared.PLEDGE_SCAN.code
    slots = tuple(replace(slot, required=slot.code == proven) for slot in facts.slots)
    rows = [item for item in facts.checklist if item.code not in SEEN_BEFORE]
    return replace(
        facts,
        form=cast("type[FactsForm]", form),
        sections=(AMENDMENT, *sections),
        slots=(BASIS, *slots),
        checklist=(COMPARED, SHOWN, *(rows if facts.counts_rows else ())),
    )
