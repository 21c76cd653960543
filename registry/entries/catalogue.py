"""Everything the product knows of the four kinds, in one place, complete or it does not start."""

from __future__ import annotations

from collections.abc import Mapping

from registry.core.language import _
from registry.entries.facts import (
    equipment_upgrade,
    robot_deployment,
    smart_factory,
    smart_workshop,
)
from registry.entries.facts.amended import amended
from registry.entries.facts.shape import CheckItem, Figure, KindFacts, Section, Slot
from registry.programme.kinds import Kind

__all__ = [
    "CATALOGUE",
    "REJECT_REASONS",
    "CheckItem",
    "Figure",
    "KindFacts",
    "Section",
    "Slot",
    "facts_of",
    "kind_label",
]

REJECT_REASONS: Mapping[str, object] = {
    "not_eligible": _("It does not meet the conditions"),
    "not_proven": _("The proofs do not show what is claimed"),
    "already_registered": _("It is registered already"),
    "other_district": _("It stands in another district"),
    "not_answered": _("The answer date has passed without an answer"),
    "false_statement": _("Something stated is not true"),
    "dishonesty": _("The enterprise is on a list of serious dishonesty"),
    "other": _("Another reason, given in words"),
}


def _catalogue() -> Mapping[Kind, KindFacts]:
    modules = (smart_factory, smart_workshop, equipment_upgrade, robot_deployment)
    catalogue = {module.FACTS.kind: module.FACTS for module in modules}
    if missing := [kind for kind in Kind if kind not in catalogue]:
        raise LookupError(f"kinds without facts: {missing}")
    for facts in catalogue.values():
        _check_sections(facts)
    return {kind: catalogue[kind] for kind in Kind}


def _check_sections(facts: KindFacts) -> None:
    in_sections = [name for section in facts.sections for name in section.fields]
    in_form = [
        name for name in dir(facts.form) if hasattr(getattr(facts.form, name), "field_class")
    ]
    if sorted(in_sections) != sorted(in_form):
        odd = set(in_sections) ^ set(in_form)
        raise LookupError(f"{facts.kind}: fields without a section, or the other way: {odd}")
    codes = [section.code for section in facts.sections]
    if (facts.sheet is not None) != ("rows" in codes):
        raise LookupError(f"{facts.kind}: a sheet wants a section of rows, and the other way")


CATALOGUE: Mapping[Kind, KindFacts] = _catalogue()
AMENDED: Mapping[Kind, KindFacts] = {kind: amended(facts) for kind, facts in CATALOGUE.items()}


def facts_of(kind: Kind, *, amends: bool = False) -> KindFacts:
    """Return what is asked for a kind: of a new entry, or of an amendment of one."""
    return AMENDED[kind] if amends else CATALOGUE[kind]


def kind_label(kind: Kind) -> object:
    """Return how pages call a kind."""
    return CATALOGUE[kind].label
