"""The programme, its four goals, and the rounds in which a kind may be applied for.

Targets and allocations have versions; these stand in the ledger, in the order of everything.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Base, choice
from registry.programme.kinds import Kind


class Programme(Base):
    """One programme: its name and city, its first and last day, what the public may see."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_zh: Mapped[str] = mapped_column(sa.String(100))
    name_en: Mapped[str] = mapped_column(sa.String(100))
    city_zh: Mapped[str] = mapped_column(sa.String(100))
    city_en: Mapped[str] = mapped_column(sa.String(100))
    contact_zh: Mapped[str] = mapped_column(sa.String(200), default="")
    contact_en: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    is_public: Mapped[bool] = mapped_column(default=False)
    has_open_data: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    licence_zh: Mapped[str] = mapped_column(sa.String(400), default="", server_default="")
    licence_en: Mapped[str] = mapped_column(sa.String(400), default="", server_default="")

    goals: Mapped[list[Goal]] = relationship(order_by="Goal.position", back_populates="programme")

    __table_args__ = (sa.CheckConstraint("starts_on <= ends_on", name="dates_in_order"),)


class Goal(Base):
    """What is to be reached of one kind, and its unit; the number is a version in the ledger."""

    __tablename__ = "goal"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    unit_zh: Mapped[str] = mapped_column(sa.String(10))
    unit_en: Mapped[str] = mapped_column(sa.String(20))
    position: Mapped[int]

    programme: Mapped[Programme] = relationship(back_populates="goals")

    __table_args__ = (sa.UniqueConstraint("programme_id", "kind"),)


class Round(Base):
    """A window in which a kind may be applied for, both days included."""

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    name: Mapped[str] = mapped_column(sa.String(60))
    opens_on: Mapped[date]
    closes_on: Mapped[date]

    __table_args__ = (
        sa.CheckConstraint("opens_on <= closes_on", name="dates_in_order"),
        sa.UniqueConstraint("programme_id", "kind", "name"),
    )
