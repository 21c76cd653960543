"""Smart factories: fields, proofs, ratios."""

from __future__ import annotations

from datetime import date

from registry.core.language import _
from registry.entries.columns import Fault, Values
from registry.entries.facts import shared
from registry.entries.facts.fields import LinesField, ManyField, WordField
from registry.entries.facts.shape import (
    Assessed,
    CheckItem,
    Figure,
    KindFacts,
    Section,
    Slot,
    percentage,
)
from registry.entries.models import SmartFactory, Tier
from registry.entries.values import Amount, Choice, Option, Text, Whole
from registry.programme.kinds import Kind, Measure

TIERS = Choice(
    (
        Option("city", _("City smart factory"), ("市级",)),
        Option("province", _("Provincial smart factory"), ("省级",)),
        Option("basic", _("Basic tier"), ("基础级",)),
        Option("advanced", _("Advanced tier"), ("先进级",)),
        Option("excellent", _("Excellent tier"), ("卓越级",)),
        Option("leading", _("Leading tier"), ("领航级",)),
    ),
    Tier,
)
SOURCES = Choice(
    (
        Option("self", _("Self-assessment on the national platform"), ("自评", "自诊断")),
        Option("third_party", _("Assessed by a third party"), ("第三方", "第三方评估")),
    )
)
INTEGRATION = Choice(
    (
        Option("erp_mes", "ERP–MES"),
        Option("plm_mes", "PLM–MES"),
        Option("erp_plm", "ERP–PLM"),
        Option("mes_wms", "MES–WMS"),
        Option("erp_scm", "ERP–SCM"),
    )
)
LEAST_LEVEL = {Tier.ADVANCED: 2, Tier.EXCELLENT: 3, Tier.LEADING: 3}


class SmartFactoryForm(shared.EffectsForm):
    """The fields of a smart factory."""

    title = WordField(_("Name of the factory"), Text(100), required=True, width="wide")
    area_m2 = shared.area()
    tier = WordField(_("Title asked for"), TIERS, required=True)
    cmmm_level = WordField(
        _("Maturity level"),
        Whole(1, 5),
        hint=_("GB/T 39116: 2 or more for the advanced tier, 3 or more for the excellent one."),
    )
    cmmm_source = WordField(_("Where the level comes from"), SOURCES)
    workshops = LinesField(
        _("Workshops it is made of"),
        required=True,
        hint=_("One a line. Workshops with a title of their own stay counted as workshops."),
    )
    equipment_key = shared.machines(_("Key equipment, all of it"), low=1)
    equipment_key_nc = shared.machines(_("Of it under numeric control"))
    equipment_key_networked = shared.machines(_("Of it connected to the network"))
    scenes = LinesField(
        _("Typical scenes"),
        required=True,
        hint=_("One a line, for example: intelligent scheduling, online inspection."),
    )
    integration = ManyField(_("Systems that work together"), INTEGRATION, required=True)
    invest_total_wan = shared.invest_total()
    invest_3y_wan = WordField(
        _("Investment of the last three years"),
        Amount(),
        required=True,
        unit=shared.WAN,
    )


def _assess(values: Values, _rows: list[Values], _today: date) -> Assessed:
    total = values.get("equipment_key")
    control = Figure(
        "nc_rate",
        _("Key equipment under numeric control"),
        percentage(values.get("equipment_key_nc"), total),
        "%",
    )
    network = Figure(
        "network_ratio",
        _("Share of connected equipment"),
        percentage(values.get("equipment_key_networked"), total),
        "%",
    )
    effects, faults, stored = shared.assess_effects(values)
    values["effects"] = stored
    return Assessed(
        figures=[control, network, *effects],
        faults=[*_faults(values), *faults],
        warnings=shared.warn_low(values, "equipment_key_networked", network),
    )


def _faults(values: Values) -> list[Fault]:
    too_many = _("More than all the key equipment. Please check both numbers.")
    faults = [
        *shared.over(values, "equipment_key_nc", "equipment_key", too_many),
        *shared.over(values, "equipment_key_networked", "equipment_key", too_many),
    ]
    tier, level = values.get("tier"), values.get("cmmm_level")
    least = LEAST_LEVEL.get(tier) if tier else None
    if least is not None and (level is None or level < least):
        message = _("This title needs a maturity level of %(level)s or more.", level=least)
        faults.append(Fault("field:cmmm_level", message))
    if level is not None and not values.get("cmmm_source"):
        message = _("Please say where the maturity level comes from.")
        faults.append(Fault("field:cmmm_source", message))
    return faults


FACTS = KindFacts(
    kind=Kind.SMART_FACTORY,
    label=_("Smart factory"),
    short_label=_("Factories"),
    unit=_("factories"),
    description=_("A whole factory whose workshops and systems work as one."),
    letter="G",
    model=SmartFactory,
    row_model=None,
    form=SmartFactoryForm,
    sections=(
        shared.ENTERPRISE,
        Section(
            "project",
            _("Factory"),
            ("title", "district", "site_address", "area_m2", "summary"),
        ),
        Section(
            "maturity",
            _("Title and maturity"),
            ("tier", "cmmm_level", "cmmm_source"),
        ),
        Section(
            "equipment",
            _("Equipment and systems"),
            (
                "workshops",
                "equipment_key",
                "equipment_key_nc",
                "equipment_key_networked",
                "scenes",
                "integration",
            ),
            note=_("The ratios are computed from these numbers."),
        ),
        Section("investment", _("Investment"), ("invest_total_wan", "invest_3y_wan")),
        shared.EFFECTS_SECTION,
        shared.ATTACHMENTS,
        shared.PLEDGE,
    ),
    sheet=None,
    slots=(
        shared.LICENCE,
        shared.FORM_SCAN,
        Slot(
            "accounts",
            _("Annual accounts of three years"),
            hint=_("Unaudited ones will do where the report is not out yet."),
        ),
        Slot(
            "statement",
            _("Statement on accidents and dishonesty"),
            hint=_("Stamped."),
            names_persons=True,
        ),
        Slot("audit", _("Audit of the investment"), required=False),
        Slot("maturity", _("Proof of the maturity level"), required=False),
        Slot("photo", _("Photos of the factory"), min_files=3),
        shared.PLEDGE_SCAN,
    ),
    checklist=(
        shared.LICENCE_SEEN,
        shared.PLACE_SEEN,
        CheckItem("running", _("The factory is in production, as seen on site.")),
        CheckItem("ratios", _("The numbers of equipment agree with what was seen on site.")),
        CheckItem("maturity", _("The maturity level is proven, where one is given.")),
        CheckItem("money", _("The investment agrees with accounts or audit.")),
        shared.CREDIT_SEEN,
    ),
    measures=(Measure.SMART_FACTORY,),
    assess=_assess,
    detail_template="entries/_facts.html",
    title_is_unique=True,
)
