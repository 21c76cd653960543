"""Sign-ups that wait for their link, who was turned away, and how often mails were asked for.

What waited under the earlier rule (an account without a confirmed address) is taken over, so that
the links in people's mail go on working; so is who was turned away last. Going back drops both.

Revision: 0010
After: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.core.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CAUSES = ("sign_up", "reset", "join")
TAKE_OVER_SIGN_UPS = """
    INSERT INTO pending_sign_up
        (link_id, uscc, enterprise, district_id, industry, name, phone, language)
    SELECT link.id, firm.uscc, firm.name, firm.district_id, firm.industry,
           person.name, person.phone, person.language
    FROM one_time_link AS link
    JOIN "user" AS person ON person.email = link.email
    JOIN enterprise AS firm ON firm.id = person.enterprise_id
    WHERE link.purpose = 'confirm' AND link.spent_at IS NULL
      AND person.email_confirmed_at IS NULL AND person.phone IS NOT NULL
      AND firm.uscc IS NOT NULL AND firm.district_id IS NOT NULL AND firm.industry IS NOT NULL
"""
TAKE_OVER_REFUSALS = """
    INSERT INTO turned_away (user_id, enterprise_id, by_id, at)
    SELECT person.id, person.enterprise_id, told.actor_id, told.at
    FROM account_record AS told
    JOIN "user" AS person ON person.id = told.user_id
    WHERE told.what = 'membership_refused' AND told.actor_id IS NOT NULL
      AND person.membership = 'refused'
    ORDER BY told.id
"""


def upgrade() -> None:
    op.create_table(
        "pending_sign_up",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("enterprise", sa.String(length=100), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("industry", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        _key("pending_sign_up", "link_id", "one_time_link.id", ondelete="CASCADE"),
        _key("pending_sign_up", "district_id", "district.id"),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_pending_sign_up")),
    )
    op.create_table(
        "turned_away",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        _key("turned_away", "user_id", "user.id"),
        _key("turned_away", "enterprise_id", "enterprise.id"),
        _key("turned_away", "by_id", "user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turned_away")),
    )
    op.create_index(op.f("ix_turned_away_user_id"), "turned_away", ["user_id"])
    cause = sa.Enum(
        *CAUSES, name="mail_cause", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "asked_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", cause, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_mail")),
    )
    for column in ("email", "address"):
        op.create_index(op.f(f"ix_asked_mail_{column}"), "asked_mail", [column])
    op.execute(TAKE_OVER_SIGN_UPS)
    op.execute(TAKE_OVER_REFUSALS)


def _key(
    table: str, column: str, target: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    """Name a foreign key as the models do."""
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete=ondelete)


def downgrade() -> None:
    for table in ("asked_mail", "turned_away", "pending_sign_up"):
        op.drop_table(table)
