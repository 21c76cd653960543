"""Proposals: what one person asks to be done to a registered entry, and another decides.

Revision: 0003
After: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import registry.core.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    moment = registry.core.database.UtcDateTime(timezone=True)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("act", _choice("act", "revoke", "relocate"), nullable=False),
        sa.Column(
            "state",
            _choice("state", "open", "confirmed", "refused", "withdrawn"),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_from_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at is null)", name=op.f("ck_proposal_decided_once")
        ),
        sa.CheckConstraint(
            "proposed_by_id <> decided_by_id or state = 'withdrawn'", name=op.f("ck_proposal_two")
        ),
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_proposal_{column}_{table}"))
            for column, table, target in (
                ("entry_id", "entry", "entry.id"),
                ("district_id", "district", "district.id"),
                ("proposed_by_id", "user", "user.id"),
                ("proposed_from_id", "district", "district.id"),
                ("decided_by_id", "user", "user.id"),
            )
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_entry_id"), "proposal", ["entry_id"])
    op.create_index(op.f("ix_proposal_state_proposed_at"), "proposal", ["state", "proposed_at"])
    op.create_index(
        "uq_proposal_open_entry",
        "proposal",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("proposal")
