"""What only a smart workshop has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, choice


class Traceability(StrEnum):
    """How far a product can be traced back."""

    NONE = "none"
    BATCH = "batch"
    PIECE = "piece"


class AutoDelivery(StrEnum):
    """How material comes to the machines."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class SmartWorkshop(Base):
    """A workshop: machines in 台(套), money in 万元; its ratios are computed, never stored."""

    __tablename__ = "smart_workshop"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    area_m2: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 2))
    commissioned_on: Mapped[date]
    equipment_total: Mapped[int]
    equipment_smart: Mapped[int]
    equipment_networked: Mapped[int]
    nc_rate: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    systems: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    traceable: Mapped[Traceability] = mapped_column(choice(Traceability, "traceable"))
    auto_delivery: Mapped[AutoDelivery] = mapped_column(choice(AutoDelivery, "auto_delivery"))
    monitoring: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    robots: Mapped[int | None]
    invest_equip_wan: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    invest_soft_wan: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    cmmm_level: Mapped[int | None] = mapped_column(sa.SmallInteger)
    prior_titles: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        sa.CheckConstraint("equipment_total >= 1", name="equipment_total"),
        sa.CheckConstraint("equipment_smart between 0 and equipment_total", name="equipment_smart"),
        sa.CheckConstraint(
            "equipment_networked between 0 and equipment_total", name="equipment_networked"
        ),
    )
