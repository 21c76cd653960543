"""Smart-equipment upgrades: lines of equipment; what was invested is their sum."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from registry.core.language import _
from registry.entries.columns import Column, Fault, Sheet, Values
from registry.entries.facts import shared, words
from registry.entries.facts.fields import WordField
from registry.entries.facts.shape import (
    Assessed,
    CheckItem,
    Figure,
    KindFacts,
    Section,
    Slot,
    money,
)
from registry.entries.keys import invoice_key
from registry.entries.models import EquipmentLine, EquipmentUpgrade
from registry.entries.values import Amount, Day, Text, Whole, YesNo
from registry.programme.kinds import Kind, Measure

PRICE = Amount(above=Decimal(0), high=Decimal(1_000_000), places=4)

SHEET = Sheet(
    code="lines",
    label=_("Equipment"),
    row_label=_("lines"),
    columns=(
        Column(
            "name",
            _("Equipment"),
            Text(100),
            True,
            aliases=("设备名称", "名称"),
            size=12,
            example="五轴加工中心",
        ),
        Column(
            "model", _("Model"), Text(100), True, aliases=("型号", "规格型号"), example="DMU 50"
        ),
        Column(
            "manufacturer",
            _("Maker"),
            Text(100),
            True,
            aliases=("制造商", "生产厂家", "生产厂商"),
            example="德玛吉",
        ),
        Column(
            "origin",
            _("Origin"),
            words.ORIGIN,
            True,
            aliases=("国产/进口", "产地", "国产进口"),
            example="imported",
        ),
        Column(
            "quantity",
            _("Quantity"),
            Whole(1, 100_000),
            True,
            unit=shared.MACHINES,
            aliases=("数量",),
            size=7,
            example="2",
        ),
        Column(
            "unit_price_wan",
            _("Unit price"),
            PRICE,
            True,
            unit=shared.WAN,
            aliases=("单价", "unitprice"),
            size=7,
            example="186.50",
        ),
        Column(
            "invoice_code",
            _("Invoice code"),
            Text(20),
            aliases=("发票代码",),
            size=12,
            example="3200204130",
        ),
        Column(
            "invoice_no",
            _("Invoice number"),
            Text(20),
            True,
            aliases=("发票号", "发票号码"),
            example="04631022",
        ),
        Column(
            "invoice_on",
            _("Invoice date"),
            Day(),
            True,
            aliases=("发票日期", "开票日期"),
            example="2026-09-14",
        ),
        Column(
            "is_new",
            _("Brand new"),
            YesNo(),
            True,
            aliases=("全新", "是否全新"),
            size=7,
            example="yes",
        ),
        Column(
            "is_related",
            _("From a related firm"),
            YesNo(),
            True,
            aliases=("关联交易", "是否关联交易"),
            size=7,
            example="no",
        ),
        Column(
            "purpose",
            _("Used for"),
            Text(100),
            aliases=("用途工序", "用途", "工序"),
            example="精加工",
        ),
    ),
)


class EquipmentUpgradeForm(shared.EffectsForm):
    """The fields of an upgrade; the equipment itself is rows."""

    filing_no = WordField(
        _("Filing number of the project"),
        Text(60),
        hint=_("Of the investment filing, where there is one."),
    )
    starts_on = WordField(_("Begun on"), Day(), required=True)
    ends_on = WordField(_("Finished on"), Day(), required=True, hint=_("Done: today or earlier."))
    acquisition = WordField(
        _("How it was acquired"),
        words.ACQUISITION,
        required=True,
        hint=_("For a lease give what was paid, without interest."),
    )


def is_countable(row: Values) -> bool:
    """Say whether a line counts in the sum: new, and not from a related firm."""
    return row["is_new"] is True and row["is_related"] is False


def _price(row: Values) -> Decimal:
    if row["quantity"] is None or row["unit_price_wan"] is None:
        return Decimal(0)
    return Decimal(row["quantity"]) * Decimal(row["unit_price_wan"])


def _derive(row: Values) -> Values:
    return {"invoice_key": invoice_key(row["invoice_code"], row["invoice_no"])}


def _assess(values: Values, rows: list[Values], _today: date) -> Assessed:
    counted = sum((_price(row) for row in rows if is_countable(row)), Decimal(0))
    left_out = sum((_price(row) for row in rows if not is_countable(row)), Decimal(0))
    pieces = sum(row["quantity"] or 0 for row in rows if is_countable(row))
    effects, faults, stored = shared.assess_effects(values)
    values["effects"] = stored
    return Assessed(
        figures=[
            Figure("lines", _("Lines"), len(rows), _("lines")),
            Figure("pieces", _("Equipment counted"), pieces, shared.MACHINES),
            money("invest_equip_wan", _("Investment in equipment"), counted, shared.WAN),
            money("left_out_wan", _("Left out: used, or related firm"), left_out, shared.WAN),
            *effects,
        ],
        faults=[*_faults(values, rows, counted), *faults],
    )


def _faults(values: Values, rows: list[Values], counted: Decimal) -> list[Fault]:
    faults = []
    if not rows:
        message = _("There is no equipment yet. Paste a block from Excel, or upload the template.")
        faults.append(Fault("section:rows", message, SHEET.label))
    elif not counted and all(row["is_new"] is not None for row in rows):
        message = _("No line counts: all of it is used, or comes from related firms.")
        faults.append(Fault("section:rows", message, SHEET.label))
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if starts_on is None or ends_on is None:
        return faults
    if starts_on > ends_on:
        faults.append(Fault("field:ends_on", _("Earlier than the beginning.")))
        return faults
    message = _(
        "Outside the project: it ran from %(start)s to %(end)s.",
        start=starts_on.isoformat(),
        end=ends_on.isoformat(),
    )
    for number, row in enumerate(rows, start=1):
        if row["invoice_on"] and not starts_on <= row["invoice_on"] <= ends_on:
            faults.append(SHEET.fault(number, "invoice_on", message))
    return faults


FACTS = KindFacts(
    kind=Kind.EQUIPMENT_UPGRADE,
    label=_("Smart-equipment upgrade"),
    short_label=_("Equipment upgrades"),
    unit=_("enterprises"),
    description=_("A project that replaced equipment. An enterprise counts once, however many."),
    letter="S",
    model=EquipmentUpgrade,
    row_model=EquipmentLine,
    form=EquipmentUpgradeForm,
    sections=(
        shared.ENTERPRISE,
        Section(
            "project",
            _("Project"),
            (
                "title",
                "district",
                "site_address",
                "filing_no",
                "starts_on",
                "ends_on",
                "acquisition",
                "summary",
            ),
        ),
        Section(
            "rows",
            _("Equipment, line by line"),
            note=_("The investment is the sum of the lines that count. It is never typed."),
        ),
        shared.EFFECTS_SECTION,
        shared.ATTACHMENTS,
        shared.PLEDGE,
    ),
    sheet=SHEET,
    slots=(
        shared.LICENCE,
        shared.CONTRACT,
        shared.INVOICE,
        shared.PAYMENT,
        Slot("photo", _("Photos of the equipment"), hint=_("Installed, with its name plate.")),
        Slot("filing", _("Investment filing"), required=False),
        shared.PLEDGE_SCAN,
    ),
    checklist=(
        shared.LICENCE_SEEN,
        shared.PLACE_SEEN,
        CheckItem("invoices", _("Invoices, contracts and payments agree with the lines.")),
        CheckItem("counted", _("Used equipment and related firms are left out of the sum.")),
        CheckItem("installed", _("The equipment is installed, as seen on photos or on site.")),
        shared.CREDIT_SEEN,
    ),
    measures=(Measure.EQUIPMENT_UPGRADE,),
    assess=_assess,
    detail_template="entries/_facts.html",
    invest_from="invest_equip_wan",
    derive_row=_derive,
    is_countable=is_countable,
)
