"""What only a smart-equipment upgrade has: its lines of equipment; and who owns an invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Base, choice
from registry.entries.models.robot_deployment import Origin


class Acquisition(StrEnum):
    """How equipment was come by."""

    PURCHASE = "purchase"
    LEASE = "lease"
    SELF_MADE = "self_made"


class EquipmentUpgrade(Base):
    """A project. What was invested is the sum of the lines that count, computed, never typed."""

    __tablename__ = "equipment_upgrade"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    filing_no: Mapped[str | None] = mapped_column(sa.String(60))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    acquisition: Mapped[Acquisition] = mapped_column(choice(Acquisition, "acquisition"))

    lines: Mapped[list[EquipmentLine]] = relationship(
        order_by="EquipmentLine.position", cascade="all, delete-orphan"
    )

    __table_args__ = (sa.CheckConstraint("starts_on <= ends_on", name="dates_in_order"),)


class EquipmentLine(Base):
    """One line: second-hand equipment and purchases from related firms do not count in the sum."""

    __tablename__ = "equipment_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("equipment_upgrade.entry_id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(100))
    model: Mapped[str | None] = mapped_column(sa.String(100))
    manufacturer: Mapped[str | None] = mapped_column(sa.String(100))
    origin: Mapped[Origin] = mapped_column(choice(Origin, "origin"))
    quantity: Mapped[int]
    unit_price_wan: Mapped[Decimal] = mapped_column(sa.Numeric(14, 4))
    invoice_code: Mapped[str | None] = mapped_column(sa.String(20))
    invoice_no: Mapped[str] = mapped_column(sa.String(20))
    invoice_key: Mapped[str | None] = mapped_column(sa.String(41), index=True)
    invoice_on: Mapped[date]
    is_new: Mapped[bool]
    is_related: Mapped[bool]
    purpose: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (sa.CheckConstraint("quantity >= 1", name="quantity"),)


class InvoiceClaim(Base):
    """An invoice (code and number) belongs to one enterprise, however many of its rows name it."""

    __tablename__ = "invoice_claim"

    invoice_key: Mapped[str] = mapped_column(sa.String(41), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"), index=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
