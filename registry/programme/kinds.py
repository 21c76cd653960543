"""The four kinds of entry and what a posting counts."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What may be applied for: the ten, the hundred, the thousand, the ten thousand."""

    SMART_FACTORY = "smart_factory"
    SMART_WORKSHOP = "smart_workshop"
    EQUIPMENT_UPGRADE = "equipment_upgrade"
    ROBOT_DEPLOYMENT = "robot_deployment"


class Measure(StrEnum):
    """What a posting counts; a goal names the measures that it adds up."""

    SMART_FACTORY = "smart_factory"
    SMART_WORKSHOP = "smart_workshop"
    EQUIPMENT_UPGRADE = "equipment_upgrade"
    ROBOT = "robot"
    MOBILE_ROBOT = "mobile_robot"
    ROBOT_RETIRED = "robot_retired"
    MOBILE_ROBOT_RETIRED = "mobile_robot_retired"


class Level(StrEnum):
    """Who gave a title; the higher one is shown."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    CITY = "city"
    DISTRICT = "district"
