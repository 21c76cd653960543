"""The columns of an official list and the words that may stand in them, English or Chinese."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from registry.entries.models import RobotType
from registry.programme.kinds import Kind, Level, Measure


class Column(NamedTuple):
    """One column: its name, what it is called in Chinese, and whether a list can do without it."""

    name: str
    name_zh: str
    is_required: bool = False


COLUMNS = (
    Column("kind", "类别", is_required=True),
    Column("enterprise", "企业名称", is_required=True),
    Column("uscc", "统一社会信用代码"),
    Column("district", "板块", is_required=True),
    Column("title", "项目名称"),
    Column("decided_on", "认定日期", is_required=True),
    Column("quantity", "数量"),
    Column("robot_type", "结构类型"),
    Column("serials", "出厂编号"),
    Column("level", "级别"),
    Column("document", "文号"),
    Column("source_ref", "来源编号"),
)


def word_key(word: str) -> str:
    """Unify width, case, blanks and strokes, so that `Decided on` and `decided_on` are one word."""
    wide = unicodedata.normalize("NFKC", word).casefold()
    return "".join(letter for letter in wide if not letter.isspace() and letter not in "_-*")


HEADERS = {word_key(word): column for column in COLUMNS for word in (column.name, column.name_zh)}

KINDS: dict[str, Kind] = {
    **{word_key(kind): kind for kind in Kind},
    "智能工厂": Kind.SMART_FACTORY,
    "智能车间": Kind.SMART_WORKSHOP,
    "智能装备升级": Kind.EQUIPMENT_UPGRADE,
    "机器人应用": Kind.ROBOT_DEPLOYMENT,
}
LEVELS: dict[str, Level] = {
    **{word_key(level): level for level in Level},
    **dict.fromkeys(("国家级", "国家"), Level.NATIONAL),
    **dict.fromkeys(("省级", "省"), Level.PROVINCIAL),
    **dict.fromkeys(("市级", "市"), Level.CITY),
    **dict.fromkeys(("区级", "县级", "区县级", "区", "县"), Level.DISTRICT),
}
ROBOT_TYPES: dict[str, RobotType] = {
    **{word_key(type_): type_ for type_ in RobotType},
    **dict.fromkeys(("移动机器人", "agv/amr", "amr"), RobotType.AGV),
    "工业机器人": RobotType.OTHER,
    "关节机器人": RobotType.ARTICULATED,
    "平面关节机器人": RobotType.SCARA,
    "直角坐标机器人": RobotType.CARTESIAN,
    "并联机器人": RobotType.PARALLEL,
    "圆柱坐标机器人": RobotType.CYLINDRICAL,
    "极坐标机器人": RobotType.POLAR,
    "协作机器人": RobotType.COBOT,
    "其他": RobotType.OTHER,
}
MOBILE = frozenset({RobotType.AGV})
WITH_TITLE = frozenset({Kind.SMART_FACTORY, Kind.SMART_WORKSHOP})
WITH_ROBOTS = frozenset({Kind.ROBOT_DEPLOYMENT})


def measure_of(robot_type: RobotType) -> Measure:
    """Return what robots of a type are counted as; mobile ones stand on a line of their own."""
    return Measure.MOBILE_ROBOT if robot_type in MOBILE else Measure.ROBOT
