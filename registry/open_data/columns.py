"""The files and their columns: stable English codes, each with its Chinese name and its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.core.language import _


@dataclass(frozen=True)
class Column:
    """One column of a file; `unit` in words where its values have one."""

    code: str
    name_zh: str
    meaning: object
    unit: object = ""


@dataclass(frozen=True)
class DataSet:
    """One set of data, in two formats; `is_dated`: it can be asked for another day."""

    code: str
    name: object
    says: object
    columns: Sequence[Column]
    is_dated: bool


KIND = Column(
    "kind",
    "类别",
    _(
        "smart_factory, smart_workshop, equipment_upgrade, robot_deployment; mobile_robot stands"
        " apart and is in no goal"
    ),
)
UNIT = Column("unit", "计量单位", _("the unit of the numbers in the row"))
DISTRICT_CODE = Column("district_code", "行政区划代码", _("six digits"))
DISTRICT = Column("district", "板块", _("name in Chinese"))
OF_ROW = _("as in the row")

DATA_SETS = (
    DataSet(
        "tally",
        _("Tally"),
        _("Every district and the city by kind: counted, allocated, target."),
        (
            Column("as_of", "统计截止日", _("the day on which it is true, its end in Shanghai")),
            Column("sequence", "台账序号", _("the newest record of the ledger that is known")),
            Column("district_code", "行政区划代码", _("six digits; city is the whole city")),
            DISTRICT,
            KIND,
            UNIT,
            Column("counted", "已认定", _("what is approved and valid on the day"), OF_ROW),
            Column("allocated", "分解任务", _("the share of the goal; blank: none given"), OF_ROW),
            Column("target", "目标", _("of the city; blank for districts"), OF_ROW),
        ),
        is_dated=True,
    ),
    DataSet(
        "months",
        _("Month by month"),
        _("The city at the end of each month since the start, and on the day asked for."),
        (
            Column("on", "截止日", _("the last day of the month, or the day asked for")),
            KIND,
            UNIT,
            Column("counted", "累计", _("cumulative, by what is known"), OF_ROW),
            Column("added", "当月净增", _("against the row before"), OF_ROW),
        ),
        is_dated=True,
    ),
    DataSet(
        "register",
        _("Register of approved entries"),
        _("What a certificate says of each entry; no person, telephone or serial number."),
        (
            Column("number", "登记编号", _("leads to /register/NUMBER")),
            Column("kind", "类别", _("the four kinds, as above")),
            Column("title", "项目名称", _("as registered")),
            Column("enterprise", "企业名称", _("as registered")),
            Column("uscc", "统一社会信用代码", _("blank: to be completed, from an old list")),
            DISTRICT_CODE,
            Column("district", "板块", _("where the thing stands now")),
            Column("decided_on", "认定日期", _("day of the decision")),
            Column("precision", "日期精度", _("day, month or year: how exactly it is known")),
            Column("document", "文号", _("source document, where there is one")),
            Column("standing", "状态", _("valid or revoked, today")),
            Column("revoked_on", "撤销日期", _("it counts until the day before")),
            Column(
                "robots", "在用机器人", _("in the stock today; blank for other kinds"), _("robots")
            ),
        ),
        is_dated=False,
    ),
)
BY_CODE = {each.code: each for each in DATA_SETS}
