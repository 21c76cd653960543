"""What only a smart factory has."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, choice


class Tier(StrEnum):
    """The title asked for; the last four are the tiers in use since 2024."""

    CITY = "city"
    PROVINCE = "province"
    BASIC = "basic"
    ADVANCED = "advanced"
    EXCELLENT = "excellent"
    LEADING = "leading"


class SmartFactory(Base):
    """A factory: maturity level by GB/T 39116-2020 (1 to 5), ratios in per cent, money in 万元."""

    __tablename__ = "smart_factory"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    area_m2: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 2))
    tier: Mapped[Tier] = mapped_column(choice(Tier, "tier"))
    cmmm_level: Mapped[int | None] = mapped_column(sa.SmallInteger)
    cmmm_source: Mapped[str | None] = mapped_column(sa.String(20))
    workshops: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    equipment_key: Mapped[int | None]
    equipment_key_nc: Mapped[int | None]
    equipment_key_networked: Mapped[int | None]
    scenes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    integration: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    invest_3y_wan: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 2))

    __table_args__ = (
        sa.CheckConstraint("cmmm_level is null or cmmm_level between 1 and 5", name="cmmm_level"),
    )
