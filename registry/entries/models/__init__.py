"""The facts of an entry: the shared ones, and one table a kind."""

from registry.entries.models.entry import Entry, EntryDistrict, EntryTitle, Precision, Standing
from registry.entries.models.equipment_upgrade import (
    Acquisition,
    EquipmentLine,
    EquipmentUpgrade,
    InvoiceClaim,
)
from registry.entries.models.robot_deployment import (
    Origin,
    RobotApplication,
    RobotDeployment,
    RobotLot,
    RobotType,
    RobotUnit,
    UnitStatus,
)
from registry.entries.models.smart_factory import SmartFactory, Tier
from registry.entries.models.smart_workshop import AutoDelivery, SmartWorkshop, Traceability

__all__ = [
    "Acquisition",
    "AutoDelivery",
    "Entry",
    "EntryDistrict",
    "EntryTitle",
    "EquipmentLine",
    "EquipmentUpgrade",
    "InvoiceClaim",
    "Origin",
    "Precision",
    "RobotApplication",
    "RobotDeployment",
    "RobotLot",
    "RobotType",
    "RobotUnit",
    "SmartFactory",
    "SmartWorkshop",
    "Standing",
    "Tier",
    "Traceability",
    "UnitStatus",
]
