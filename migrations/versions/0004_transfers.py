"""Transfers: an open case handed from one district's queue to another's.

Revision: 0004
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import registry.core.database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = ("open", "accepted", "refused", "taken_back", "ended")


def upgrade() -> None:
    moment = registry.core.database.UtcDateTime(timezone=True)
    state = sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_transfer_elsewhere")),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at is null)", name=op.f("ck_transfer_decided_once")
        ),
        sa.CheckConstraint(
            "proposed_by_id <> decided_by_id or state not in ('accepted', 'refused')",
            name=op.f("ck_transfer_two"),
        ),
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_transfer_{column}_{table}"))
            for column, table, target in (
                ("application_id", "application", "application.id"),
                ("giver_id", "district", "district.id"),
                ("receiver_id", "district", "district.id"),
                ("proposed_by_id", "user", "user.id"),
                ("decided_by_id", "user", "user.id"),
            )
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_application_id"), "transfer", ["application_id"])
    for side in ("giver_id", "receiver_id"):
        op.create_index(
            op.f(f"ix_transfer_{side}_state_proposed_at"),
            "transfer",
            [side, "state", "proposed_at"],
        )
    op.create_index(
        "uq_transfer_open_application",
        "transfer",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("transfer")
