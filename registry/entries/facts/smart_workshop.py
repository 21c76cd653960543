"""Smart workshops: fields, proofs, ratios."""

from __future__ import annotations

from datetime import date

from registry.core.language import _, p_
from registry.entries.columns import Fault, Values
from registry.entries.facts import shared
from registry.entries.facts.fields import ManyField, WordField
from registry.entries.facts.shape import (
    Assessed,
    CheckItem,
    Figure,
    KindFacts,
    Section,
    Slot,
    percentage,
)
from registry.entries.models import AutoDelivery, SmartWorkshop, Traceability
from registry.entries.values import Amount, Choice, Day, Option, Text, Whole
from registry.programme.kinds import Kind, Measure

SYSTEMS = Choice(
    (
        Option("mes", "MES", ("制造执行系统",)),
        Option("erp", "ERP", ("企业资源计划",)),
        Option("plm", "PLM", ("产品生命周期管理",)),
        Option("wms", "WMS", ("仓储管理系统",)),
        Option("scada", "SCADA", ("数据采集与监控",)),
        Option("qms", "QMS", ("质量管理系统",)),
        Option("ems", "EMS", ("能源管理系统",)),
    )
)
TRACEABILITY = Choice(
    (
        Option("none", _("Not traceable"), ("无", "不可追溯")),
        Option("batch", _("By batch"), ("批次", "按批次")),
        Option("piece", _("By single piece"), ("单件", "按单件")),
    ),
    Traceability,
)
DELIVERY = Choice(
    (
        Option("none", _("By hand"), ("无", "人工")),
        Option("partial", _("Partly automatic"), ("部分",)),
        Option("full", _("Fully automatic"), ("全部", "全自动")),
    ),
    AutoDelivery,
)
MONITORING = Choice(
    (
        Option("temperature", _("Temperature and humidity"), ("温湿度",)),
        Option("dust", _("Dust and emissions"), ("粉尘", "排放")),
        Option("safety", _("Safety"), ("安全",)),
        Option("energy", _("Energy use"), ("能耗",)),
        Option("water", _("Water use"), ("用水",)),
    )
)
MAX_LEVEL = 5


class SmartWorkshopForm(shared.EffectsForm):
    """The fields of a smart workshop."""

    title = WordField(_("Name of the workshop"), Text(100), required=True, width="wide")
    commissioned_on = WordField(
        _("In production since"),
        Day(),
        required=True,
        hint=_("Built and running: today or earlier. For example 2026-09-30."),
    )
    area_m2 = shared.area()
    equipment_total = shared.machines(_("Equipment, all of it"), low=1)
    equipment_smart = shared.machines(_("Of it automatic or smart"))
    equipment_networked = shared.machines(_("Of it connected to the network"))
    nc_rate = WordField(_("Key processes under numeric control"), shared.PERCENT, unit="%")
    robots = WordField(
        _("Robots in this workshop"),
        Whole(0, 100_000),
        unit=_("robots"),
        hint=_("For information. Robots are counted only where they are filed one by one."),
    )
    systems = ManyField(_("Software systems"), SYSTEMS, required=True)
    traceable = WordField(_("Products can be traced"), TRACEABILITY, required=True)
    auto_delivery = WordField(_("Delivery of material"), DELIVERY, required=True)
    monitoring = ManyField(_("Environment and energy monitored"), MONITORING)
    invest_total_wan = shared.invest_total()
    invest_equip_wan = WordField(
        _("Of it equipment"), shared.POSITIVE, required=True, unit=shared.WAN
    )
    invest_soft_wan = WordField(_("Of it software"), Amount(), required=True, unit=shared.WAN)
    cmmm_level = WordField(
        _("Maturity level"),
        Whole(0, MAX_LEVEL),
        hint=_("GB/T 39116, 0 to 5. Leave blank where it was never assessed."),
    )
    prior_titles = WordField(
        _("Titles it holds already"),
        Text(500, lines=True),
        hint=_("Title, level, year, document number; one a line."),
    )


def _assess(values: Values, _rows: list[Values], _today: date) -> Assessed:
    total = values.get("equipment_total")
    smart = Figure(
        "smart_ratio",
        _("Share of smart equipment"),
        percentage(values.get("equipment_smart"), total),
        "%",
    )
    network = Figure(
        "network_ratio",
        _("Share of connected equipment"),
        percentage(values.get("equipment_networked"), total),
        "%",
    )
    effects, faults, stored = shared.assess_effects(values)
    values["effects"] = stored
    return Assessed(
        figures=[smart, network, *effects],
        faults=[*_faults(values), *faults],
        warnings=[
            *shared.warn_low(values, "equipment_smart", smart),
            *shared.warn_low(values, "equipment_networked", network),
        ],
    )


def _faults(values: Values) -> list[Fault]:
    too_many = _("More than all the equipment. Please check both numbers.")
    faults = [
        *shared.over(values, "equipment_smart", "equipment_total", too_many),
        *shared.over(values, "equipment_networked", "equipment_total", too_many),
        *shared.over(
            values, "robots", "equipment_smart", _("More than the smart equipment it is part of.")
        ),
    ]
    parts = [values.get("invest_equip_wan"), values.get("invest_soft_wan")]
    total = values.get("invest_total_wan")
    if None not in parts and total is not None and sum(filter(None, parts)) > total:
        message = _("Equipment and software together are more than the total investment.")
        faults.append(Fault("field:invest_total_wan", message))
    return faults


FACTS = KindFacts(
    kind=Kind.SMART_WORKSHOP,
    label=_("Smart workshop"),
    short_label=_("Workshops"),
    unit=_("workshops"),
    description=_("One workshop that is built and running. Each workshop is a case of its own."),
    letter="C",
    model=SmartWorkshop,
    row_model=None,
    form=SmartWorkshopForm,
    sections=(
        shared.ENTERPRISE,
        Section(
            "project",
            p_("section", "Workshop"),
            ("title", "district", "site_address", "commissioned_on", "area_m2", "summary"),
        ),
        Section(
            "equipment",
            _("Equipment and systems"),
            (
                "equipment_total",
                "equipment_smart",
                "equipment_networked",
                "nc_rate",
                "robots",
                "systems",
                "traceable",
                "auto_delivery",
                "monitoring",
            ),
            note=_("The ratios are computed from these numbers."),
        ),
        Section(
            "investment",
            _("Investment"),
            (
                "invest_total_wan",
                "invest_equip_wan",
                "invest_soft_wan",
                "cmmm_level",
                "prior_titles",
            ),
        ),
        shared.EFFECTS_SECTION,
        shared.ATTACHMENTS,
        shared.PLEDGE,
    ),
    sheet=None,
    slots=(
        shared.LICENCE,
        shared.FORM_SCAN,
        Slot("photo", _("Photos of the workshop"), min_files=3),
        Slot("maturity", _("Proof of the maturity level"), required=False),
        Slot("title", _("Documents of earlier titles"), required=False),
        shared.PLEDGE_SCAN,
    ),
    checklist=(
        shared.LICENCE_SEEN,
        shared.PLACE_SEEN,
        CheckItem("running", _("The workshop is built and in production, as seen on site.")),
        CheckItem("ratios", _("The numbers of equipment agree with what was seen on site.")),
        CheckItem("single", _("It is not part of a workshop that is registered already.")),
        shared.CREDIT_SEEN,
    ),
    measures=(Measure.SMART_WORKSHOP,),
    assess=_assess,
    detail_template="entries/_facts.html",
    title_is_unique=True,
)
