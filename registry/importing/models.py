"""One import of an official list, and what became of each of its rows."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import Base, UtcDateTime


class Batch(Base):
    """One import: a file, its hash, whose list it is, and when it was undone, if ever."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(100))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_hash: Mapped[str] = mapped_column(sa.String(64))
    row_count: Mapped[int]
    imported_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportedRow(Base):
    """One row that was taken; its number within its source is taken once while it stands."""

    __tablename__ = "imported_row"

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(100))
    source_ref: Mapped[str | None] = mapped_column(sa.String(100))
    content_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    is_standing: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        sa.Index(
            "uq_imported_row_source_ref",
            "source",
            "source_ref",
            unique=True,
            sqlite_where=sa.text("is_standing and source_ref is not null"),
            postgresql_where=sa.text("is_standing and source_ref is not null"),
        ),
    )
