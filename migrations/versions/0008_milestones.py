"""Milestones of the plan lines, the source of what the city set, and open data.

Revision: 0008
After: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SOURCED = ("goal_version", "allocation")
REFUSAL = "is append-only: what was recorded is never changed or deleted"


def upgrade() -> None:
    op.create_table(
        "plan_version",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("milestones", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["goal_id"], ["goal.id"], name=op.f("fk_plan_version_goal_id_goal")
        ),
        sa.ForeignKeyConstraint(
            ["sequence"],
            ["seal.sequence"],
            name=op.f("fk_plan_version_sequence_seal"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("sequence", "goal_id", name=op.f("pk_plan_version")),
    )
    for statement in _refusals(op.get_bind().dialect.name):
        op.execute(statement)
    for table in SOURCED:
        text = sa.Column("source", sa.String(length=200), server_default="", nullable=False)
        op.add_column(table, text)
    switch: sa.Column[bool] = sa.Column(
        "has_open_data", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("programme", switch)
    for name in ("licence_zh", "licence_en"):
        text = sa.Column(name, sa.String(length=400), server_default="", nullable=False)
        op.add_column("programme", text)


def _refusals(dialect: str) -> list[str]:
    """Let the database refuse to change what was recorded, as the second revision does."""
    table = "plan_version"
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} {REFUSAL}'); END"
        same = "sequence = NEW.sequence AND goal_id = NEW.goal_id"
        exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names of this file
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {exists} {refuse}",
        ]
    refuse = "EXECUTE FUNCTION refuse_change()"
    return [
        (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW {refuse}"
        ),
        (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT {refuse}"
        ),
    ]


def downgrade() -> None:
    for name in ("licence_en", "licence_zh", "has_open_data"):
        op.drop_column("programme", name)
    for table in reversed(SOURCED):
        op.drop_column(table, "source")
    op.drop_table("plan_version")
