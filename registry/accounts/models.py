"""People, their signed-in sessions, one-time links, failed sign-ins and tokens of the interface."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.roles import DESK, Membership, Right, Role
from registry.accounts.words import ROLES
from registry.core.database import Base, UtcDateTime, choice
from registry.core.language import is_chinese
from registry.districts.models import District
from registry.enterprises.models import Enterprise


class User(UserMixin, Base):  # type: ignore[misc]  # flask-login ships no types
    """A person: the desk has a district, a member an enterprise, a leader may have a district."""

    __tablename__ = "user"
    __allow_unmapped__ = True  # session_key lives with the request, not in the table

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str | None] = mapped_column(sa.String(30))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enterprise.id"), index=True)
    right: Mapped[Right | None] = mapped_column(choice(Right, "right"))
    membership: Mapped[Membership | None] = mapped_column(choice(Membership, "membership"))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str] = mapped_column(sa.String(10), default="zh_CN")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    district: Mapped[District | None] = relationship()
    enterprise: Mapped[Enterprise | None] = relationship()

    session_key: str | None = None

    __table_args__ = (
        sa.CheckConstraint(
            "role not in ('officer', 'supervisor') or district_id is not null",
            name="desk_has_district",
        ),
        sa.CheckConstraint(
            "(role = 'member') = (enterprise_id is not null)", name="member_has_enterprise"
        ),
    )

    @property
    def is_active(self) -> bool:
        return self.closed_at is None

    @property
    def is_desk(self) -> bool:
        return self.role in DESK

    @property
    def is_proven(self) -> bool:
        return self.membership is Membership.PROVEN

    @property
    def role_label(self) -> object:
        """Return what the role is called on a page."""
        return ROLES[self.role]

    @property
    def place_label(self) -> str:
        """Return the enterprise or district that the person acts for; empty for the city."""
        if self.enterprise is not None:
            return self.enterprise.name
        if self.district is None:
            return ""
        return self.district.name_zh if is_chinese() else self.district.name_en

    def get_id(self) -> str | None:
        """Return what the cookie keeps: the key of the session, never the person's id."""
        return self.session_key


class SignedIn(Base):
    """One session kept on the server; without its row a copied cookie is worth nothing."""

    __tablename__ = "signed_in"

    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    browser: Mapped[str] = mapped_column(sa.String(200), default="")

    user: Mapped[User] = relationship()


class Purpose(StrEnum):
    """What a one-time link is good for."""

    INVITE = "invite"
    CONFIRM = "confirm"
    RESET = "reset"


class OneTimeLink(Base):
    """A link spent once, by a POST: 256 random bits, stored as a hash, bound to one address."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    role: Mapped[Role | None] = mapped_column(choice(Role, "link_role"))
    district_id: Mapped[int | None] = mapped_column(sa.ForeignKey("district.id"))
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    district: Mapped[District | None] = relationship()


class PendingSignUp(Base):
    """What a person typed to sign up: nothing comes of it before its link is spent."""

    __tablename__ = "pending_sign_up"

    link_id: Mapped[int] = mapped_column(
        sa.ForeignKey("one_time_link.id", ondelete="CASCADE"), primary_key=True
    )
    uscc: Mapped[str] = mapped_column(sa.String(18))
    enterprise: Mapped[str] = mapped_column(sa.String(100))
    district_id: Mapped[int] = mapped_column(sa.ForeignKey("district.id"))
    industry: Mapped[str] = mapped_column(sa.String(3))
    name: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str] = mapped_column(sa.String(30))
    language: Mapped[str] = mapped_column(sa.String(10))

    link: Mapped[OneTimeLink] = relationship()
    district: Mapped[District] = relationship()


class TurnedAway(Base):
    """That a person was refused by, or taken out of, an enterprise; never changed."""

    __tablename__ = "turned_away"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship(foreign_keys=[by_id])


class MailCause(StrEnum):
    """What somebody asked for that sends a mail to an address the register cannot check."""

    SIGN_UP = "sign_up"
    RESET = "reset"
    JOIN = "join"


class AskedMail(Base):
    """One such request, kept for a while to slow down the next, per mail and network address."""

    __tablename__ = "asked_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    cause: Mapped[MailCause] = mapped_column(choice(MailCause, "mail_cause"))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    address: Mapped[str] = mapped_column(sa.String(45), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailedSignIn(Base):
    """One wrong guess, kept to slow down the next, per account and per address."""

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    address: Mapped[str] = mapped_column(sa.String(45), index=True)
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountRecord(Base):
    """Who did what to which account, and when; never changed."""

    __tablename__ = "account_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    what: Mapped[str] = mapped_column(sa.String(40))
    detail: Mapped[str] = mapped_column(sa.String(400), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A key of the interface, made by an administrator; it may read what its maker may read."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    label: Mapped[str] = mapped_column(sa.String(100))
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    made_by: Mapped[User] = relationship()
