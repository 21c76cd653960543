"""Choices that robots and equipment lines share, with the words people write for them."""

from __future__ import annotations

from registry.core.language import _
from registry.entries.models import Acquisition, Origin, RobotApplication, RobotType, UnitStatus
from registry.entries.values import Choice, Option

ORIGIN = Choice(
    (
        Option("domestic", _("Domestic"), ("国产", "国内", "中国")),
        Option("imported", _("Imported"), ("进口", "国外")),
    ),
    Origin,
)
ROBOT_TYPE = Choice(
    (
        Option("articulated", _("Articulated"), ("关节", "多关节", "关节型", "六轴")),
        Option("scara", "SCARA", ("平面关节", "水平关节")),
        Option("cartesian", _("Cartesian"), ("直角坐标", "直角", "龙门", "linear")),
        Option("parallel", _("Parallel"), ("并联", "并联型", "delta", "蜘蛛手")),
        Option("cylindrical", _("Cylindrical"), ("圆柱", "圆柱坐标")),
        Option("polar", _("Polar"), ("极坐标", "球坐标")),
        Option("cobot", _("Collaborative"), ("协作", "协作机器人")),
        Option(
            "agv", _("Mobile (AGV/AMR)"), ("移动", "移动机器人", "amr", "agv/amr", "移动(AGV/AMR)")
        ),
        Option("other", _("Other"), ("其他", "其它")),
    ),
    RobotType,
)
APPLICATION = Choice(
    (
        Option("handling", _("Handling and machine tending"), ("搬运上下料", "搬运", "上下料")),
        Option("welding", _("Welding"), ("焊接", "点焊", "弧焊")),
        Option("assembly", _("Assembly"), ("装配", "组装")),
        Option("painting", _("Painting and gluing"), ("喷涂涂胶", "喷涂", "涂胶")),
        Option(
            "machining",
            _("Grinding, polishing, cutting"),
            ("机加工", "打磨抛光切割", "打磨", "抛光", "切割", "机加工(打磨抛光切割)"),
        ),
        Option("packing", _("Palletising and packing"), ("码垛包装", "码垛", "包装")),
        Option("inspection", _("Inspection"), ("检测", "检验")),
        Option("sorting", _("Sorting"), ("分拣",)),
        Option("clean_room", _("Clean room"), ("洁净室",)),
        Option("other", _("Other"), ("其他", "其它")),
    ),
    RobotApplication,
)
UNIT_STATUS = Choice(
    (
        Option("in_use", _("In use"), ("在用", "使用中", "使用")),
        Option("idle", _("Idle"), ("闲置", "停用")),
        Option("moved", _("Moved away"), ("迁出", "调出")),
        Option("scrapped", _("Scrapped"), ("报废",)),
        Option("sold", _("Sold"), ("出售", "转让")),
    ),
    UnitStatus,
)
ACQUISITION = Choice(
    (
        Option("purchase", _("Bought"), ("购置", "购买")),
        Option("lease", _("Financial lease"), ("融资租赁", "租赁")),
        Option("self_made", _("Made in house"), ("自制",)),
    ),
    Acquisition,
)
