"""A draw, the entries it drew, and what was found at each; append-only."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Base, choice
from registry.districts.models import District
from registry.entries.models import Entry
from registry.programme.kinds import Kind


class Outcome(StrEnum):
    """What was found at an entry."""

    IN_ORDER = "in_order"
    DEVIATION = "deviation"
    NOT_FOUND = "not_found"


class Draw(Base):
    """One draw. `sequence` is the seal that ordered it, `seed` that seal's hash.

    Drawn from are the entries behind the figure of `kind` (`measures`, as of `as_of`, known at
    `sequence`), of one district where there is `district_id`, counted from a day between `since`
    and `until` where these are given. `asked` is the size as typed: a number or per cent.
    """

    __tablename__ = "draw"

    sequence: Mapped[int] = mapped_column(
        sa.ForeignKey("seal.sequence", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    )
    number: Mapped[int] = mapped_column(unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    measures: Mapped[str] = mapped_column(sa.String(200))
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id"))
    since: Mapped[date | None]
    until: Mapped[date | None]
    as_of: Mapped[date]
    asked: Mapped[str] = mapped_column(sa.String(10))
    population: Mapped[int]
    size: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(64))

    district: Mapped[District | None] = relationship()

    __table_args__ = (sa.CheckConstraint("size >= 1 and size <= population", name="size"),)


class DrawEntry(Base):
    """One entry that was drawn: where it stood then, what it counted, its place in the order."""

    __tablename__ = "draw_entry"

    draw_sequence: Mapped[int] = mapped_column(sa.ForeignKey("draw.sequence"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))
    quantity: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(64))

    draw: Mapped[Draw] = relationship()
    entry: Mapped[Entry] = relationship()

    __table_args__ = (sa.UniqueConstraint("draw_sequence", "entry_id"),)


class CheckResult(Base):
    """What was found at an entry on a day; a further look is a further row, and the last one holds.

    `found`: robots found on site, None for other kinds. `words` are for desks and leaders only.
    """

    __tablename__ = "check_result"

    sequence: Mapped[int] = mapped_column(
        sa.ForeignKey("seal.sequence", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    )
    draw_sequence: Mapped[int] = mapped_column(sa.ForeignKey("draw.sequence"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    look: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    checked_on: Mapped[date]
    checkers: Mapped[str] = mapped_column(sa.String(100))
    found: Mapped[int | None]
    words: Mapped[str] = mapped_column(sa.Text, default="")

    draw: Mapped[Draw] = relationship()

    __table_args__ = (
        sa.UniqueConstraint("draw_sequence", "entry_id", "look"),
        sa.CheckConstraint("look >= 1", name="look"),
        sa.CheckConstraint("found is null or found >= 0", name="found"),
    )
