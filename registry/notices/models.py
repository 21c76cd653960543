"""The outbox: a notice is written with the deed that causes it, and delivered afterwards."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, UtcDateTime


class Notice(Base):
    """One mail to one address; `tries` and `failed_because` tell the story of its delivery."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    application_id: Mapped[int | None] = mapped_column(sa.ForeignKey("application.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    send_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    failed_because: Mapped[str] = mapped_column(sa.String(400), default="")

    __table_args__ = (sa.Index(None, "sent_at", "send_at"),)
