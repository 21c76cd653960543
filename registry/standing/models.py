"""A proposal: what one person asks to be done to a registered entry, and another decides."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import User
from registry.core.database import Base, UtcDateTime, choice
from registry.districts.models import District
from registry.entries.models import Entry


class Act(StrEnum):
    """What is done to a registered entry by two people."""

    REVOKE = "revoke"
    RELOCATE = "relocate"


class State(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Proposal(Base):
    """One proposal; an entry has one open at a time.

    `effective_on` is None where the district was recorded wrongly: then the past follows.
    `district_id` is where a relocation leads; `proposed_from_id` is the district of the person who
    proposed, None for the city.
    """

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    act: Mapped[Act] = mapped_column(choice(Act, "act"))
    state: Mapped[State] = mapped_column(choice(State, "state"), default=State.OPEN)
    effective_on: Mapped[date | None]
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id"))
    reason_code: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.Text)
    document: Mapped[str] = mapped_column(sa.String(100))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    proposed_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(sa.Text, default="")

    entry: Mapped[Entry] = relationship()
    district: Mapped[District | None] = relationship(foreign_keys=district_id)
    proposed_from: Mapped[District | None] = relationship(foreign_keys=proposed_from_id)
    proposed_by: Mapped[User] = relationship(foreign_keys=proposed_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        sa.Index(
            "uq_proposal_open_entry",
            "entry_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(None, "state", "proposed_at"),
        sa.CheckConstraint("(state = 'open') = (decided_at is null)", name="decided_once"),
        sa.CheckConstraint("proposed_by_id <> decided_by_id or state = 'withdrawn'", name="two"),
    )
