"""What the demonstration shows: counts and shares by district, in official order."""

from __future__ import annotations

from dataclasses import dataclass

from registry.programme.kinds import Kind

FACTORY, WORKSHOP = Kind.SMART_FACTORY, Kind.SMART_WORKSHOP
UPGRADE, ROBOTS = Kind.EQUIPMENT_UPGRADE, Kind.ROBOT_DEPLOYMENT


@dataclass(frozen=True)
class DistrictPlan:
    """One district: what it has reached of each kind, and what it was given to reach."""

    code: str
    place: str
    reached: tuple[int, int, int, int]
    allocated: tuple[int, int, int, int]


# Of these one workshop in Changshu and Kunshan each, and robots in Kunshan, leave again.
DISTRICTS = (
    DistrictPlan("320582", "张家港", (1, 10, 88, 843), (1, 12, 120, 1200)),
    DistrictPlan("320581", "常熟", (1, 8, 61, 921), (1, 11, 110, 1150)),
    DistrictPlan("320585", "太仓", (0, 5, 55, 468), (1, 9, 80, 800)),
    DistrictPlan("320583", "昆山", (2, 16, 131, 1707), (2, 18, 190, 2100)),
    DistrictPlan("320509", "吴江", (1, 9, 97, 702), (1, 13, 140, 1200)),
    DistrictPlan("320506", "吴中", (0, 5, 46, 395), (1, 8, 80, 700)),
    DistrictPlan("320507", "相城", (1, 4, 38, 366), (1, 7, 75, 650)),
    DistrictPlan("320508", "姑苏", (0, 0, 6, 12), (0, 1, 15, 50)),
    DistrictPlan("320571", "园区", (1, 11, 74, 1004), (1, 13, 110, 1350)),
    DistrictPlan("320505", "高新区", (1, 5, 46, 504), (1, 8, 80, 800)),
)
KINDS = (FACTORY, WORKSHOP, UPGRADE, ROBOTS)
MORE_FIRMS, MORE_FIRMS_SHOWN = 29, 46
SHOWN_DISTRICT = "320583"
SEED = 20_170_620
BENT, MILESTONES = WORKSHOP, (20, 60)
SOURCE = "苏智改办〔2025〕1号（示例）"
