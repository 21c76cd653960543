"""What only a robot deployment has: units with serial numbers, and lots of old lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Base, choice
from registry.programme.kinds import Measure


class RobotType(StrEnum):
    """Mechanical types of GB/T 12643; `agv` (AGV and AMR) is counted apart."""

    ARTICULATED = "articulated"
    SCARA = "scara"
    CARTESIAN = "cartesian"
    PARALLEL = "parallel"
    CYLINDRICAL = "cylindrical"
    POLAR = "polar"
    COBOT = "cobot"
    AGV = "agv"
    OTHER = "other"


class RobotApplication(StrEnum):
    """What a robot does, in the groups of the international statistics."""

    HANDLING = "handling"
    WELDING = "welding"
    ASSEMBLY = "assembly"
    PAINTING = "painting"
    MACHINING = "machining"
    PACKING = "packing"
    INSPECTION = "inspection"
    SORTING = "sorting"
    CLEAN_ROOM = "clean_room"
    OTHER = "other"


class Origin(StrEnum):
    """Where a machine was made."""

    DOMESTIC = "domestic"
    IMPORTED = "imported"


class UnitStatus(StrEnum):
    """What became of a robot; only one in use counts."""

    IN_USE = "in_use"
    IDLE = "idle"
    MOVED = "moved"
    SCRAPPED = "scrapped"
    SOLD = "sold"


class RobotDeployment(Base):
    """A list of units put to use at one site; how many is the number of rows, never typed."""

    __tablename__ = "robot_deployment"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    workshop: Mapped[str | None] = mapped_column(sa.String(100))

    units: Mapped[list[RobotUnit]] = relationship(
        order_by="RobotUnit.position", cascade="all, delete-orphan"
    )
    lots: Mapped[list[RobotLot]] = relationship(
        order_by="RobotLot.id", cascade="all, delete-orphan"
    )


class RobotUnit(Base):
    """One robot. It is live, and its serial taken, while registered and not ended.

    `from_on` to `until_on` (half open) is when it counts under `measure`; `retired` says whether it
    then left the stock (scrapped, sold, moved out) or was only replaced by other rows.
    """

    __tablename__ = "robot_unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("robot_deployment.entry_id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    brand: Mapped[str] = mapped_column(sa.String(60))
    model: Mapped[str | None] = mapped_column(sa.String(60))
    serial_no: Mapped[str] = mapped_column(sa.String(60))
    serial_key: Mapped[str] = mapped_column(sa.String(121), index=True)
    robot_type: Mapped[RobotType] = mapped_column(choice(RobotType, "robot_type"))
    axes: Mapped[int | None]
    payload_kg: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 2))
    reach_mm: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 2))
    repeatability_mm: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 4))
    application: Mapped[RobotApplication | None] = mapped_column(
        choice(RobotApplication, "application")
    )
    origin: Mapped[Origin | None] = mapped_column(choice(Origin, "origin"))
    country: Mapped[str | None] = mapped_column(sa.String(40))
    unit_price_wan: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 4))
    invoice_code: Mapped[str | None] = mapped_column(sa.String(20))
    invoice_no: Mapped[str | None] = mapped_column(sa.String(20))
    invoice_key: Mapped[str | None] = mapped_column(sa.String(41), index=True)
    invoice_on: Mapped[date | None]
    commissioned_on: Mapped[date | None]
    is_new: Mapped[bool] = mapped_column(default=True)
    status: Mapped[UnitStatus] = mapped_column(
        choice(UnitStatus, "status"), default=UnitStatus.IN_USE
    )
    workshop: Mapped[str | None] = mapped_column(sa.String(100))

    measure: Mapped[Measure] = mapped_column(choice(Measure, "measure"))
    is_registered: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    retired: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.Index(
            "uq_robot_unit_live_serial",
            "serial_key",
            unique=True,
            sqlite_where=sa.text("is_registered and until_on is null"),
            postgresql_where=sa.text("is_registered and until_on is null"),
        ),
        sa.CheckConstraint("not is_registered or from_on is not null", name="registered_is_dated"),
        sa.CheckConstraint("until_on is null or until_on >= from_on", name="span_in_order"),
    )


class RobotLot(Base):
    """Robots of an old list that came as a number, without serials."""

    __tablename__ = "robot_lot"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("robot_deployment.entry_id", ondelete="CASCADE"), index=True
    )
    measure: Mapped[Measure] = mapped_column(choice(Measure, "measure"))
    quantity: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    retired: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.CheckConstraint("quantity >= 1", name="quantity"),
        sa.CheckConstraint("until_on is null or until_on >= from_on", name="span_in_order"),
    )
