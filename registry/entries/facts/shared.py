"""The facts that the four kinds share: project fields, effects before and after, common proofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.core.language import _, p_
from registry.entries.columns import Fault, Values
from registry.entries.facts.fields import FactsForm, WordField
from registry.entries.facts.shape import CheckItem, Figure, Section, Slot
from registry.entries.values import Amount, Text, Whole

WAN = _("10k yuan")
MACHINES = _("machines (sets)")
SQUARE_METRES = _("m²")
POSITIVE = Amount(above=Decimal(0))
PERCENT = Amount(high=Decimal(100))
RATIO_LINE = Decimal(70)
EFFECTS_LEAST = 2
SUMMARY_LONGEST = 1_000


@dataclass(frozen=True)
class Effect:
    """One result of the project, measured before and after in one unit."""

    code: str
    label: object
    unit: object


EFFECTS = (
    Effect("efficiency", _("Output per person"), _("10k yuan a person and year")),
    Effect("defects", _("Rate of defects"), "%"),
    Effect("staff", _("Staff of this line or workshop"), _("persons")),
    Effect("cycle", _("Development cycle"), _("days")),
    Effect("cost", _("Operating cost"), _("10k yuan a year")),
    Effect("energy", _("Energy per output"), _("kg of standard coal per 10k yuan")),
)
EFFECT_FIELDS = tuple(
    f"effect_{effect.code}_{when}" for effect in EFFECTS for when in ("before", "after")
)


class PlaceForm(FactsForm):
    """What every project has: its name and where it stands."""

    title = WordField(_("Name of the project"), Text(100), required=True, width="wide")
    district = WordField(
        _("District where it stands"),
        Text(6),
        required=True,
        hint=_(
            "Where the machines stand, not where the firm is registered. That district decides."
        ),
    )
    site_address = WordField(_("Address of the site"), Text(200), required=True, width="wide")


def _summary(*, required: bool) -> WordField:
    return WordField(
        _("What the project is"),
        Text(SUMMARY_LONGEST, lines=True),
        required=required,
        hint=_("At most 1,000 characters: what was built, what it makes, what is new about it."),
    )


class BriefForm(PlaceForm):
    """A project whose summary may be left out."""

    summary = _summary(required=False)


def _effect_field(effect: Effect, when: object) -> WordField:
    return WordField(
        _("%(effect)s, %(when)s", effect=effect.label, when=when), Amount(), unit=effect.unit
    )


BEFORE, AFTER = p_("effect", "before"), p_("effect", "after")


class EffectsForm(PlaceForm):
    """A project with a summary and its effects."""

    summary = _summary(required=True)
    effect_efficiency_before = _effect_field(EFFECTS[0], BEFORE)
    effect_efficiency_after = _effect_field(EFFECTS[0], AFTER)
    effect_defects_before = _effect_field(EFFECTS[1], BEFORE)
    effect_defects_after = _effect_field(EFFECTS[1], AFTER)
    effect_staff_before = _effect_field(EFFECTS[2], BEFORE)
    effect_staff_after = _effect_field(EFFECTS[2], AFTER)
    effect_cycle_before = _effect_field(EFFECTS[3], BEFORE)
    effect_cycle_after = _effect_field(EFFECTS[3], AFTER)
    effect_cost_before = _effect_field(EFFECTS[4], BEFORE)
    effect_cost_after = _effect_field(EFFECTS[4], AFTER)
    effect_energy_before = _effect_field(EFFECTS[5], BEFORE)
    effect_energy_after = _effect_field(EFFECTS[5], AFTER)


def invest_total() -> WordField:
    """Return the field of the total investment."""
    return WordField(_("Total investment"), POSITIVE, required=True, unit=WAN)


def area() -> WordField:
    """Return the field of the floor area."""
    return WordField(_("Floor area"), POSITIVE, unit=SQUARE_METRES)


def machines(label: object, *, low: int = 0, required: bool = True, hint: object = "") -> WordField:
    """Return a field that counts machines."""
    return WordField(label, Whole(low, 100_000), required=required, unit=MACHINES, hint=hint)


ENTERPRISE = Section(
    "enterprise",
    _("Enterprise"),
    note=_("Taken over from the data of your enterprise. Asked once, kept for every application."),
)
EFFECTS_SECTION = Section(
    "effects",
    _("Effects"),
    EFFECT_FIELDS,
    note=_("At least two, with the value after. A new site leaves “before” blank."),
)
ATTACHMENTS = Section("attachments", _("Attachments"))
PLEDGE = Section("pledge", _("Pledge and filing"))

LICENCE = Slot("licence", _("Business licence"), hint=_("The one in force, all of it readable."))
FORM_SCAN = Slot(
    "form",
    _("Application form"),
    hint=_("Printed from here, stamped, as a scan."),
    names_persons=True,
)
PLEDGE_SCAN = Slot(
    "pledge", _("Letter of commitment"), hint=_("Stamped, as a scan."), names_persons=True
)
CONTRACT = Slot("contract", _("Purchase contracts"), names_persons=True)
INVOICE = Slot("invoice", _("Invoices"), hint=_("Every invoice that the rows name."))
PAYMENT = Slot("payment", _("Proof of payment"), names_persons=True)

LICENCE_SEEN = CheckItem(
    "licence", _("The licence is in force and is that of the applicant; the code agrees.")
)
PLACE_SEEN = CheckItem(
    "place", _("The project stands in this district, at the address that is given.")
)
CREDIT_SEEN = CheckItem(
    "credit", _("No serious dishonesty, safety or environment case in the last three years.")
)


def assess_effects(values: Values) -> tuple[list[Figure], list[Fault], list[dict[str, str]]]:
    """Return the changes in per cent, a fault where too few are given, and what is stored."""
    figures, stored = [], []
    for effect in EFFECTS:
        before = values.get(f"effect_{effect.code}_before")
        after = values.get(f"effect_{effect.code}_after")
        if after is None:
            continue
        stored.append({"code": effect.code, "before": _text(before), "after": _text(after)})
        if before:
            change = (100 * (after - before) / before).quantize(Decimal("0.1"))
            label = _("%(effect)s, change", effect=effect.label)
            figures.append(Figure(f"effect_{effect.code}", label, change, "%"))
    faults = []
    if len(stored) < EFFECTS_LEAST:
        message = _("Please give at least two effects, each with its value after the project.")
        faults.append(Fault("section:effects", message, EFFECTS_SECTION.label))
    return figures, faults, stored


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value}"


def warn_low(values: Mapping[str, object], name: str, figure: Figure) -> list[Fault]:
    """Warn where a ratio is under the line of the province, 70 per cent."""
    del values
    if not isinstance(figure.value, Decimal) or figure.value >= RATIO_LINE:
        return []
    message = _(
        "%(ratio)s %% is under the 70 %% the province asks for. You may file it all the same.",
        ratio=figure.value,
    )
    return [Fault(f"field:{name}", message, figure.label)]


def over(values: Values, part: str, whole: str, message: object) -> list[Fault]:
    """Return a fault where a part is more than its whole."""
    some, all_ = values.get(part), values.get(whole)
    if some is None or all_ is None or some <= all_:
        return []
    return [Fault(f"field:{part}", message)]
