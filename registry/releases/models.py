"""A release: the figures of a month's end as they were made known, frozen; append-only."""

from __future__ import annotations

import json
from datetime import date
from typing import Any  # the figures are JSON

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base


class Release(Base):
    """One release. `sequence` is the seal that recorded it; the head is the one it was read at.

    `month` is its first day. Revision 2 and further ones supersede the one before, for a reason;
    the earlier stays as it was. `figures` is the canonical JSON of `ledger.frozen`.
    """

    __tablename__ = "release"

    sequence: Mapped[int] = mapped_column(
        sa.ForeignKey("seal.sequence", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    )
    month: Mapped[date]
    revision: Mapped[int]
    as_of: Mapped[date] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    signer_name: Mapped[str] = mapped_column(sa.String(40))
    signer_office: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    head_sequence: Mapped[int]
    head_hash: Mapped[str] = mapped_column(sa.String(64))
    figures: Mapped[str] = mapped_column(sa.Text)

    __table_args__ = (
        sa.UniqueConstraint("month", "revision"),
        sa.CheckConstraint("revision >= 1", name="revision"),
        sa.CheckConstraint("(revision = 1) = (reason = '')", name="again_for_a_reason"),
        sa.CheckConstraint("head_sequence < sequence", name="head_before"),
    )

    @property
    def frozen(self) -> dict[str, Any]:
        """Return the figures as they were released."""
        found: dict[str, Any] = json.loads(self.figures)
        return found
