"""The ask and its story: application, filings, remarks, attachments, working notes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any  # a form as typed is nested JSON

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import User
from registry.applications.status import Status
from registry.core.database import Base, UtcDateTime, choice
from registry.districts.models import District
from registry.enterprises.models import Enterprise
from registry.entries.catalogue import KindFacts, facts_of
from registry.entries.facts.amended import SORTS
from registry.entries.models import Entry
from registry.programme.kinds import Kind
from registry.programme.models import Round

IS_OPEN = "status in ('draft', 'submitted', 'in_review', 'returned')"


class Application(Base):
    """The act of asking for one entry to be registered, or for a registered one to be amended.

    Where `amends_id` names a registered entry, `entry_id` holds what the amendment says until it
    is decided; that one is never registered itself. An entry has one open amendment at a time.

    `form` holds the words as they were typed, faulty ones included: {"fields": {name: text or list
    of texts}, "rows": [{column: text}]}. `version` rises with every change; who sends an older one
    has lost the race. `status` is assigned by `service.perform` alone. `due_on` is the promised day
    of decision; while the case is returned the clock stands, and `answer_by` says until when it may
    be filed again.
    """

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"), index=True)
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), unique=True)
    amends_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"))
    status: Mapped[Status] = mapped_column(
        choice(Status, "status"), default=Status.DRAFT, index=True
    )
    version: Mapped[int] = mapped_column(default=1)
    form: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    review: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    quantity: Mapped[int] = mapped_column(default=1)
    started_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filings_count: Mapped[int] = mapped_column(default=0)
    first_filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    days_left: Mapped[int | None]
    answer_by: Mapped[date | None]
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(sa.String(40))
    decision_note: Mapped[str | None] = mapped_column(sa.Text)

    enterprise: Mapped[Enterprise] = relationship()
    district: Mapped[District] = relationship()
    entry: Mapped[Entry] = relationship(foreign_keys=[entry_id])
    amends: Mapped[Entry | None] = relationship(foreign_keys=[amends_id])
    round: Mapped[Round | None] = relationship()
    started_by: Mapped[User] = relationship(foreign_keys=[started_by_id])
    holder: Mapped[User | None] = relationship(foreign_keys=[holder_id])
    filings: Mapped[list[Filing]] = relationship(order_by="Filing.number")
    remarks: Mapped[list[Remark]] = relationship(order_by="Remark.id")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
    transfers: Mapped[list[Transfer]] = relationship(
        order_by="Transfer.id", back_populates="application"
    )

    @property
    def open_transfer(self) -> Transfer | None:
        """Return the transfer that waits for the other district's answer."""
        return next((one for one in self.transfers if one.state is TransferState.OPEN), None)

    __table_args__ = (
        sa.Index(None, "district_id", "status", "due_on", "id"),
        sa.Index(None, "enterprise_id", "status", "id"),
        sa.CheckConstraint(
            "status <> 'in_review' or holder_id is not null", name="in_review_is_held"
        ),
        sa.Index(
            "uq_application_open_amendment",
            "amends_id",
            unique=True,
            sqlite_where=sa.text(IS_OPEN),
            postgresql_where=sa.text(IS_OPEN),
        ),
    )

    @property
    def is_amendment(self) -> bool:
        """Say whether it asks for a registered entry to be amended."""
        return self.amends_id is not None

    @property
    def facts(self) -> KindFacts:
        """Return what is asked for: of a new entry of its kind, or of an amendment."""
        return facts_of(self.kind, amends=self.is_amendment)

    @property
    def sort(self) -> str:
        """Return which sort of amendment it is, as far as that was said."""
        said = str(self.form.get("fields", {}).get("amend_sort") or "") if self.is_amendment else ""
        return SORTS.write(said)


class Filing(Base):
    """The form as it stood when it was filed, with the hashes of its files; never changed."""

    __tablename__ = "filing"

    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    enterprise: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    files: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    hash: Mapped[str] = mapped_column(sa.String(64))
    filed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    filed_by: Mapped[User] = relationship()


class Remark(Base):
    """One thing to mend, tied to a field or section, and the enterprise's answer to it.

    `place` is "field:<name>", "row:<position>:<column>" or "section:<name>". A remark belongs to
    the return that made it (`filing_number`: the filing it speaks of).
    """

    __tablename__ = "remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    filing_number: Mapped[int]
    place: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str] = mapped_column(sa.Text)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    made_by: Mapped[User] = relationship()

    @property
    def filed_answer(self) -> str:
        """Return the answer as the district may see it: nothing before it was filed."""
        return (self.answer or "") if self.answered_at is not None else ""


class Attachment(Base):
    """One file handed in as proof; kept under a generated name, served only as a download."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    slot: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    stored_as: Mapped[str] = mapped_column(sa.String(64), unique=True)
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TransferState(StrEnum):
    """What became of a transfer; `ended`: the case was decided or withdrawn before an answer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    ENDED = "ended"


class Transfer(Base):
    """An open case handed from one district's queue to another's; one open at a time.

    `decided_by_id` is who accepted, refused or took it back, or whose deed ended the case.
    """

    __tablename__ = "transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    state: Mapped[TransferState] = mapped_column(
        choice(TransferState, "state"), default=TransferState.OPEN
    )
    giver_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))
    receiver_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))
    reason: Mapped[str] = mapped_column(sa.Text)
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(sa.Text, default="")

    application: Mapped[Application] = relationship(back_populates="transfers")
    giver: Mapped[District] = relationship(foreign_keys=giver_id)
    receiver: Mapped[District] = relationship(foreign_keys=receiver_id)
    proposed_by: Mapped[User] = relationship(foreign_keys=proposed_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        sa.Index(
            "uq_transfer_open_application",
            "application_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(None, "giver_id", "state", "proposed_at"),
        sa.Index(None, "receiver_id", "state", "proposed_at"),
        sa.CheckConstraint("giver_id <> receiver_id", name="elsewhere"),
        sa.CheckConstraint("(state = 'open') = (decided_at is null)", name="decided_once"),
        sa.CheckConstraint(
            "proposed_by_id <> decided_by_id or state not in ('accepted', 'refused')", name="two"
        ),
    )
