"""The tables of the tally ledger: append-only, chained by hash; `cell` and `trend` are derived."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, UtcDateTime, choice
from registry.programme.kinds import Measure


class Seal(Base):
    """What one deed wrote. `sequence` is 1, 2, 3 … and the order of everything."""

    __tablename__ = "seal"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, unique=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    cause: Mapped[str] = mapped_column(sa.String(40))
    rows: Mapped[int]
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class Event(Base):
    """One thing that happened; `payload` is canonical JSON. Events are numbered by themselves."""

    __tablename__ = "event"

    sequence: Mapped[int] = mapped_column(sa.ForeignKey("seal.sequence"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int | None] = mapped_column(sa.ForeignKey("application.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("batch.id"), index=True)
    type: Mapped[str] = mapped_column(sa.String(40))
    payload: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (sa.Index(None, "type", "sequence", "application_id"),)


class Posting(Base):
    """One line: so many of a measure, in a district, because of an entry, from a day on."""

    __tablename__ = "posting"

    sequence: Mapped[int] = mapped_column(sa.ForeignKey("seal.sequence"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    measure: Mapped[Measure] = mapped_column(choice(Measure, "measure"))
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    effective_on: Mapped[date]
    quantity: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.CheckConstraint("quantity <> 0", name="quantity"),
        sa.Index(None, "effective_on", "measure", "district_id"),
    )


class GoalVersion(Base):
    """A goal's target and the measures it adds up, from a day on, as decided at a sequence."""

    __tablename__ = "goal_version"

    sequence: Mapped[int] = mapped_column(
        sa.ForeignKey("seal.sequence", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    goal_id: Mapped[int] = mapped_column(sa.ForeignKey("goal.id"), primary_key=True)
    effective_on: Mapped[date]
    target: Mapped[int]
    measures: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")

    __table_args__ = (sa.CheckConstraint("target >= 0", name="target"),)


class PlanVersion(Base):
    """A goal's plan line, from a day on, as decided at a sequence.

    `milestones` is canonical JSON, [[day, quantity], …] in the order of the days; none at all is an
    even pace from nothing to the target.
    """

    __tablename__ = "plan_version"

    sequence: Mapped[int] = mapped_column(
        sa.ForeignKey("seal.sequence", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    goal_id: Mapped[int] = mapped_column(sa.ForeignKey("goal.id"), primary_key=True)
    effective_on: Mapped[date]
    milestones: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")


class Allocation(Base):
    """A district's share of a goal, from a day on, as decided at a sequence; None takes it back."""

    __tablename__ = "allocation"

    sequence: Mapped[int] = mapped_column(
        sa.ForeignKey("seal.sequence", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    goal_id: Mapped[int] = mapped_column(sa.ForeignKey("goal.id"), primary_key=True)
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"), primary_key=True)
    effective_on: Mapped[date]
    quantity: Mapped[int | None]
    source: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")

    __table_args__ = (sa.CheckConstraint("quantity is null or quantity >= 0", name="quantity"),)


class Cell(Base):
    """Derived: the total of a measure in a district at the end of a day that changed something."""

    __tablename__ = "cell"

    day: Mapped[date] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"), primary_key=True)
    measure: Mapped[Measure] = mapped_column(choice(Measure, "measure"), primary_key=True)
    total: Mapped[int]

    __table_args__ = (sa.Index(None, "district_id", "measure", "day"),)


class Trend(Base):
    """Derived: the city's total of a measure at the end of a month; `month` is its first day."""

    __tablename__ = "trend"

    month: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[Measure] = mapped_column(choice(Measure, "measure"), primary_key=True)
    total: Mapped[int]
