"""Robot deployments: one robot a row; how many is the number of rows, never typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa

from registry.core.language import _, p_
from registry.entries.columns import Column, Fault, Sheet, Values
from registry.entries.facts import shared, words
from registry.entries.facts.amended import Sort
from registry.entries.facts.fields import WordField
from registry.entries.facts.shape import (
    Assessed,
    CheckItem,
    Figure,
    KindFacts,
    Section,
    Slot,
    money,
    percentage,
)
from registry.entries.keys import invoice_key, serial_key
from registry.entries.models import (
    Origin,
    RobotDeployment,
    RobotType,
    RobotUnit,
    UnitStatus,
)
from registry.entries.values import Amount, Day, Text, Whole, YesNo
from registry.programme.kinds import Kind, Measure

UNITS = _("robots")
COUNTED = "rows:robot_type!=agv&is_new=yes&status=in_use"
MOBILE = "rows:robot_type=agv&is_new=yes&status=in_use"
NOT_COUNTED = "rows:is_new!=yes|status!=in_use"
LEAST_AXES = 3
INVOICE_LAG = timedelta(days=180)
PRICE = Amount(above=Decimal(0), high=Decimal(100_000), places=4)
POSITIVE = Amount(above=Decimal(0), high=Decimal(1_000_000))


def _check(values: Values, _today: date) -> Sequence[tuple[str, object]]:
    found = []
    if values["robot_type"] is not RobotType.AGV:
        if values["axes"] is None:
            found.append(("axes", _("Please fill this in. Only mobile robots have no axes.")))
        elif values["axes"] < LEAST_AXES:
            message = _("An industrial robot has 3 axes or more; a mobile one is the type AGV/AMR.")
            found.append(("axes", message))
    if values["origin"] is Origin.IMPORTED and values["country"] is None:
        found.append(("country", _("Please name the country an imported robot comes from.")))
    return found


def _warn(values: Values, _today: date) -> Sequence[tuple[str, object]]:
    if values["commissioned_on"] < values["invoice_on"] - INVOICE_LAG:
        message = _("Put to use more than 180 days before its invoice. Please check both dates.")
        return [("commissioned_on", message)]
    return ()


def _key(values: Values) -> str:
    if not values["brand"] or not values["serial_no"]:
        return ""
    return serial_key(values["brand"], values["serial_no"])


SHEET = Sheet(
    code="robots",
    label=_("Robots"),
    row_label=_("robots"),
    check=_check,
    warn=_warn,
    keys=("brand", "serial_no"),
    key_of=_key,
    columns=(
        Column("brand", _("Brand"), Text(60), True, aliases=("品牌", "厂牌"), example="发那科"),
        Column(
            "model", _("Model"), Text(60), True, aliases=("型号", "规格型号"), example="M-20iD/25"
        ),
        Column(
            "serial_no",
            _("Serial number"),
            Text(60),
            True,
            aliases=("出厂编号", "序列号", "机身号", "serial", "serialno", "s/n"),
            size=12,
            example="E21-511201",
        ),
        Column(
            "robot_type",
            p_("robot", "Type"),
            words.ROBOT_TYPE,
            True,
            aliases=("结构类型", "结构", "类型", "机器人类型", "robottype"),
            example="articulated",
        ),
        Column("axes", _("Axes"), Whole(1, 12), aliases=("轴数",), size=7, example="6"),
        Column(
            "payload_kg",
            _("Payload"),
            POSITIVE,
            True,
            unit="kg",
            aliases=("负载", "额定负载", "payload"),
            size=7,
            example="25",
        ),
        Column(
            "application",
            p_("robot", "Application"),
            words.APPLICATION,
            True,
            aliases=("应用", "应用场景", "用途"),
            example="assembly",
        ),
        Column(
            "origin",
            _("Origin"),
            words.ORIGIN,
            True,
            aliases=("产地", "国产/进口", "国产进口"),
            example="imported",
        ),
        Column(
            "country",
            _("Country"),
            Text(40),
            aliases=("国别", "原产国", "产地国"),
            size=7,
            example="日本",
        ),
        Column(
            "unit_price_wan",
            _("Price of the robot"),
            PRICE,
            True,
            unit=shared.WAN,
            aliases=("本体单价", "单价", "本体价", "price", "unitprice"),
            size=7,
            example="18.60",
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
            aliases=("发票号", "发票号码", "invoice", "invoiceno"),
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
            "commissioned_on",
            _("In use since"),
            Day(),
            True,
            aliases=("投用日期", "启用日期", "commissioned", "commissioningdate"),
            example="2026-10-08",
        ),
        Column(
            "is_new",
            _("Brand new"),
            YesNo(),
            True,
            aliases=("全新", "是否全新", "new"),
            size=7,
            example="yes",
        ),
        Column(
            "status",
            p_("robot", "Status"),
            words.UNIT_STATUS,
            True,
            aliases=("状态", "使用状态"),
            example="in_use",
        ),
        Column(
            "reach_mm",
            _("Reach"),
            POSITIVE,
            unit="mm",
            aliases=("臂展", "reach"),
            size=7,
            example="1831",
        ),
        Column(
            "repeatability_mm",
            _("Repeatability"),
            Amount(above=Decimal(0), high=Decimal(1_000), places=4),
            unit="mm",
            aliases=("重复定位精度", "重复精度"),
            size=7,
            example="0.02",
        ),
        Column(
            "workshop", _("Workshop"), Text(100), aliases=("所在车间", "车间"), example="总装一车间"
        ),
    ),
)


class RobotDeploymentForm(shared.BriefForm):
    """The fields of a robot deployment; the robots themselves are rows."""

    workshop = WordField(
        _("Workshop"), Text(100), hint=_("Where most of them stand; a row may name its own.")
    )


def is_countable(row: Values) -> bool:
    """Say whether a row may count: in use, and new."""
    return row["status"] is UnitStatus.IN_USE and row["is_new"] is True


LEFT = frozenset({UnitStatus.SCRAPPED, UnitStatus.SOLD, UnitStatus.MOVED})


def has_left(row: Values) -> bool:
    """Say whether a robot left the stock for good; one that stands idle has not."""
    return row["status"] in LEFT


def _check_amended(sort: str, was: Values, says: Values) -> Sequence[tuple[str, object]]:
    """Say what cannot become of a registered robot: a change leaves its type and age alone."""
    found: list[tuple[str, object]] = []
    if sort == Sort.CORRECTION and says["status"] is not was["status"]:
        message = _("A robot that has left since then is a change. File it as one of its own.")
        found.append(("status", message))
    elif says["status"] is UnitStatus.IDLE:
        message = _("One that stands idle for a while stays in use in the register.")
        found.append(("status", message))
    if sort == Sort.CHANGE:
        message = _("This does not change. If it was registered wrongly, say so above.")
        is_mobile, was_mobile = (row["robot_type"] is RobotType.AGV for row in (says, was))
        if is_mobile is not was_mobile:
            found.append(("robot_type", message))
        if was["is_new"] and says["is_new"] is False:
            found.append(("is_new", message))
    return found


def measure_of(robot_type: RobotType) -> Measure:
    """Return what a robot of a type is counted as; mobile ones are apart."""
    return Measure.MOBILE_ROBOT if robot_type is RobotType.AGV else Measure.ROBOT


def _derive(row: Values) -> Values:
    return {
        "serial_key": serial_key(row["brand"], row["serial_no"]),
        "invoice_key": invoice_key(row["invoice_code"], row["invoice_no"]),
        "measure": measure_of(row["robot_type"]),
    }


def _assess(_values: Values, rows: list[Values], _today: date) -> Assessed:
    countable = [row for row in rows if is_countable(row)]
    mobile = sum(row["robot_type"] is RobotType.AGV for row in countable)
    price = sum((row["unit_price_wan"] or Decimal(0) for row in rows), Decimal(0))
    domestic = sum(row["origin"] is Origin.DOMESTIC for row in rows)
    faults = []
    if not rows:
        message = _("There is no robot yet. Paste a block from Excel, or upload the template.")
        faults.append(Fault("section:rows", message, SHEET.label))
    return Assessed(
        figures=[
            Figure(
                "counted",
                _("Counted towards the goal"),
                len(countable) - mobile,
                UNITS,
                live=COUNTED,
            ),
            Figure("mobile", _("Mobile robots, apart"), mobile, UNITS, live=MOBILE),
            Figure(
                "not_counted",
                _("Not new or not in use"),
                len(rows) - len(countable),
                UNITS,
                live=NOT_COUNTED,
            ),
            Figure("total", _("All rows"), len(rows), UNITS, live="rows"),
            money("price_total_wan", _("Price of all"), price, shared.WAN, live="unit_price_wan"),
            Figure("domestic_share", _("Domestic share"), percentage(domestic, len(rows)), "%"),
        ],
        faults=faults,
        quantity=len(countable) - mobile,
    )


FACTS = KindFacts(
    kind=Kind.ROBOT_DEPLOYMENT,
    label=_("Robot deployment"),
    short_label=_("Robots"),
    unit=UNITS,
    description=_("Robots in use at one site, each with its name plate. One robot is one row."),
    letter="J",
    model=RobotDeployment,
    row_model=RobotUnit,
    form=RobotDeploymentForm,
    sections=(
        shared.ENTERPRISE,
        Section(
            "project", _("Project"), ("title", "district", "site_address", "workshop", "summary")
        ),
        Section(
            "rows", _("Robots, one by one"), note=_("One robot a row. How many is never typed.")
        ),
        shared.ATTACHMENTS,
        shared.PLEDGE,
    ),
    sheet=SHEET,
    slots=(
        shared.LICENCE,
        shared.CONTRACT,
        shared.INVOICE,
        Slot(
            "nameplate",
            _("Photos of the name plates"),
            hint=_("One a robot; as one ZIP if you like, named by serial number."),
        ),
        Slot("photo", _("Photos of the site"), min_files=3),
        shared.PLEDGE_SCAN,
    ),
    checklist=(
        shared.LICENCE_SEEN,
        shared.PLACE_SEEN,
        CheckItem("nameplates", _("Serial numbers agree with the name plates.")),
        CheckItem("invoices", _("Invoices cover every robot, and their dates agree.")),
        CheckItem("in_use", _("The robots are in use on the site.")),
        CheckItem("industrial", _("Each is a robot by GB/T 12643; mobile ones are marked so.")),
    ),
    measures=(Measure.ROBOT, Measure.MOBILE_ROBOT),
    assess=_assess,
    detail_template="entries/_facts.html",
    invest_from="price_total_wan",
    derive_row=_derive,
    is_countable=is_countable,
    check_amended=_check_amended,
    has_left=has_left,
    may_replace=lambda: sa.not_(RobotUnit.is_registered),
)
