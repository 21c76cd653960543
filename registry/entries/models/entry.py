"""An entry: what the register holds, the facts that all four kinds share."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Base, UtcDateTime, choice
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.programme.kinds import Kind, Level


class Standing(StrEnum):
    """Where an entry stands to the register.

    `unregistered`: asked for, in no figure. `registered`: in the register from `effective_on` until
    `revoked_on`, where that is set. `void`: its import was undone, it never was.
    """

    UNREGISTERED = "unregistered"
    REGISTERED = "registered"
    VOID = "void"


class Precision(StrEnum):
    """How exactly the day of the decision is known; old lists often give a month or a year only."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Entry(Base):
    """One factory, workshop, upgrade or deployment.

    `rank` is the order of registration, kept for life. `district_id` is where the thing stands now;
    `EntryDistrict` has the whole story of that and decides what is counted where. `is_asked`: a
    case asks for it and is not decided, so its serials and invoices are spoken for. Once
    registered, it and the rows that hang on it are written only under the ledger lock.
    """

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"), index=True)
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    title_key: Mapped[str] = mapped_column(sa.String(200), default="")
    site_address: Mapped[str | None] = mapped_column(sa.String(200))
    invest_total_wan: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 2))
    summary: Mapped[str | None] = mapped_column(sa.Text)
    effects: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    standing: Mapped[Standing] = mapped_column(
        choice(Standing, "standing"), default=Standing.UNREGISTERED
    )
    is_asked: Mapped[bool] = mapped_column(default=False)
    effective_on: Mapped[date | None]
    precision: Mapped[Precision] = mapped_column(
        choice(Precision, "precision"), default=Precision.DAY
    )
    rank: Mapped[int | None] = mapped_column(unique=True)
    revoked_on: Mapped[date | None]
    number: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    certificate_code: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    document: Mapped[str | None] = mapped_column(sa.String(100))
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("batch.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enterprise: Mapped[Enterprise] = relationship()
    district: Mapped[District] = relationship()
    districts: Mapped[list[EntryDistrict]] = relationship(order_by="EntryDistrict.from_on")
    titles: Mapped[list[EntryTitle]] = relationship(order_by="EntryTitle.id")

    __table_args__ = (
        sa.Index(None, "enterprise_id", "kind"),
        sa.Index(None, "district_id", "standing", "kind"),
        sa.Index(None, "standing", "effective_on", "rank"),
        sa.CheckConstraint(
            "standing = 'unregistered' or (effective_on is not null and rank is not null)",
            name="registered_is_dated",
        ),
        sa.CheckConstraint(
            "revoked_on is null or revoked_on >= effective_on", name="revoked_after_effective"
        ),
    )


class EntryDistrict(Base):
    """Where an entry stands from a day on; the first row starts at its effective day."""

    __tablename__ = "entry_district"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))

    district: Mapped[District] = relationship()


class EntryTitle(Base):
    """One title given to the same thing: level, document and day; the thing itself counts once."""

    __tablename__ = "entry_title"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    level: Mapped[Level | None] = mapped_column(choice(Level, "level"))
    document: Mapped[str | None] = mapped_column(sa.String(100))
    decided_on: Mapped[date | None]
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("batch.id"), index=True)
