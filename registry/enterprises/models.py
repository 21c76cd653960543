"""An enterprise: a legal person, known by its unified social credit code."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Base, UtcDateTime, choice
from registry.districts.models import District


class Size(StrEnum):
    """Size by the statistical rule of 2017 for industry: both lines must be met."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


class Ownership(StrEnum):
    """Who owns it, by the usual five groups."""

    STATE = "state"
    PRIVATE = "private"
    FOREIGN = "foreign"
    HONGKONG_MACAO_TAIWAN = "hongkong_macao_taiwan"
    JOINT = "joint"


class Enterprise(Base):
    """A firm. Without a code (old lists) it is known by `name_key`, its name in unified spelling.

    `district_id` is the seat; where a thing stands is written on the entry. `merged_into_id` marks
    a duplicate record of the same firm.
    """

    __tablename__ = "enterprise"

    id: Mapped[int] = mapped_column(primary_key=True)
    uscc: Mapped[str | None] = mapped_column(sa.String(18), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    name_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id"), index=True)
    industry: Mapped[str | None] = mapped_column(sa.String(3))
    address: Mapped[str | None] = mapped_column(sa.String(200))
    employees: Mapped[int | None] = mapped_column(sa.Integer)
    revenue_wan: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 2))
    founded_on: Mapped[date | None]
    ownership: Mapped[Ownership | None] = mapped_column(choice(Ownership, "ownership"))
    legal_representative: Mapped[str | None] = mapped_column(sa.String(60))
    contact_name: Mapped[str | None] = mapped_column(sa.String(60))
    contact_phone: Mapped[str | None] = mapped_column(sa.String(30))
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enterprise.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    district: Mapped[District | None] = relationship()
